/** Ranges of a tensor's values over photos, and the 8-bit scale that covers them. */
import type { TensorData } from '../../ir/tensor.ts'
import { type Affine, LARGEST } from '../../ops/quantized.ts'

export interface Range {
  readonly min: number
  readonly max: number
}

/** The values seen so far. A range without values is empty: min above max. */
export const EMPTY: Range = { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY }

export function rangeOf(values: TensorData): Range {
  let { min, max } = EMPTY
  for (const v of values) {
    if (v < min) min = v
    if (v > max) max = v
  }
  return { min, max }
}

export function joined(a: Range, b: Range): Range {
  return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) }
}

/** To nine digits, which f32 has: kernels use no more, and files hold thousands of scales as text. */
export function shortScale(scale: number): number {
  return Number(scale.toPrecision(9))
}

/** Scale and zero whose 8-bit values reach from `min` to `max`; 0 is always one of them exactly. */
export function affineOf({ min, max }: Range): Affine {
  const low = Math.min(min, 0)
  const high = Math.max(max, 0)
  if (!(high > low)) return { scale: 1, zero: 0 }
  const scale = shortScale((high - low) / LARGEST)
  return { scale, zero: Math.min(LARGEST, Math.max(0, Math.round(-low / scale))) }
}
