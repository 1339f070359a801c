// Elementwise functions of two tensors, f32, with broadcasting by strides of 0.
import { activate, lowerBound, pow, upperBound } from '../../kernels/inline/activate'
import { arg, argF32, storeLanes } from '../../kernels/inline/simd'

// @ts-ignore: decorator
@inline
function apply(code: i32, x: v128, y: v128): v128 {
  if (code == 0) return f32x4.add(x, y)
  if (code == 1) return f32x4.sub(x, y)
  if (code == 2) return f32x4.mul(x, y)
  if (code == 3) return f32x4.div(x, y)
  if (code == 4) return f32x4.max(x, y)
  if (code == 5) return f32x4.min(x, y)
  if (code == 6) return pow(x, y)
  return v128.bitselect(f32x4.mul(x, y), x, f32x4.lt(x, f32x4.splat(0)))
}

/**
 * Arguments: a, b, dst, function, pixels of one photo, channels, strides in floats per photo, pixel and channel of a and
 * of b, photo and pixel stride of dst, activation (3). One unit: one pixel. The channel stride is 0 or 1.
 */
export function binary(args: usize, begin: i32, end: i32): void {
  const left: usize = arg(args, 0)
  const right: usize = arg(args, 1)
  const dst: usize = arg(args, 2)
  const code = arg(args, 3)
  const pixels = arg(args, 4)
  const channels = arg(args, 5)
  const aPhoto = arg(args, 6) << 2
  const aPixel = arg(args, 7) << 2
  const aChannel = arg(args, 8)
  const bPhoto = arg(args, 9) << 2
  const bPixel = arg(args, 10) << 2
  const bChannel = arg(args, 11)
  const dPhoto = arg(args, 12) << 2
  const dPixel = arg(args, 13) << 2
  const act = arg(args, 14)
  const p0 = argF32(args, 15)
  const p1 = argF32(args, 16)
  const lo = lowerBound(act, p0)
  const hi = upperBound(act, p1)
  for (let unit = begin; unit < end; unit++) {
    const photo = unit / pixels
    const pixel = unit % pixels
    const x = left + photo * aPhoto + pixel * aPixel
    const y = right + photo * bPhoto + pixel * bPixel
    const d = dst + photo * dPhoto + pixel * dPixel
    for (let c = 0; c < channels; c += 4) {
      const at = c << 2
      const u = aChannel ? v128.load(x + at) : v128.load_splat<f32>(x)
      const v = bChannel ? v128.load(y + at) : v128.load_splat<f32>(y)
      storeLanes(d + at, activate(apply(code, u, v), act, lo, hi, p0, p1), channels - c)
    }
  }
}
