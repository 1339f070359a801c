// Local response normalisation across channels, f32, for an exponent of 3/4.
import { arg, argF32, madd, storeLanes } from '../../kernels/inline/simd'

/** Sum of squares of channels [first, end) of the pixel at `s`, cut to those that it has. */
function squares(s: usize, first: i32, end: i32, channels: i32): f32 {
  let sum: f32 = 0
  for (let c = max(first, 0); c < min(end, channels); c++) {
    const v = load<f32>(s + (c << 2))
    sum += v * v
  }
  return sum
}

/** Arguments: src, dst, pixel strides (src, dst), channels, window (before, after), alpha / size, bias. One unit: one pixel. */
export function lrn(args: usize, begin: i32, end: i32): void {
  const channels = arg(args, 4)
  const before = arg(args, 5)
  const after = arg(args, 6)
  const scale = f32x4.splat(argF32(args, 7))
  const bias = f32x4.splat(argF32(args, 8))
  const srcStep = arg(args, 2) << 2
  const dstStep = arg(args, 3) << 2
  let s: usize = arg(args, 0) + begin * srcStep
  let d: usize = arg(args, 1) + begin * dstStep
  for (let unit = begin; unit < end; unit++) {
    for (let c = 0; c < channels; c += 4) {
      let sum = f32x4.splat(0)
      if (c >= before && c + 3 + after < channels) {
        for (let k = c - before; k <= c + after; k++) {
          const v = v128.load(s + (k << 2))
          sum = madd(v, v, sum)
        }
      } else {
        const first = c - before
        const last = c + after + 1
        sum = f32x4.replace_lane(sum, 0, squares(s, first, last, channels))
        sum = f32x4.replace_lane(sum, 1, squares(s, first + 1, last + 1, channels))
        sum = f32x4.replace_lane(sum, 2, squares(s, first + 2, last + 2, channels))
        sum = f32x4.replace_lane(sum, 3, squares(s, first + 3, last + 3, channels))
      }
      const root = f32x4.sqrt(madd(sum, scale, bias))
      const power = f32x4.mul(root, f32x4.sqrt(root))
      storeLanes(d + (c << 2), f32x4.div(v128.load(s + (c << 2)), power), channels - c)
    }
    s += srcStep
    d += dstStep
  }
}
