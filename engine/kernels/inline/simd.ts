// Vector pieces that all kernels share. Everything here is inlined.

/** Argument `i` of a step: an i32 or an address. */
// @ts-ignore: decorator
@inline
export function arg(args: usize, i: i32): i32 {
  return load<i32>(args + (<usize>i << 2))
}

// @ts-ignore: decorator
@inline
export function argF32(args: usize, i: i32): f32 {
  return load<f32>(args + (<usize>i << 2))
}

/** a * b + c; fused where the build has relaxed SIMD. */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c)
  return f32x4.add(f32x4.mul(a, b), c)
}

// @ts-ignore: decorator
@inline
export function clamp(v: v128, lo: v128, hi: v128): v128 {
  // pmax and pmin are one x86 instruction each; max and min, with their rule for NaN, are several.
  return f32x4.pmin(f32x4.pmax(v, lo), hi)
}

/** Stores the first `n` (1 to 4) lanes. */
// @ts-ignore: decorator
@inline
export function storeLanes(to: usize, v: v128, n: i32): void {
  if (n >= 4) {
    v128.store(to, v)
    return
  }
  v128.store_lane<f32>(to, v, 0)
  if (n > 1) v128.store_lane<f32>(to, v, 1, 4)
  if (n > 2) v128.store_lane<f32>(to, v, 2, 8)
}

/** Stores the first `n` lanes: side by side at `to`, or each at `to` plus its byte offset in the table `positions`. */
// @ts-ignore: decorator
@inline
export function storeChannels(to: usize, positions: usize, v: v128, n: i32): void {
  if (positions) {
    v128.store_lane<f32>(to + load<i32>(positions), v, 0)
    if (n > 1) v128.store_lane<f32>(to + load<i32>(positions, 4), v, 1)
    if (n > 2) v128.store_lane<f32>(to + load<i32>(positions, 8), v, 2)
    if (n > 3) v128.store_lane<f32>(to + load<i32>(positions, 12), v, 3)
  } else storeLanes(to, v, n)
}

/** Sum of the four lanes. */
// @ts-ignore: decorator
@inline
export function sumLanes(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
}

/** Memory that each thread has for itself while it runs a step. */
export const SCRATCH_BYTES = 16384
