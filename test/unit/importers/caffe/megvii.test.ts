/** A whole trained network, the Megvii checkpoint written as Caffe's layers, computes the logits that PyTorch computed. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { openModel } from '../../../../engine/importers/open.ts'
import { constantOf, type Graph, NONE, type Node, type TensorId, tensorOf } from '../../../../engine/ir/graph.ts'
import { shuffleSchema, shuffleSource } from '../../../../engine/ops/shuffle.ts'
import { fuse, recognise } from '../../../../engine/passes/pipeline.ts'
import { relativeError } from '../../../fixtures/evaluate.ts'
import { npyFile } from '../../../fixtures/npy.ts'
import { sharedPath } from '../../../fixtures/shared.ts'
import { runOn } from '../../../ops/harness.ts'
import { blobOf, files, weightsOf } from './fixtures.ts'

const CHECKPOINT = sharedPath('expected') && sharedPath('models/shufflenetv1_g3_0.5x.pth.tar')

type Stored = readonly [name: string, type: string, ...blobs: readonly Uint8Array[]]

/** The layers and the weights of a ShuffleNet v1; activations write over their input, as most files of Caffe have it. */
function written(graph: Graph): { text: string; weights: Uint8Array } {
  const stored: Stored[] = []
  const lines: string[] = []
  const blobs = new Map<TensorId, string>()
  const readers = new Map<TensorId, number>()
  for (const id of graph.nodes.flatMap((n) => n.inputs)) readers.set(id, (readers.get(id) ?? 0) + 1)
  const values = (id: TensorId | undefined): Float32Array => Float32Array.from(constantOf(graph, id ?? NONE)?.data ?? [])
  const blob = (id: TensorId | undefined): Uint8Array => blobOf(constantOf(graph, id ?? NONE)?.shape ?? [], values(id))
  const add = (type: string, name: string, bottoms: readonly string[], top: string, rest: string, ...own: readonly Uint8Array[]): void => {
    lines.push(`layer { name: "${name}" type: "${type}" ${bottoms.map((b) => `bottom: "${b}"`).join(' ')} top: "${top}" ${rest} }`)
    stored.push([name, type, ...own])
  }
  const layer = (node: Node): void => {
    const { op, inputs, attrs } = node
    const a = attrs as { kernel: number[]; stride: number[]; pad: number[]; groups: number; mode: string }
    const from = inputs.filter((id) => id !== NONE && !constantOf(graph, id)).map((id) => blobs.get(id) ?? '')
    const [first = ''] = from
    const overwrites = (op === 'activation' || op === 'batchNorm') && readers.get(inputs[0] ?? NONE) === 1
    const top = overwrites ? first : node.name
    const bias = inputs[2] !== undefined && inputs[2] !== NONE
    blobs.set(node.outputs[0] ?? NONE, top)
    switch (op) {
      case 'conv2d': {
        const shape = `num_output: ${constantOf(graph, inputs[1] ?? NONE)?.shape[0]} bias_term: ${bias} group: ${a.groups}`
        const window = `kernel_size: ${a.kernel[0]} stride: ${a.stride[0]} pad: ${a.pad[0]}`
        add('Convolution', node.name, from, top, `convolution_param { ${shape} ${window} }`, blob(inputs[1]), ...(bias ? [blob(inputs[2])] : []))
        break
      }
      case 'batchNorm': {
        // As Caffe stores them, a thousand times as large, and the factor behind them.
        const large = (id: TensorId | undefined): Uint8Array =>
          blobOf(
            [values(id).length],
            values(id).map((v) => v * 1000),
          )
        add('BatchNorm', node.name, from, top, '', large(inputs[3]), large(inputs[4]), blobOf([1], [1000]))
        add('Scale', `${node.name}/scale`, [top], top, 'scale_param { bias_term: true }', blob(inputs[1]), blob(inputs[2]))
        break
      }
      case 'pool2d':
        add(
          'Pooling',
          node.name,
          from,
          top,
          `pooling_param { pool: ${a.mode === 'max' ? 'MAX' : 'AVE'} kernel_size: 3 stride: 2 pad: 1 round_mode: FLOOR }`,
        )
        break
      case 'globalPool':
        add('Pooling', node.name, from, top, 'pooling_param { pool: AVE global_pooling: true }')
        break
      case 'channelShuffle': {
        // The inverse of a shuffle of g groups is one of as many groups as each of these has channels.
        const { groups, order } = shuffleSchema.parse(attrs)
        const channels = tensorOf(graph, inputs[0] ?? NONE).fact.shape[1] ?? 0
        const own = order === '(g,n)' ? groups : channels / groups
        expect(shuffleSource(channels, { groups: own, order: '(g,n)' })).toEqual(shuffleSource(channels, { groups, order }))
        add('ShuffleChannel', node.name, from, top, `shuffle_channel_param { group: ${own} }`)
        break
      }
      case 'activation':
        add('ReLU', node.name, from, top, '')
        break
      case 'concat':
        add('Concat', node.name, from, top, '')
        break
      case 'binary':
        add('Eltwise', node.name, from, top, '')
        break
      case 'flatten':
      case 'reshape':
        add('Flatten', node.name, from, top, '')
        break
      case 'linear':
        add(
          'InnerProduct',
          node.name,
          from,
          top,
          `inner_product_param { num_output: 1000 bias_term: ${bias} }`,
          blob(inputs[1]),
          ...(bias ? [blob(inputs[2])] : []),
        )
        break
      default:
        throw new Error(`no layer for ${op}`)
    }
  }
  blobs.set(graph.inputs[0] ?? NONE, 'data')
  for (const node of graph.nodes) layer(node)
  const input = 'name: "shufflenet"\ninput: "data"\ninput_dim: 10\ninput_dim: 3\ninput_dim: 224\ninput_dim: 224\n'
  return { text: input + lines.join('\n'), weights: weightsOf(...stored) }
}

it.skipIf(!CHECKPOINT)('ShuffleNet v1 0.5x, groups 3 (skipped where the checkpoint is not beside the repository)', async () => {
  const source = await openModel({ name: 'megvii.pth.tar', bytes: new Uint8Array(readFileSync(CHECKPOINT ?? '')) })
  const { text, weights } = written(source.graph)
  const { graph, labelSet } = await openModel(files(text, weights))
  const recognised = recognise(graph)
  expect(recognised.nodes.filter((n) => n.op === 'channelShuffle').length).toBe(16)
  expect(labelSet).toBe('imagenet-1k')
  const input = npyFile(sharedPath('expected/megvii_v1_g3_0.5x.input.npy') ?? '')
  const logits = npyFile(sharedPath('expected/megvii_v1_g3_0.5x.logits.npy') ?? '')
  const [result] = await runOn({ backend: 'wasm-simd', threads: 1 }, fuse(recognised), [input])
  expect(result?.shape).toEqual([1, 1000])
  expect(relativeError(result?.data ?? [], logits.data)).toBeLessThan(1e-4)
})
