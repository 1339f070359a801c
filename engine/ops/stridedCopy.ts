/** Copies between any two strided tensors, whatever their layouts in memory. */
import { assert } from '../base/assert.ts'
import type { TensorId } from '../ir/graph.ts'
import { stridesOf } from '../ir/tensor.ts'
import type { LowerContext, Ref } from './op.ts'

export interface Strided {
  readonly ref: Ref
  /** Floats from `ref` to the first element. */
  readonly offset: number
  /** Floats per step along each axis of the tensor's own shape. */
  readonly strides: readonly number[]
}

const RANK = 6

/** How a tensor lies in memory: feature maps (rank 4) NHWC, all others row-major. */
export function memoryStrides(context: LowerContext, id: TensorId): Strided {
  const { shape } = context.fact(id)
  if (shape.length !== 4) return { ref: context.flat(id), offset: 0, strides: stridesOf(shape) }
  const view = context.view(id)
  assert(!view.positions, 'a strided copy needs channels that lie side by side')
  const row = view.width * view.pixelStride
  return { ref: view.ref, offset: 0, strides: [view.height * row, 1, row, view.pixelStride] }
}

/** Kernel arguments: src, dst, six extents, six source strides, six target strides (floats), outermost first. */
export function emitStridedCopy(context: LowerContext, from: Strided, to: Strided, shape: readonly number[]): void {
  assert(shape.length <= RANK, `a strided copy of rank ${shape.length}`)
  const front = <T>(list: readonly T[], fill: T): T[] => [...new Array<T>(RANK - list.length).fill(fill), ...list]
  const extents = front(shape, 1)
  const at = (s: Strided): Ref => ({ ...s.ref, offset: s.ref.offset + 4 * s.offset })
  const [a = 1, b = 1, c = 1] = extents
  context.emit('copyStrided', a * b * c, [at(from), at(to), ...extents, ...front(from.strides, 0), ...front(to.strides, 0)])
}
