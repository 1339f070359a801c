// Local response normalisation across channels, f32 NHWC.
import { exp, log } from '../../kernels/inline/activate'
import { arg, argF32, storeLanes } from '../../kernels/inline/simd'

// @ts-ignore: decorator
@inline
function squares(pixel: usize, first: i32, size: i32, channels: i32): f32 {
  const from = max(first, 0)
  const to = min(first + size, channels)
  let sum: f32 = 0
  for (let i = from; i < to; i++) {
    const x = load<f32>(pixel + (i << 2))
    sum += x * x
  }
  return sum
}

/** Arguments: src, dst, pixel strides (src, dst), channels, size, channels before, alpha / size, beta, bias. One unit: one pixel. */
export function lrn(args: usize, begin: i32, end: i32): void {
  const src: usize = arg(args, 0)
  const dst: usize = arg(args, 1)
  const srcStep = arg(args, 2) << 2
  const dstStep = arg(args, 3) << 2
  const channels = arg(args, 4)
  const size = arg(args, 5)
  const before = arg(args, 6)
  const alpha = f32x4.splat(argF32(args, 7))
  const power = f32x4.splat(-argF32(args, 8))
  const bias = f32x4.splat(argF32(args, 9))
  for (let unit = begin; unit < end; unit++) {
    const s = src + unit * srcStep
    const d = dst + unit * dstStep
    for (let c = 0; c < channels; c += 4) {
      const first = c - before
      let v = f32x4.splat(squares(s, first, size, channels))
      v = f32x4.replace_lane(v, 1, squares(s, first + 1, size, channels))
      v = f32x4.replace_lane(v, 2, squares(s, first + 2, size, channels))
      v = f32x4.replace_lane(v, 3, squares(s, first + 3, size, channels))
      const factor = exp(f32x4.mul(log(f32x4.add(bias, f32x4.mul(alpha, v))), power))
      storeLanes(d + (c << 2), f32x4.mul(v128.load(s + (c << 2)), factor), channels - c)
    }
  }
}
