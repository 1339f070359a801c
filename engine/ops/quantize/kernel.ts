// Elementwise conversion to 8 bits and back, NHWC; the arithmetic is that of ops/quantized.ts, to the bit.
import { load8x4, put8, round8, rounderOf, shiftOf } from '../../kernels/inline/bytes'
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
  const rounder = rounderOf(shift, zero)
  for (let pixel = begin; pixel < end; pixel++) {
    const s: usize = arg(args, 0) + pixel * arg(args, 2)
    const d: usize = arg(args, 1) + pixel * arg(args, 3)
    for (let c = 0; c < channels; c += 4) {
      const v = round8(f32x4.mul(v128.load(s + (c << 2)), inverse), lo, hi, rounder, shift)
      put8(1, d + c, 0, min(4, channels - c), v, v, v)
    }
  }
}

/** The same from planes (NCHW), with two more arguments: width and height. One unit: one row. */
export function quantizePlanes(args: usize, begin: i32, end: i32): void {
  const dstStep = arg(args, 3)
  const channels = arg(args, 4)
  const inverse = f32x4.splat(argF32(args, 5))
  const zero = arg(args, 6)
  const width = arg(args, 7)
  const height = arg(args, 8)
  const most: i32 = 255 - zero
  const least: i32 = -zero
  const lo = f32x4.splat(<f32>least)
  const hi = f32x4.splat(<f32>most)
  const shift = shiftOf(zero)
  const rounder = rounderOf(shift, zero)
  for (let row = begin; row < end; row++) {
    const photo = row / height
    const y = row % height
    for (let c = 0; c < channels; c++) {
      let s: usize = arg(args, 0) + ((((photo * channels + c) * height + y) * width) << 2)
      let d: usize = arg(args, 1) + row * width * dstStep + c
      for (let x = 0; x < width; x += 4) {
        const v = round8(f32x4.mul(v128.load(s), inverse), lo, hi, rounder, shift)
        const n = width - x
        v128.store_lane<u8>(d, v, 0)
        if (n > 1) v128.store_lane<u8>(d + dstStep, v, 4)
        if (n > 2) v128.store_lane<u8>(d + 2 * dstStep, v, 8)
        if (n > 3) v128.store_lane<u8>(d + 3 * dstStep, v, 12)
        s += 16
        d += dstStep << 2
      }
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
