/** Tensors: element types, facts (dtype and shape), and values held by the host in row-major order. */
import { assert } from '../base/assert.ts'

/** Element types. `i64` values are held as doubles: exact to 2^53, which no shape exceeds. */
export type DType = 'f32' | 'i32' | 'i64' | 'u8' | 'i8' | 'bool'

export type TensorData = Float32Array | Int32Array | Float64Array | Uint8Array | Int8Array

/** What the axes mean: feature maps NCHW, weights OIHW, matrices NC, anything else by position. */
export type Layout = 'NCHW' | 'OIHW' | 'NC' | 'C' | 'any'

/** What is known of a tensor before it has a value. */
export interface TensorFact {
  readonly dtype: DType
  /** Row-major extents, outermost first; [] is a scalar. */
  readonly shape: readonly number[]
  readonly layout: Layout
}

/** A tensor with its elements, row-major in the order of its shape. */
export interface HostTensor {
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly data: TensorData
}

export function sizeOf(shape: readonly number[]): number {
  let size = 1
  for (const extent of shape) size *= extent
  return size
}

export function layoutOf(rank: number): Layout {
  return rank === 4 ? 'NCHW' : rank === 2 ? 'NC' : rank === 1 ? 'C' : 'any'
}

export function fact(shape: readonly number[], dtype: DType = 'f32', layout: Layout = layoutOf(shape.length)): TensorFact {
  return { dtype, shape, layout }
}

export const BYTES: Readonly<Record<DType, number>> = { f32: 4, i32: 4, i64: 8, u8: 1, i8: 1, bool: 1 }

export function bytesOf(f: Pick<TensorFact, 'dtype' | 'shape'>): number {
  return sizeOf(f.shape) * BYTES[f.dtype]
}

export function allocate(dtype: DType, size: number): TensorData {
  switch (dtype) {
    case 'f32':
      return new Float32Array(size)
    case 'i32':
      return new Int32Array(size)
    case 'i64':
      return new Float64Array(size)
    case 'i8':
      return new Int8Array(size)
    default:
      return new Uint8Array(size)
  }
}

export function hostTensor(shape: readonly number[], data: TensorData, dtype: DType = 'f32'): HostTensor {
  assert(data.length === sizeOf(shape), `${data.length} elements for shape [${shape.join(', ')}]`)
  return { dtype, shape, data }
}

/** Strides in elements of a row-major tensor. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length)
  let step = 1
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step
    step *= shape[i] ?? 1
  }
  return strides
}

/** Rows and planes of a feature map: [N, C, H, W] from rank 4, or [N, C, 1, 1] from rank 2. */
export function asNchw(shape: readonly number[]): [number, number, number, number] {
  if (shape.length === 2) return [shape[0] ?? 1, shape[1] ?? 1, 1, 1]
  assert(shape.length === 4, `a feature map has rank 4 or 2, not [${shape.join(', ')}]`)
  return [shape[0] ?? 1, shape[1] ?? 1, shape[2] ?? 1, shape[3] ?? 1]
}
