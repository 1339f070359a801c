// How a tile of a convolution is stored.
import { storeLanes } from './simd'

/** The activation where it is a clip; curves are left to the caller. */
// @ts-ignore: decorator
@inline
export function clip(v: v128, lo: v128, hi: v128): v128 {
  return f32x4.pmin(f32x4.pmax(v, lo), hi)
}

/** Stores the first `lanes` (1 to 4) channels of a pixel, each at `to` plus its byte offset in the table `positions`. */
// @ts-ignore: decorator
@inline
function scatter(to: usize, positions: usize, v: v128, lanes: i32): void {
  v128.store_lane<f32>(to + load<i32>(positions), v, 0)
  if (lanes > 1) v128.store_lane<f32>(to + load<i32>(positions, 4), v, 1)
  if (lanes > 2) v128.store_lane<f32>(to + load<i32>(positions, 8), v, 2)
  if (lanes > 3) v128.store_lane<f32>(to + load<i32>(positions, 12), v, 3)
}

/** One vector of a pixel: the last of a tile may hold fewer than four channels. */
// @ts-ignore: decorator
@inline
function putVector(to: usize, positions: usize, v: v128, at: i32, last: bool, lanes: i32): void {
  if (positions) scatter(to, positions + at, v, last ? lanes : 4)
  else if (last && lanes < 4) storeLanes(to + at, v, lanes)
  else v128.store(to + at, v)
}

/** A tile's vectors of one pixel, whole and side by side at `to`. */
// @ts-ignore: decorator
@inline
export function putPlain(vectors: i32, to: usize, v0: v128, v1: v128, v2: v128): void {
  v128.store(to, v0)
  if (vectors > 1) v128.store(to, v1, 16)
  if (vectors > 2) v128.store(to, v2, 32)
}

/** A tile's vectors of one pixel: side by side at `to`, or where the table `positions` says. */
// @ts-ignore: decorator
@inline
export function put(vectors: i32, to: usize, positions: usize, lanes: i32, v0: v128, v1: v128, v2: v128): void {
  putVector(to, positions, v0, 0, vectors == 1, lanes)
  if (vectors > 1) putVector(to, positions, v1, 16, vectors == 2, lanes)
  if (vectors > 2) putVector(to, positions, v2, 32, true, lanes)
}
