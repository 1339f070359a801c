/** Exported ONNX, run by onnxruntime and read back by our own importer: both compute what the graph computes. */
import * as ort from 'onnxruntime-web'
import { describe, expect, it } from 'vitest'
import { buildZooModel, evaluateGraph, openModel, recognise, writeOnnx } from '../../../engine/index.ts'
import { GraphBuilder } from '../../../engine/ir/build.ts'
import { OPS } from '../../../engine/ops/registry.ts'
import { randomTensor, relativeError } from '../../ops/harness.ts'

ort.env.wasm.numThreads = 1
const SIDE = 64
const IDS = [
  'shufflenet-v1-g3-0.5x',
  'shufflenet-v1-g8-1.0x',
  'shufflenet-v2-torchvision-1.0x',
  'shufflenet-v2-megvii-1.0x',
  'shufflenet-v1-g3-2.0x-se',
  'googlenet-bvlc',
  'xception',
]

describe('ONNX export', () => {
  for (const id of IDS)
    it(`${id}: onnxruntime agrees`, async () => {
      const { graph } = buildZooModel(id, { inputSize: [SIDE, SIDE], classes: 11 })
      const input = randomTensor([1, 3, SIDE, SIDE], 5)
      const expected = evaluateGraph(graph, [input]).get(graph.outputs[0] ?? -1)
      const bytes = writeOnnx(recognise(graph))
      const session = await ort.InferenceSession.create(bytes, { executionProviders: ['wasm'] })
      const name = session.inputNames[0] ?? ''
      const outputs = await session.run({ [name]: new ort.Tensor('float32', Float32Array.from(input.data), [...input.shape]) })
      expect(relativeError(outputs[session.outputNames[0] ?? '']?.data as Float32Array, expected?.data ?? [])).toBeLessThan(1e-4)
      await session.release()

      const again = recognise((await openModel({ name: 'again.onnx', bytes })).graph)
      expect(again.nodes.filter((n) => n.op === 'channelShuffle').length).toBe(graph.nodes.filter((n) => n.op === 'channelShuffle').length)
      expect(relativeError(evaluateGraph(again, [input]).get(again.outputs[0] ?? -1)?.data ?? [], expected?.data ?? [])).toBeLessThan(1e-5)
    })
  it.each([
    { kind: 'elu', alpha: 1.3, gamma: 1 },
    { kind: 'elu', alpha: 1.67, gamma: 1.05 },
    { kind: 'tanh' },
    { kind: 'softplus' },
    { kind: 'mish' },
    { kind: 'gelu' },
  ] as const)('$kind: onnxruntime agrees', async (fn) => {
    const b = new GraphBuilder('test', OPS)
    const y = b.node('activation', { function: fn }, [b.input('x', [1, 2, 3, 4])], { name: 'act' })
    const graph = b.finish([
      b.node('binary', { function: 'prelu' }, [y, b.weight('slope', [2, 1, 1], Float32Array.of(0.25, -0.5))], { name: 'slope' }),
    ])
    const input = randomTensor([1, 2, 3, 4], 3)
    const session = await ort.InferenceSession.create(writeOnnx(graph), { executionProviders: ['wasm'] })
    const outputs = await session.run({ x: new ort.Tensor('float32', Float32Array.from(input.data), [1, 2, 3, 4]) })
    const expected = evaluateGraph(graph, [input]).get(graph.outputs[0] ?? -1)
    expect(relativeError(outputs[session.outputNames[0] ?? '']?.data as Float32Array, expected?.data ?? [])).toBeLessThan(1e-5)
    await session.release()
  })

  it('what has no ONNX form is refused with its node', () => {
    const b = new GraphBuilder('test', OPS)
    const graph = b.finish([b.node('activation', { function: { kind: 'geluTanh' } }, [b.input('x', [1, 2, 3, 4])], { name: 'act' })])
    expect(() => writeOnnx(graph)).toThrow(/"act".*no ONNX form/)
  })
})
