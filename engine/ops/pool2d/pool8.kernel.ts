// Pooling over windows and over whole maps, 8-bit NHWC; the arithmetic is that of ops/quantized.ts, to the bit.
import { load8x4, put8, round8, rounderOf, shiftOf, storeBytes } from '../../kernels/inline/bytes'
import { arg, argF32, storeLanes } from '../../kernels/inline/simd'

const SRC = 0, DST = 1, SRC_STEP = 2, DST_STEP = 3, IN_H = 4, IN_W = 5, OUT_H = 6, OUT_W = 7, CHANNELS = 8
const KH = 9, KW = 10, STRIDE_H = 11, STRIDE_W = 12, TOP = 13, LEFT = 14, BOTTOM = 15, RIGHT = 16
/** 0: the largest; 1: the mean of what lies inside; 2: the mean with the padding. */
const MODE = 17
/** Input scale over output scale; bounds before the output's zero is added. */
const FACTOR = 18, LO = 19, HI = 20, IN_ZERO = 21, OUT_ZERO = 22
/** Table of byte offsets per channel, or 0. */
const POSITIONS = 23

/** Arguments: see above. One unit: four channels of one output row. */
export function pool8(args: usize, begin: i32, end: i32): void {
  const channels = arg(args, CHANNELS)
  const srcStep = arg(args, SRC_STEP)
  const inH = arg(args, IN_H)
  const inW = arg(args, IN_W)
  const outH = arg(args, OUT_H)
  const outW = arg(args, OUT_W)
  const mode = arg(args, MODE)
  const lo = f32x4.splat(argF32(args, LO))
  const hi = f32x4.splat(argF32(args, HI))
  const shift = shiftOf(arg(args, OUT_ZERO))
  const rounder = rounderOf(shift, arg(args, OUT_ZERO))
  const zero = arg(args, IN_ZERO)
  const factor = argF32(args, FACTOR)
  const positions: usize = arg(args, POSITIONS)
  const quads = (channels + 3) >> 2
  for (let unit = begin; unit < end; unit++) {
    const row = unit / quads
    const c = (unit % quads) << 2
    const top = (row % outH) * arg(args, STRIDE_H) - arg(args, TOP)
    const bottom = top + arg(args, KH)
    const y0 = max(top, 0)
    const y1 = min(bottom, inH)
    const s: usize = arg(args, SRC) + (row / outH) * inH * inW * srcStep + c
    let d: usize = arg(args, DST) + row * outW * arg(args, DST_STEP) + (positions ? 0 : c)
    for (let x = 0; x < outW; x++) {
      const left = x * arg(args, STRIDE_W) - arg(args, LEFT)
      const right = left + arg(args, KW)
      const x0 = max(left, 0)
      const x1 = min(right, inW)
      let v = i32x4.splat(0)
      for (let y = y0; y < y1; y++) {
        let p = s + (y * inW + x0) * srcStep
        for (let i = x0; i < x1; i++) {
          const q = load8x4(p)
          v = mode == 0 ? i32x4.max_s(v, q) : i32x4.add(v, q)
          p += srcStep
        }
      }
      const inside = (y1 - y0) * (x1 - x0)
      // A window that reaches past the padding counts only up to the padding.
      const padded = (min(bottom, inH + arg(args, BOTTOM)) - top) * (min(right, inW + arg(args, RIGHT)) - left)
      const many = mode == 0 ? 1 : inside
      const f = mode == 2 ? factor / <f32>padded : mode == 1 ? factor / <f32>inside : factor
      const mean = f32x4.mul(f32x4.convert_i32x4_s(i32x4.sub(v, i32x4.splat(many * zero))), f32x4.splat(f))
      const q = round8(mean, lo, hi, rounder, shift)
      put8(1, d, positions ? positions + (c << 2) : 0, min(4, channels - c), q, q, q)
      d += arg(args, DST_STEP)
    }
  }
}

/** 16-bit sums of channels 4k to 4k + 3 of eight. */
// @ts-ignore: decorator
@inline
function finished(sums: v128, taken: v128, factor: v128, lo: v128, hi: v128, rounder: v128, shift: v128): v128 {
  return round8(f32x4.mul(f32x4.convert_i32x4_s(i32x4.sub(sums, taken)), factor), lo, hi, rounder, shift)
}

/**
 * The same for windows of at most 256 values whose results lie side by side: 16 channels at a time. One unit: 16 channels of one
 * output row. Where input and output have one scale and nothing is clipped, FACTOR is 0 and a maximum is stored as it is.
 */
