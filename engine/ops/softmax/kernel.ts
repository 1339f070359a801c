// Softmax along one axis, f32, four elements at a time.
import { exp } from '../../kernels/inline/activate'
import { arg, sumLanes } from '../../kernels/inline/simd'

/** Four elements `step` bytes apart; beyond `left` of them, the last one again. */
// @ts-ignore: decorator
@inline
function gather(p: usize, step: i32, left: i32): v128 {
  if (step == 4 && left >= 4) return v128.load(p)
  let v = v128.load_splat<f32>(p)
  if (left > 1) v = v128.load_lane<f32>(p + step, v, 1)
  if (left > 2) v = v128.load_lane<f32>(p + 2 * step, v, 2)
  if (left > 3) v = v128.load_lane<f32>(p + 3 * step, v, 3)
  return v
}

// @ts-ignore: decorator
@inline
function scatter(p: usize, step: i32, left: i32, v: v128): void {
  v128.store_lane<f32>(p, v, 0)
  if (left > 1) v128.store_lane<f32>(p + step, v, 1)
  if (left > 2) v128.store_lane<f32>(p + 2 * step, v, 2)
  if (left > 3) v128.store_lane<f32>(p + 3 * step, v, 3)
}

/** Sum of the first `left` lanes. */
// @ts-ignore: decorator
@inline
function sumOf(v: v128, left: i32): f32 {
  if (left >= 4) return sumLanes(v)
  let sum = f32x4.extract_lane(v, 0)
  if (left > 1) sum += f32x4.extract_lane(v, 1)
  if (left > 2) sum += f32x4.extract_lane(v, 2)
  return sum
}

/** Natural logarithm by three Newton steps on exp: rare, and exact to f32. */
function log(x: f32): f32 {
  const bits = reinterpret<i32>(x)
  let y: f32 = (<f32>((bits >> 23) - 127) + (<f32>(bits & 0x7fffff)) / 8388608.0) * 0.6931471805599453
  for (let i = 0; i < 3; i++) {
    const e = f32x4.extract_lane(exp(f32x4.splat(y)), 0)
    y += (2 * (x - e)) / (x + e)
  }
  return y
}

/**
 * Arguments: src, dst, n, strides in floats along the axis (src, dst), log, three outer extents, their source strides,
 * their target strides. One unit: one vector.
 */
export function softmax(args: usize, begin: i32, end: i32): void {
  const src: usize = arg(args, 0)
  const dst: usize = arg(args, 1)
  const n = arg(args, 2)
  const srcStep = arg(args, 3) << 2
  const dstStep = arg(args, 4) << 2
  const asLog = arg(args, 5)
  const d1 = arg(args, 7)
  const d2 = arg(args, 8)
  for (let unit = begin; unit < end; unit++) {
    const i2 = unit % d2
    const i1 = (unit / d2) % d1
    const i0 = unit / (d1 * d2)
    const s = src + ((i0 * arg(args, 9) + i1 * arg(args, 10) + i2 * arg(args, 11)) << 2)
    const d = dst + ((i0 * arg(args, 12) + i1 * arg(args, 13) + i2 * arg(args, 14)) << 2)
    let best = v128.load_splat<f32>(s)
    for (let k = 0; k < n; k += 4) best = f32x4.pmax(best, gather(s + k * srcStep, srcStep, n - k))
    const top = max(max(f32x4.extract_lane(best, 0), f32x4.extract_lane(best, 1)), max(f32x4.extract_lane(best, 2), f32x4.extract_lane(best, 3)))
    const shift = f32x4.splat(top)
    let sum: f32 = 0
    for (let k = 0; k < n; k += 4) {
      const e = exp(f32x4.sub(gather(s + k * srcStep, srcStep, n - k), shift))
      sum += sumOf(e, n - k)
    }
    const scale = f32x4.splat(1 / sum)
    const offset = f32x4.splat(asLog ? top + log(sum) : 0)
    for (let k = 0; k < n; k += 4) {
      const v = gather(s + k * srcStep, srcStep, n - k)
      const r = asLog ? f32x4.sub(v, offset) : f32x4.mul(exp(f32x4.sub(v, shift)), scale)
      scatter(d + k * dstStep, dstStep, n - k, r)
    }
  }
}
