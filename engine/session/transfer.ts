/** Moves tensors between the host (row-major, NCHW) and the arena (feature maps NHWC, but for inputs that are read as they come). */
import { badInput } from '../base/errors.ts'
import { asNchw, type HostTensor, hostTensor, sizeOf } from '../ir/tensor.ts'
import type { PlanTensor } from '../plan/plan.ts'

/** Throws ScopeError `bad-input` where the shape is not the plan's. */
export function writeTensor(memory: Float32Array, arena: number, target: PlanTensor, value: HostTensor): void {
  if (value.shape.join() !== target.shape.join() || value.data.length !== sizeOf(target.shape))
    throw badInput(
      `Input "${target.name}"`,
      `it has shape [${value.shape.join(', ')}] where [${target.shape.join(', ')}] is needed`,
      'Give a tensor of the shape that the model was opened with',
    )
  const start = (arena + target.offset) >> 2
  if (target.pixelStride === 0) {
    memory.set(value.data, start)
    return
  }
  const [n, c, h, w] = asNchw(target.shape)
  const pixels = h * w
  const { data } = value
  for (let b = 0; b < n; b++)
    for (let k = 0; k < c; k++) {
      const from = (b * c + k) * pixels
      let to = start + b * pixels * target.pixelStride + k
      for (let p = 0; p < pixels; p++) {
        memory[to] = data[from + p] ?? 0
        to += target.pixelStride
      }
    }
}

export function readTensor(memory: Float32Array, arena: number, source: PlanTensor): HostTensor {
  if (source.value) return { dtype: 'f32', shape: source.shape, data: source.value }
  if (source.dtype === 'u8') {
    const out = new Uint8Array(sizeOf(source.shape))
    gather(out, new Uint8Array(memory.buffer), arena + source.offset, source)
    return hostTensor(source.shape, out, 'u8')
  }
  const start = (arena + source.offset) >> 2
  const size = sizeOf(source.shape)
  if (source.pixelStride === 0) return hostTensor(source.shape, memory.slice(start, start + size))
  const out = new Float32Array(size)
  gather(out, memory, start, source)
  return hostTensor(source.shape, out)
}

/** NHWC to NCHW, from element `start` on. */
function gather<T extends Float32Array | Uint8Array>(out: T, memory: T, start: number, source: PlanTensor): void {
  const [n, c, h, w] = asNchw(source.shape)
  const pixels = h * w
  for (let b = 0; b < n; b++)
    for (let k = 0; k < c; k++) {
      let from = start + b * pixels * source.pixelStride + k
      const to = (b * c + k) * pixels
      for (let p = 0; p < pixels; p++) {
        out[to + p] = memory[from] ?? 0
        from += source.pixelStride
      }
    }
}