export function pool8wide(args: usize, begin: i32, end: i32): void {
  const channels = arg(args, CHANNELS)
  const srcStep = arg(args, SRC_STEP)
  const dstStep = arg(args, DST_STEP)
  const inH = arg(args, IN_H)
  const inW = arg(args, IN_W)
  const outH = arg(args, OUT_H)
  const outW = arg(args, OUT_W)
  const kw = arg(args, KW)
  const strideW = arg(args, STRIDE_W)
  const padLeft = arg(args, LEFT)
  const reach = inW + arg(args, RIGHT)
  const mode = arg(args, MODE)
  const lo = f32x4.splat(argF32(args, LO))
  const hi = f32x4.splat(argF32(args, HI))
  const shift = shiftOf(arg(args, OUT_ZERO))
  const rounder = rounderOf(shift, arg(args, OUT_ZERO))
  const zero = arg(args, IN_ZERO)
  const factor = argF32(args, FACTOR)
  const blocks = (channels + 15) >> 4
  for (let unit = begin; unit < end; unit++) {
    const row = unit / blocks
    const c = (unit % blocks) << 4
    const n = min(16, channels - c)
    const top = (row % outH) * arg(args, STRIDE_H) - arg(args, TOP)
    const bottom = top + arg(args, KH)
    const y0 = max(top, 0)
    const y1 = min(bottom, inH)
    const high = min(bottom, inH + arg(args, BOTTOM)) - top
    const s: usize = arg(args, SRC) + (row / outH) * inH * inW * srcStep + c
    let d: usize = arg(args, DST) + row * outW * dstStep + c
    for (let x = 0; x < outW; x++) {
      const left = x * strideW - padLeft
      const right = left + kw
      const x0 = max(left, 0)
      const x1 = min(right, inW)
      let bytes = i8x16.splat(0)
      if (mode == 0) {
        for (let y = y0; y < y1; y++) {
          let p = s + (y * inW + x0) * srcStep
          for (let i = x0; i < x1; i++) {
            bytes = i8x16.max_u(bytes, v128.load(p))
            p += srcStep
          }
        }
      }
      if (mode != 0 || factor != 0) {
        let a = i16x8.extend_low_i8x16_u(bytes), b = i16x8.extend_high_i8x16_u(bytes)
        if (mode != 0) {
          for (let y = y0; y < y1; y++) {
            let p = s + (y * inW + x0) * srcStep
            for (let i = x0; i < x1; i++) {
              const v = v128.load(p)
              a = i16x8.add(a, i16x8.extend_low_i8x16_u(v))
              b = i16x8.add(b, i16x8.extend_high_i8x16_u(v))
              p += srcStep
            }
          }
        }
        const inside = (y1 - y0) * (x1 - x0)
        const padded = high * (min(right, reach) - left)
        const f = f32x4.splat(mode == 2 ? factor / <f32>padded : mode == 1 ? factor / <f32>inside : factor)
        const taken = i32x4.splat((mode == 0 ? 1 : inside) * zero)
        const q0 = finished(i32x4.extend_low_i16x8_u(a), taken, f, lo, hi, rounder, shift), q1 = finished(i32x4.extend_high_i16x8_u(a), taken, f, lo, hi, rounder, shift)
        const q2 = finished(i32x4.extend_low_i16x8_u(b), taken, f, lo, hi, rounder, shift), q3 = finished(i32x4.extend_high_i16x8_u(b), taken, f, lo, hi, rounder, shift)
        bytes = i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(q0, q1), i16x8.narrow_i32x4_s(q2, q3))
      }
      if (n == 16) v128.store(d, bytes)
      else storeBytes(d, bytes, n)
      d += dstStep
    }
  }
}

/**
 * Arguments: src (8 bits), dst (f32, channels side by side), bytes from pixel to pixel, pixels, channels, 0 for the largest or
 * 1 for the mean, scale (of the mean: over the pixels), zero. One unit: four channels of one photo.
 */
export function globalPool8(args: usize, begin: i32, end: i32): void {
  const step = arg(args, 2)
  const pixels = arg(args, 3)
  const channels = arg(args, 4)
  const largest = arg(args, 5) == 0
  const scale = f32x4.splat(argF32(args, 6))
  const zero = arg(args, 7) * (largest ? 1 : pixels)
  const quads = (channels + 3) >> 2
  for (let unit = begin; unit < end; unit++) {
    const photo = unit / quads
    const c = (unit % quads) << 2
    let p: usize = arg(args, 0) + photo * pixels * step + c
    let v = i32x4.splat(0)
    for (let i = 0; i < pixels; i++) {
      const q = load8x4(p)
      v = largest ? i32x4.max_s(v, q) : i32x4.add(v, q)
      p += step
    }
    storeLanes(arg(args, 1) + ((photo * channels + c) << 2), f32x4.mul(f32x4.convert_i32x4_s(i32x4.sub(v, i32x4.splat(zero))), scale), channels - c)
  }
}
