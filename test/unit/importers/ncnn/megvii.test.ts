/** A whole trained network, the Megvii checkpoint written as ncnn layers, computes the logits that PyTorch computed. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { openModel } from '../../../../engine/importers/open.ts'
import { constantOf, type Graph, NONE, type Node } from '../../../../engine/ir/graph.ts'
import { fuse, recognise } from '../../../../engine/passes/pipeline.ts'
import { relativeError } from '../../../fixtures/evaluate.ts'
import { npyFile } from '../../../fixtures/npy.ts'
import { sharedPath } from '../../../fixtures/shared.ts'
import { runOn } from '../../../ops/harness.ts'
import { files, param } from './fixtures.ts'

const CHECKPOINT = sharedPath('expected') && sharedPath('models/shufflenetv1_g3_0.5x.pth.tar')

/** The layers and the weights of a ShuffleNet v1, one layer for each node. */
function written(graph: Graph): { text: string; bin: Uint8Array } {
  const weights: Uint8Array[] = []
  const push = (id: number | undefined, mark = false): number => {
    const value = constantOf(graph, id ?? NONE)
    if (!value) return 0
    if (mark) weights.push(new Uint8Array(4))
    weights.push(new Uint8Array(Float32Array.from(value.data).buffer))
    return value.data.length
  }
  const parameters = ({ op, attrs, inputs }: Node): [type: string, values: string] => {
    const a = attrs as { kernel: number[]; stride: number[]; pad: number[]; groups: number; mode: string }
    const shape = constantOf(graph, inputs[1] ?? NONE)?.shape ?? []
    switch (op) {
      case 'conv2d': {
        const size = push(inputs[1], true)
        const bias = push(inputs[2])
        const common = `0=${shape[0]} 1=${a.kernel[0]} 3=${a.stride[0]} 4=${a.pad[0]} 5=${bias && 1} 6=${size}`
        return a.groups > 1 ? ['ConvolutionDepthWise', `${common} 7=${a.groups}`] : ['Convolution', common]
      }
      case 'batchNorm':
        // In the file the bias comes last.
        for (const i of [1, 3, 4, 2]) push(inputs[i])
        return ['BatchNorm', `0=${shape[0]} 1=1.000000e-05`]
      case 'pool2d':
        return ['Pooling', `0=${a.mode === 'max' ? 0 : 1} 1=3 2=2 3=1 5=1 6=1`]
      case 'globalPool':
        return ['Pooling', '0=1 4=1']
      case 'channelShuffle':
        return ['ShuffleChannel', `0=${a.groups} 1=${(attrs as { order: string }).order === '(n,g)' ? 1 : 0}`]
      case 'activation':
        return ['ReLU', '']
      case 'concat':
        return ['Concat', '0=0']
      case 'binary':
        return ['Eltwise', '0=1']
      case 'linear':
        return ['InnerProduct', `0=${shape[0]} 1=0 2=${push(inputs[1], true)}`]
      default:
        throw new Error(`no layer for ${op}`)
    }
  }
  const layers = graph.nodes.map((node) => {
    const from = node.inputs.filter((id) => id !== NONE && !constantOf(graph, id)).map((id) => `b${id}`)
    const [type, values] = parameters(node)
    return `${type} ${node.name} ${from.length} 1 ${from.join(' ')} b${node.outputs[0]} ${values}`
  })
  return { text: param(`Input data 0 1 b${graph.inputs[0]} 0=224 1=224 2=3`, ...layers), bin: new Uint8Array(Buffer.concat(weights)) }
}

it.skipIf(!CHECKPOINT)('ShuffleNet v1 0.5x, groups 3 (skipped where the checkpoint is not beside the repository)', async () => {
  const source = await openModel({ name: 'megvii.pth.tar', bytes: new Uint8Array(readFileSync(CHECKPOINT ?? '')) })
  const { text, bin } = written(source.graph)
  const { graph, labelSet } = await openModel(files(text, bin))
  const shuffles = recognise(graph).nodes.filter((n) => n.op === 'channelShuffle')
  expect(shuffles.map((n) => n.attrs)).toEqual(new Array(16).fill({ groups: 3, order: '(n,g)' }))
  expect(labelSet).toBe('imagenet-1k')
  const input = npyFile(sharedPath('expected/megvii_v1_g3_0.5x.input.npy') ?? '')
  const logits = npyFile(sharedPath('expected/megvii_v1_g3_0.5x.logits.npy') ?? '')
  const [result] = await runOn({ backend: 'wasm-simd', threads: 1 }, fuse(recognise(graph)), [input])
  expect(result?.shape).toEqual([1, 1000])
  expect(relativeError(result?.data ?? [], logits.data)).toBeLessThan(1e-4)
})
