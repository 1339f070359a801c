// How a tile of a convolution is stored.

/** The activation where it is a clip; curves are left to the caller. */
// @ts-ignore: decorator
@inline
export function clip(v: v128, lo: v128, hi: v128): v128 {
  return f32x4.pmin(f32x4.pmax(v, lo), hi)
}

/** Stores `lanes` (1 to 4) channels of a pixel, `step` bytes apart. */
// @ts-ignore: decorator
@inline
function scatter(to: usize, step: i32, v: v128, lanes: i32): void {
  v128.store_lane<f32>(to, v, 0)
  if (lanes > 1) v128.store_lane<f32>(to + step, v, 1)
  if (lanes > 2) v128.store_lane<f32>(to + 2 * step, v, 2)
  if (lanes > 3) v128.store_lane<f32>(to + 3 * step, v, 3)
}

/** One vector of a pixel: the last of a tile may hold fewer than four channels. */
// @ts-ignore: decorator
@inline
function putVector(to: usize, step: i32, v: v128, last: bool, lanes: i32): void {
  if (step) scatter(to, step, v, last ? lanes : 4)
  else if (last && lanes < 4) scatter(to, 4, v, lanes)
  else v128.store(to, v)
}

// @ts-ignore: decorator
@inline
export function put(nv: i32, to: usize, step: i32, lanes: i32, v0: v128, v1: v128, v2: v128): void {
  const next = step ? step << 2 : 16
  putVector(to, step, v0, nv == 1, lanes)
  if (nv > 1) putVector(to + next, step, v1, nv == 2, lanes)
  if (nv > 2) putVector(to + 2 * next, step, v2, true, lanes)
}
