// Elementwise conversion to 8 bits and back, NHWC; the arithmetic is that of ops/quantized.ts, to the bit.
import { load8x4, put8, round8, shiftOf } from '../../kernels/inline/bytes'
import { arg, argF32, storeLanes } from '../../kernels/inline/simd'

/** Arguments: src (f32), dst (8 bits), bytes from pixel to pixel (src, dst), channels, 1 / scale, zero. One unit: one pixel. */
export function quantize(args: usize, begin: i32, end: i32): void {
  const channels = arg(args, 4)
  const inverse = f32x4.splat(argF32(args, 5))
  const zero = arg(args, 6)
  const least: i32 = -zero
  const lo = f32x4.splat(<f32>least)
  const most: i32 = 255 - zero
  const hi = f32x4.splat(<f32>most)
  const shift = shiftOf(zero)
  for (let pixel = begin; pixel < end; pixel++) {
    const s: usize = arg(args, 0) + pixel * arg(args, 2)
    const d: usize = arg(args, 1) + pixel * arg(args, 3)
    for (let c = 0; c < channels; c += 4) {
      const v = round8(f32x4.mul(v128.load(s + (c << 2)), inverse), lo, hi, shift)
      put8(1, d + c, 0, min(4, channels - c), v, v, v)
    }
  }
}

/** Arguments: src (8 bits), dst (f32), bytes from pixel to pixel (src, dst), channels, scale, zero. One unit: one pixel. */
export function dequantize(args: usize, begin: i32, end: i32): void {
  const channels = arg(args, 4)
  const scale = f32x4.splat(argF32(args, 5))
  const zero = i32x4.splat(arg(args, 6))
  for (let pixel = begin; pixel < end; pixel++) {
    const s: usize = arg(args, 0) + pixel * arg(args, 2)
    const d: usize = arg(args, 1) + pixel * arg(args, 3)
    for (let c = 0; c < channels; c += 4) {
      const v = f32x4.mul(f32x4.convert_i32x4_s(i32x4.sub(load8x4(s + c), zero)), scale)
      storeLanes(d + (c << 2), v, channels - c)
    }
  }
}
