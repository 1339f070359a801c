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
  const plane: usize = (width * height) << 2
  // The colours of a photo: four pixels are put together in a register and stored at once.
  const together = channels == 3 && dstStep == 3 ? width & ~3 : 0
  for (let row = begin; row < end; row++) {
    const photo = row / height
    const y = row % height
    const from: usize = arg(args, 0) + ((photo * channels * height + y) * width << 2)
    const to: usize = arg(args, 1) + row * width * dstStep
    for (let x = 0; x < together; x += 4) {
      const s = from + (x << 2)
      const r = round8(f32x4.mul(v128.load(s), inverse), lo, hi, rounder, shift)
      const g = round8(f32x4.mul(v128.load(s + plane), inverse), lo, hi, rounder, shift)
      const b = round8(f32x4.mul(v128.load(s + 2 * plane), inverse), lo, hi, rounder, shift)
      const words = v128.or(r, v128.or(i32x4.shl(g, 8), i32x4.shl(b, 16)))
      const bytes = v128.shuffle<u8>(words, words, 0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 0, 0, 0, 0)
      const d = to + 3 * x
      v128.store_lane<u64>(d, bytes, 0)
      v128.store_lane<u32>(d + 8, bytes, 2)
    }
    for (let c = 0; c < channels; c++) {
      let s = from + c * plane + (together << 2)
      let d = to + c + together * dstStep
      for (let x = together; x < width; x += 4) {
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
