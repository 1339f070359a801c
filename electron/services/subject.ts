/** A model made ready for a device: its plan or ONNX file, an input that is the same everywhere, and the host's own output for it. */
import { join } from 'node:path'
import {
  createRunner,
  fuse,
  type HostTensor,
  hashModel,
  type Model,
  makePlan,
  preprocessImage,
  recognise,
  tensorOf,
  unsupported,
  writePlan,
} from '../../engine/index.ts'
import type { DeviceBackend } from '../ipc/contract.ts'
import { decodeImage } from './images.ts'
import { nodeHost } from './nodePool.ts'
import { onnxOf } from './onnxFile.ts'

export interface PreparedSubject {
  readonly model: string
  readonly modelHash: string
  readonly input: HostTensor
  readonly expected: ArrayLike<number>
  /** Plan for our engine, ONNX for onnxruntime. */
  file(backend: DeviceBackend): Uint8Array
}

/** Of the bundled photos; any would do, but it must stay the same. */
const PHOTO = 'samples/cat.jpg'

/** `root` holds dist and assets. Throws ScopeError where the model cannot be run, or takes something else than one tensor. */
export async function prepareSubject(root: string, model: Model, signal?: AbortSignal): Promise<PreparedSubject> {
  const plan = makePlan(fuse(recognise(model.graph)))
  if (plan.inputs.length !== 1)
    throw unsupported(`Model "${model.id}"`, `it takes ${plan.inputs.length} inputs`, 'Only models with one input are profiled on devices')
  const { shape } = tensorOf(model.graph, model.graph.inputs[0] ?? 0).fact
  const input = model.preprocess ? preprocessImage(await decodeImage(join(root, 'assets', PHOTO), undefined, signal), model.preprocess) : noise(shape)
  const runner = await createRunner(plan, await nodeHost(root, 1))
  try {
    const { outputs } = await runner.run([input], signal ? { signal } : {})
    return {
      model: model.id,
      modelHash: await hashModel(model.graph),
      input,
      expected: outputs[0]?.data ?? [],
      file: (backend) => (backend === 'ort' ? onnxOf(model.graph) : writePlan(plan)),
    }
  } finally {
    await runner.close()
  }
}

/** The same values everywhere: a linear congruence (Numerical Recipes), -1 to 1. */
function noise(shape: readonly number[]): HostTensor {
  let state = 1
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  })
  return { dtype: 'f32', shape, data }
}

/** f32, little-endian, as the program on the device reads it. */
export function inputBytes({ data }: HostTensor): Uint8Array {
  const bytes = new Uint8Array(4 * data.length)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < data.length; i++) view.setFloat32(4 * i, Number(data[i] ?? 0), true)
  return bytes
}
