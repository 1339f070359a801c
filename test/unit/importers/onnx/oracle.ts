/** onnxruntime-web on one thread: what an ONNX file computes according to somebody else. */
import * as ort from 'onnxruntime-web'
import type { HostTensor } from '../../../../engine/ir/tensor.ts'

ort.env.wasm.numThreads = 1
ort.env.logLevel = 'error'

/** `optimise`: whether nodes may be joined, which changes where quantised models round. */
export async function runOnnx(bytes: Uint8Array, inputs: readonly HostTensor[], optimise = true): Promise<HostTensor[]> {
  const options = { executionProviders: ['wasm'], graphOptimizationLevel: optimise ? 'all' : 'disabled' } as const
  const session = await ort.InferenceSession.create(bytes, options)
  try {
    const feeds = Object.fromEntries(
      session.inputNames.map((name, i) => {
        const value = inputs[i]
        if (!value) throw new Error(`no value for input ${name}`)
        return [name, new ort.Tensor('float32', Float32Array.from(value.data), [...value.shape])]
      }),
    )
    const results = await session.run(feeds)
    return session.outputNames.map((name) => {
      const tensor = results[name]
      if (!tensor) throw new Error(`no output ${name}`)
      return { dtype: 'f32', shape: tensor.dims, data: Float32Array.from(tensor.data as Float32Array) }
    })
  } finally {
    await session.release()
  }
}
