// 8-bit pieces that kernels share; the arithmetic is that of ops/quantized.ts, to the bit. Everything here is inlined.

import { DOT, SIGNED_DOT, UNSIGNED_DOT } from '../../../dist/wasm/build.kernel'

/** See ops/quantized.ts, of ROUNDER too. */
const ROUNDER_BITS = 0x4b400000

/** acc + the dot products of four unsigned bytes of `x` with four signed ones of `w`, in each of four lanes; exact in every build, given `takenByDot`. */
// @ts-ignore: decorator
@inline
export function dot(x: v128, w: v128, acc: v128): v128 {
  if (DOT == UNSIGNED_DOT) return i32x4.relaxed_dot_i8x16_i7x16_add_s(w, x, acc)
  // x - 128 as a signed byte: a sum must start with `takenByDot` times its weights.
  if (DOT == SIGNED_DOT) return i32x4.relaxed_dot_i8x16_i7x16_add_s(w, v128.xor(x, i8x16.splat(-128)), acc)
  const lo = i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(x), i16x8.extend_low_i8x16_s(w))
  const hi = i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(x), i16x8.extend_high_i8x16_s(w))
  return i32x4.add(acc, i32x4.add(v128.shuffle<i32>(lo, hi, 0, 2, 4, 6), v128.shuffle<i32>(lo, hi, 1, 3, 5, 7)))
}

/** What `dot` takes from a sum for each unit of its weights. */
// @ts-ignore: decorator
@inline
export function takenByDot(): i32 {
  return DOT == SIGNED_DOT ? 128 : 0
}

/** acc + `lift` times the sum of each lane's four weights. */
// @ts-ignore: decorator
@inline
export function lifted(w: v128, acc: v128, lift: i32): v128 {
  return i32x4.add(acc, i32x4.mul(i32x4.extadd_pairwise_i16x8_s(i16x8.extadd_pairwise_i8x16_s(w)), i32x4.splat(lift)))
}

/** Sums as f32, times the factors of their channels. */
// @ts-ignore: decorator
@inline
export function scaled(sums: v128, factors: v128): v128 {
  return f32x4.mul(f32x4.convert_i32x4_s(sums), factors)
}

/** What takes the bits of a rounded value to its 8-bit value. */
// @ts-ignore: decorator
@inline
export function shiftOf(zero: i32): v128 {
  return i32x4.splat(ROUNDER_BITS - zero)
}

/** ROUNDER, made of what a compiler does not know: V8 makes a vector constant anew, in three instructions, wherever it is used. */
// @ts-ignore: decorator
@inline
export function rounderOf(shift: v128, zero: i32): v128 {
  return i32x4.add(shift, i32x4.splat(zero))
}

/** Rounded, as 32-bit integers, of which `narrow` keeps what is 0 to 255; magnitudes below 2^22. */
// @ts-ignore: decorator
@inline
export function roundOff(v: v128, rounder: v128, shift: v128): v128 {
  return i32x4.sub(f32x4.add(v, rounder), shift)
}

/** Clipped and rounded, as 32-bit integers from 0 to 255. */
// @ts-ignore: decorator
@inline
export function round8(v: v128, lo: v128, hi: v128, rounder: v128, shift: v128): v128 {
  return roundOff(f32x4.pmin(f32x4.pmax(v, lo), hi), rounder, shift)
}

/** Four bytes from memory as 32-bit integers. */
// @ts-ignore: decorator
@inline
export function load8x4(p: usize): v128 {
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load_zero<u32>(p)))
}

/** Sums, and the four bytes at `p` each so many times; a count lies in the low half of its lane. */
// @ts-ignore: decorator
@inline
export function joined(sums: v128, p: usize, counts: v128): v128 {
  return i32x4.add(sums, i32x4.dot_i16x8_s(load8x4(p), counts))
}

/** The same of eight bytes that were read together, as 16-bit integers: the first four, */
// @ts-ignore: decorator
@inline
export function joinedLow(sums: v128, x: v128, counts: v128): v128 {
  return i32x4.add(sums, i32x4.dot_i16x8_s(i32x4.extend_low_i16x8_u(x), counts))
}

