/** Small Caffe models: opened, recognised and computed as PyTorch computes the same layers. */
import { describe, expect, it } from 'vitest'
import { importer } from '../../../../engine/importers/caffe/index.ts'
import type { ModelFile } from '../../../../engine/importers/importer.ts'
import { openModel } from '../../../../engine/importers/open.ts'
import { checkGraph } from '../../../../engine/ir/check.ts'
import type { Graph } from '../../../../engine/ir/graph.ts'
import { OPS } from '../../../../engine/ops/registry.ts'
import { shuffleSchema, shuffleSource } from '../../../../engine/ops/shuffle.ts'
import { recognise } from '../../../../engine/passes/pipeline.ts'
import { BACKENDS } from '../../../ops/harness.ts'
import { expectKernels, expectStages } from '../computed.ts'
import { FIXTURES, files, fixture } from './fixtures.ts'

/** Both ways to open one: the text with its weights beside it, and the weights alone. */
function waysOf(name: string): [string, ModelFile][] {
  const { text, weights } = fixture(name)
  const alone: ModelFile[] = weights ? [{ name: `${name}.caffemodel`, bytes: weights, owned: true }] : []
  return [['with its text', files(text, weights, name)], ...alone.map((file): [string, ModelFile] => ['of the weights alone', file])]
}

async function loaded(file: ModelFile): Promise<Graph> {
  expect(importer.match(file)).toBe(true)
  const { graph } = await importer.open(file, {})
  checkGraph(graph, OPS, 'import')
  return graph
}

describe.each(FIXTURES)('%s', (name) => {
  it.each(waysOf(name))('%s computes what PyTorch does, as loaded and recognised', async (_, file) => {
    expectStages(await loaded(file), fixture(name))
  })

  it.each(BACKENDS)('computes the same on $backend x$threads', async (backend) => {
    const { text, weights, ...computed } = fixture(name)
    await expectKernels(backend, await loaded(files(text, weights, name)), computed)
  })
})

describe('a ShuffleNet', () => {
  it('has its grouped convolutions and its shuffles, under the names of the file', async () => {
    const { text, weights } = fixture('shuffle_v1')
    const { nodes } = recognise(await loaded(files(text, weights)))
    const groups = nodes.filter((n) => n.op === 'conv2d').map((n) => [n.name, n.attrs.groups])
    expect(groups).toEqual([
      ['conv1', 1],
      ['resx1_conv1', 3],
      ['resx1_conv2', 6],
      ['resx1_conv3', 3],
      ['resx2_conv1', 3],
      ['resx2_conv2', 6],
      ['resx2_conv3', 3],
      ['fc7', 1],
    ])
    const shuffles = nodes.filter((n) => n.op === 'channelShuffle')
    expect(shuffles.map((n) => [n.name, n.attrs])).toEqual([
      ['shuffle1', { groups: 3, order: '(g,n)' }],
      ['shuffle2', { groups: 3, order: '(g,n)' }],
    ])
  })

  it('has one normalisation for each pair of BatchNorm and Scale, and the blob that is left has its name', async () => {
    const { text, weights } = fixture('shuffle_v1')
    const graph = await loaded(files(text, weights))
    const norms = graph.nodes.filter((n) => n.op === 'batchNorm')
    expect(norms.map((n) => n.sources)).toEqual(
      ['conv1', 'resx1_conv1', 'resx1_conv2', 'resx1_conv3', 'resx2_conv1', 'resx2_conv2', 'resx2_conv3'].map((name) => [
        `${name}_bn`,
        `${name}_bn_scale`,
      ]),
    )
    const made = (name: string): string | undefined => graph.tensors.get(graph.nodes.find((n) => n.name === name)?.outputs[0] ?? -1)?.name
    expect(['conv1', 'conv1_bn_scale', 'conv1_relu'].map(made)).toEqual(['conv1:conv1', 'conv1:conv1_bn_scale', 'conv1'])
  })

  it('is a model of photos one at a time, however many its file has', async () => {
    const { text, weights } = fixture('shuffle_v1')
    const { graph, format, title, preprocess, provenance } = await openModel(files(text, weights, 'shuffle_v1'))
    expect(graph.tensors.get(graph.inputs[0] ?? -1)?.fact.shape).toEqual([1, 3, 17, 17])
    expect([format, title, preprocess?.crop, preprocess?.channelOrder]).toEqual(['caffe', 'shuffle_v1', [17, 17], 'BGR'])
    expect(provenance).toMatch(/assumed \(BGR/)
  })

  it('by a text that shuffles by reshape and permute has the same shuffle', async () => {
    const { text, weights } = fixture('movement')
    const { nodes } = recognise(await loaded(files(text, weights)))
    const orders = nodes.filter((n) => n.op === 'channelShuffle').map((n) => [...shuffleSource(6, shuffleSchema.parse(n.attrs))])
    expect(orders).toEqual([
      [0, 3, 1, 4, 2, 5],
      [0, 2, 4, 1, 3, 5],
      [0, 2, 4, 1, 3, 5],
    ])
  })
})

describe('a network for training', () => {
  it.each(waysOf('training'))('%s has the size, the mean and the scale of its data layer', async (_, file) => {
    const { graph, preprocess, provenance } = await openModel(file)
    expect(graph.tensors.get(graph.inputs[0] ?? -1)?.fact.shape).toEqual([1, 3, 12, 12])
    expect(preprocess?.mean.map((n) => Math.fround(n))).toEqual([103.94, 116.78, 123.68].map(Math.fround))
    expect(preprocess?.std[0]).toBeCloseTo(1 / 0.017, 3)
    expect(provenance).toMatch(/those of its data layer/)
    expect(graph.nodes.map((n) => n.op)).toEqual(['conv2d', 'batchNorm', 'activation', 'identity', 'reshape', 'linear', 'softmax'])
  })
})

describe('weights', () => {
  it('that are given away are views of their file', async () => {
    const { weights } = fixture('convolutions')
    if (!weights) throw new Error('no weights')
    const kept = await importer.open({ name: 'a.caffemodel', bytes: weights, owned: true }, {})
    const { weights: again } = fixture('convolutions')
    const copied = await importer.open({ name: 'a.caffemodel', bytes: again ?? weights }, {})
    const data = (graph: Graph) => [...graph.tensors.values()].flatMap(({ data }) => (data ? [data] : []))
    const [views, copies] = [data(kept.graph), data(copied.graph)]
    expect(views).toEqual(copies)
    for (const values of views) if (values.length >= 32) expect(values.buffer).toBe(weights.buffer)
    for (const values of copies) expect(values.buffer).not.toBe(again?.buffer)
  })

  it('are found under the name of the text without "_deploy" as well', async () => {
    const { text, weights } = fixture('shuffle_v1')
    if (!weights) throw new Error('no weights')
    const asked: string[] = []
    const beside = (path: string): Promise<Uint8Array> => {
      asked.push(path)
      return path === 'net.caffemodel' ? Promise.resolve(weights) : Promise.reject(new Error('not there'))
    }
    const { title } = await openModel({ name: 'net_deploy.prototxt', bytes: text, beside })
    expect([title, asked]).toEqual(['net_deploy', ['net_deploy.caffemodel', 'net.caffemodel']])
  })
})
