/** Exported ONNX, run by onnxruntime and read back by our own importer: both compute what the graph computes. */
import * as ort from 'onnxruntime-web'
import { describe, expect, it } from 'vitest'
import { buildZooModel, evaluateGraph, openModel, recognise, writeOnnx } from '../../../engine/index.ts'
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
})