/** and the others. */
// @ts-ignore: decorator
@inline
export function joinedHigh(sums: v128, x: v128, counts: v128): v128 {
  return i32x4.add(sums, i32x4.dot_i16x8_s(i32x4.extend_high_i16x8_u(x), counts))
}

/** Integers from 0 to 255 as bytes: those of a, then those of b. */
// @ts-ignore: decorator
@inline
export function narrow(a: v128, b: v128): v128 {
  const both = i16x8.narrow_i32x4_s(a, b)
  return i8x16.narrow_i16x8_u(both, both)
}

/** The first `n` (1 to 4) of the bytes from `at` on. */
// @ts-ignore: decorator
@inline
function storeSome(to: usize, positions: usize, at: i32, bytes: v128, n: i32): void {
  // Each branch is on a constant or on what is the same for a whole strip.
  const v = at == 4 ? v128.shuffle<i32>(bytes, bytes, 1, 1, 1, 1) : bytes
  const table = positions + (at << 2)
  if (positions) {
    v128.store_lane<u8>(to + load<i32>(table), v, 0)
    if (n > 1) v128.store_lane<u8>(to + load<i32>(table, 4), v, 1)
    if (n > 2) v128.store_lane<u8>(to + load<i32>(table, 8), v, 2)
    if (n > 3) v128.store_lane<u8>(to + load<i32>(table, 12), v, 3)
  } else {
    v128.store_lane<u8>(to + at, v, 0)
    if (n > 1) v128.store_lane<u8>(to + at, v, 1, 1)
    if (n > 2) v128.store_lane<u8>(to + at, v, 2, 2)
    if (n > 3) v128.store_lane<u8>(to + at, v, 3, 3)
  }
}

/** A tile's vectors of one pixel, 32-bit integers, whole and side by side at `to`. */
// @ts-ignore: decorator
@inline
export function putPlain8(vectors: i32, to: usize, v0: v128, v1: v128, v2: v128): void {
  const bytes = narrow(v0, vectors == 1 ? v0 : v1)
  if (vectors == 1) v128.store_lane<u32>(to, bytes, 0)
  else v128.store_lane<u64>(to, bytes, 0)
  if (vectors == 3) v128.store_lane<u32>(to, narrow(v2, v2), 0, 8)
}

/** A tile's vectors of one pixel, 32-bit integers: side by side at `to`, or where the table `positions` says; `lanes`: channels in the last. */
// @ts-ignore: decorator
@inline
export function put8(vectors: i32, to: usize, positions: usize, lanes: i32, v0: v128, v1: v128, v2: v128): void {
  if (!positions && lanes == 4) {
    putPlain8(vectors, to, v0, v1, v2)
    return
  }
  const bytes = narrow(v0, vectors == 1 ? v0 : v1)
  storeSome(to, positions, 0, bytes, vectors == 1 ? lanes : 4)
  if (vectors > 1) storeSome(to, positions, 4, bytes, vectors == 2 ? lanes : 4)
  if (vectors > 2) storeSome(positions ? to : to + 8, positions ? positions + 32 : 0, 0, narrow(v2, v2), lanes)
}

/** The first `n` (0 to 15) bytes. */
// @ts-ignore: decorator
@inline
export function storeBytes(to: usize, v: v128, n: i32): void {
  let rest = v
  if (n & 8) {
    v128.store_lane<u64>(to, rest, 0)
    rest = v128.shuffle<i64>(rest, rest, 1, 1)
    to += 8
  }
  if (n & 4) {
    v128.store_lane<u32>(to, rest, 0)
    rest = v128.shuffle<i32>(rest, rest, 1, 1, 1, 1)
    to += 4
  }
  if (n & 2) {
    v128.store_lane<u16>(to, rest, 0)
    rest = v128.shuffle<i16>(rest, rest, 1, 1, 1, 1, 1, 1, 1, 1)
    to += 2
  }
  if (n & 1) v128.store_lane<u8>(to, rest, 0)
}
