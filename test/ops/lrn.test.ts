/** Local response normalisation: values of PyTorch, and of onnxruntime on the exported graph. */
import * as ort from 'onnxruntime-web'
import { describe, expect, it } from 'vitest'
import { openModel, recognise, writeOnnx } from '../../engine/index.ts'
import { checkNode, first, nodeGraph } from './cases.ts'
import { randomTensor, relativeError } from './harness.ts'

ort.env.wasm.numThreads = 1

describe('lrn', () => {
  it('has the values of torch.nn.functional.local_response_norm(x, 3, 2, 0.75, 1)', async () => {
    const graph = nodeGraph('lrn', { size: 3, alpha: 2, beta: 0.75, bias: 1 }, [[1, 5, 1, 1]])
    const x = { dtype: 'f32' as const, shape: [1, 5, 1, 1], data: Float32Array.of(1, -2, 3, 0.5, 4) }
    expect(relativeError(first(graph, [x]).data, [0.3329534, -0.3470162, 0.5402511, 0.05761633, 0.6269453])).toBeLessThan(1e-6)
  })

  it.each([1, 4, 5, 9])('with a window of %i, on every backend and with the flow that it states', async (size) => {
    for (const shape of [
      [2, 5, 3, 4],
      [1, 17, 2, 1],
      [1, 1, 2, 2],
    ])
      await checkNode('lrn', { size, alpha: 1.3, beta: 0.75, bias: 2 }, [shape])
  })

  it.each([0.75, 0.5])('is read and written as ONNX; onnxruntime agrees for beta %f', async (beta) => {
    const graph = nodeGraph('lrn', { size: 5, alpha: 0.9, beta, bias: 1.5 }, [[1, 13, 3, 2]])
    const x = randomTensor([1, 13, 3, 2], 7)
    const expected = first(graph, [x]).data
    const bytes = writeOnnx(graph)
    const session = await ort.InferenceSession.create(bytes, { executionProviders: ['wasm'] })
    const outputs = await session.run({ [session.inputNames[0] ?? '']: new ort.Tensor('float32', Float32Array.from(x.data), [...x.shape]) })
    expect(relativeError(outputs[session.outputNames[0] ?? '']?.data as Float32Array, expected)).toBeLessThan(1e-6)
    await session.release()
    const again = recognise((await openModel({ name: 'again.onnx', bytes })).graph)
    expect(again.nodes[0]).toMatchObject({ op: 'lrn', attrs: { size: 5, beta } })
    expect(relativeError(first(again, [x]).data, expected)).toBeLessThan(1e-6)
  })

  it.each([1, 2, 3, 4, 5, 9])('with any exponent, over %i channels', async (size) => {
    for (const channels of [1, 3, 4, 6, 11]) await checkNode('lrn', { size, alpha: 0.9, beta: 0.6, bias: 1.5 }, [[2, channels, 2, 3]])
  })

  it('needs a window and a feature map', () => {
    expect(() => nodeGraph('lrn', { size: 0 }, [[1, 4, 2, 2]])).toThrow(expect.objectContaining({ code: 'bad-input' }))
    expect(() => nodeGraph('lrn', { size: 5 }, [[1, 4]])).toThrow(/"node".*rank 4/)
  })
})
