/** Small ncnn models: opened, recognised and computed as PyTorch computes the same layers. */
import { describe, expect, it } from 'vitest'
import { importer } from '../../../../engine/importers/ncnn/index.ts'
import { openModel } from '../../../../engine/importers/open.ts'
import { checkGraph } from '../../../../engine/ir/check.ts'
import type { Graph } from '../../../../engine/ir/graph.ts'
import { OPS } from '../../../../engine/ops/registry.ts'
import { recognise } from '../../../../engine/passes/pipeline.ts'
import { BACKENDS } from '../../../ops/harness.ts'
import { expectKernels, expectStages } from '../computed.ts'
import { FIXTURES, files, fixture, SIZE } from './fixtures.ts'

async function loaded(name: string): Promise<Graph> {
  const { param, bin } = fixture(name)
  const file = files(param, bin, name)
  expect(importer.match(file)).toBe(true)
  const { graph } = await importer.open(file, SIZE)
  checkGraph(graph, OPS, 'import')
  return graph
}

describe.each(FIXTURES)('%s', (name) => {
  it('computes what PyTorch does, as loaded and recognised', async () => {
    expectStages(await loaded(name), fixture(name))
  })

  it.each(BACKENDS)('computes the same on $backend x$threads', async (backend) => {
    await expectKernels(backend, await loaded(name), fixture(name))
  })
})

describe('a ShuffleNet', () => {
  it('v1 has its grouped convolutions and its shuffles, under the names of the file', async () => {
    const { nodes } = recognise(await loaded('shuffle_v1'))
    const groups = nodes.filter((n) => n.op === 'conv2d').map((n) => [n.name, n.attrs.groups])
    expect(groups).toEqual([
      ['stage1/conv', 1],
      ['stage2/unit0/compress', 3],
      ['stage2/unit0/depthwise', 6],
      ['stage2/unit0/expand', 3],
      ['stage2/unit1/compress', 3],
      ['stage2/unit1/depthwise', 6],
      ['stage2/unit1/expand', 3],
    ])
    const shuffles = nodes.filter((n) => n.op === 'channelShuffle')
    expect(shuffles.map((n) => [n.name, n.attrs, n.scope])).toEqual([
      ['stage2/unit0/shuffle', { groups: 3, order: '(g,n)' }, 'stage2/unit0'],
      ['stage2/unit1/shuffle', { groups: 3, order: '(g,n)' }, 'stage2/unit1'],
    ])
  })

  it('v2 takes the channels of an open input from its first convolution, and 224x224 where no size is asked for', async () => {
    const { param, bin } = fixture('shuffle_v2_fp16')
    const { graph, format, preprocess, title } = await openModel(files(param, bin, 'shuffle_v2_fp16'))
    expect(graph.tensors.get(graph.inputs[0] ?? -1)?.fact.shape).toEqual([1, 3, 224, 224])
    expect([format, title, preprocess?.crop]).toEqual(['ncnn', 'shuffle_v2_fp16', [224, 224]])
  })
})
