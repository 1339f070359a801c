// Windowed pooling, f32 NHWC, four channels at a time.
//
// `pool` takes any window. `pool3x3` has stride 2 and walks along a row: it joins each column of three values once, and
// an output takes the last column of the one before it.
import { activate, lowerBound, upperBound } from '../../kernels/inline/activate'
import { arg, argF32, clamp, storeChannels, storeLanes } from '../../kernels/inline/simd'

/**
 * Arguments: src, dst, pixel strides (src, dst), input height and width, output height and width, channels, kernel (2),
 * stride (2), padding (top, left, bottom, right), mode (0 max, 1 average of what is inside, 2 average with padding),
 * activation (3), positions. One unit: one output row.
 */
export function pool(args: usize, begin: i32, end: i32): void {
  const src: usize = arg(args, 0)
  const dst: usize = arg(args, 1)
  const srcStep = arg(args, 2) << 2
  const dstStep = arg(args, 3) << 2
  const inH = arg(args, 4)
  const inW = arg(args, 5)
  const outH = arg(args, 6)
  const outW = arg(args, 7)
  const channels = arg(args, 8)
  const kh = arg(args, 9)
  const kw = arg(args, 10)
  const strideH = arg(args, 11)
  const strideW = arg(args, 12)
  const padTop = arg(args, 13)
  const padLeft = arg(args, 14)
  const padBottom = arg(args, 15)
  const padRight = arg(args, 16)
  const mode = arg(args, 17)
  const code = arg(args, 18)
  const a = argF32(args, 19)
  const b = argF32(args, 20)
  const positions: usize = arg(args, 21)
  const lo = lowerBound(code, a)
  const hi = upperBound(code, b)

  for (let row = begin; row < end; row++) {
    const photo = row / outH
    const top = (row % outH) * strideH - padTop
    const y0 = max(top, 0)
    const y1 = min(top + kh, inH)
    for (let x = 0; x < outW; x++) {
      const left = x * strideW - padLeft
      const x0 = max(left, 0)
      const x1 = min(left + kw, inW)
      const padded = (min(top + kh, inH + padBottom) - top) * (min(left + kw, inW + padRight) - left)
      const divisor = mode == 2 ? padded : (y1 - y0) * (x1 - x0)
      const scale = f32x4.splat(<f32>1 / <f32>divisor)
      const d = dst + (row * outW + x) * dstStep
      const first = src + ((photo * inH + y0) * inW + x0) * srcStep
      for (let c = 0; c < channels; c += 4) {
        let v = f32x4.splat(mode == 0 ? -Infinity : 0)
        let line = first + (c << 2)
        for (let y = y0; y < y1; y++) {
          let p = line
          for (let k = x0; k < x1; k++) {
            v = mode == 0 ? f32x4.pmax(v, v128.load(p)) : f32x4.add(v, v128.load(p))
            p += srcStep
          }
          line += inW * srcStep
        }
        if (mode != 0) v = f32x4.mul(v, scale)
        v = activate(v, code, lo, hi, a, b)
        const n = min(4, channels - c)
        storeChannels(positions ? d : d + (c << 2), positions ? positions + (c << 2) : 0, v, n)
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function join(max: bool, a: v128, b: v128): v128 {
  return max ? f32x4.pmax(a, b) : f32x4.add(a, b)
}

/** Columns of the window that count, from `left`. */
// @ts-ignore: decorator
@inline
function columns(left: i32, mode: i32, inW: i32, padRight: i32): i32 {
  return mode == 2 ? min(left + 3, inW + padRight) - left : min(left + 3, inW) - max(left, 0)
}

/** `max` is a constant: its branches vanish. One unit: four channels of one output row. */
// @ts-ignore: decorator
@inline
function rows3x3(max: bool, args: usize, begin: i32, end: i32): void {
  const srcStep = arg(args, 2) << 2
  const dstStep = arg(args, 3) << 2
  const inH = arg(args, 4)
  const inW = arg(args, 5)
  const outH = arg(args, 6)
  const outW = arg(args, 7)
  const channels = arg(args, 8)
  const padTop = arg(args, 9)
  const padLeft = arg(args, 10)
  const padBottom = arg(args, 11)
  const padRight = arg(args, 12)
  const mode = arg(args, 13)
  const code = arg(args, 14)
  const zeros: usize = arg(args, 17)
  const lo = lowerBound(code, argF32(args, 15))
  const hi = upperBound(code, argF32(args, 16))
  const quads = (channels + 3) >> 2
  const line = inW * srcStep
  const none = f32x4.splat(max ? -Infinity : 0)
  // Outputs whose three columns all lie inside the input, apart from the left one of the first.
  const full = min(outW, (inW + padLeft - 1) >> 1)

  for (let unit = begin; unit < end; unit++) {
    const row = unit / quads
    const c = (unit % quads) << 2
    const n = min(4, channels - c)
    const top = (row % outH) * 2 - padTop
    const s: usize = arg(args, 0) + ((row / outH) * inH + top) * line + (c << 2)
    // A row outside the input counts as zeros, or, for a maximum, as the row beside it.
    const in0 = top >= 0
    const in1 = top + 1 < inH
    const in2 = top + 2 < inH
    let p0 = in0 ? s : max ? s + line : zeros
    let p1 = in1 ? s + line : max ? s : zeros
    let p2 = in2 ? s + 2 * line : max ? (in1 ? s + line : s) : zeros
    const step0 = max || in0 ? srcStep : 0
    const step1 = max || in1 ? srcStep : 0
    const step2 = max || in2 ? srcStep : 0
    const rows = mode == 2 ? min(top + 3, inH + padBottom) - top : <i32>in0 + <i32>in1 + <i32>in2
    const whole = f32x4.splat(<f32>1 / <f32>(rows * 3))
    let d: usize = arg(args, 1) + row * outW * dstStep + (c << 2)
    let carry = none
    if (padLeft == 0) {
      carry = join(max, join(max, v128.load(p0), v128.load(p1)), v128.load(p2))
      p0 += step0
      p1 += step1
      p2 += step2
    }
    for (let x = 0; x < outW; x++) {
      let v = carry
      if (x < full) {
        const a = join(max, join(max, v128.load(p0), v128.load(p1)), v128.load(p2))
        p0 += step0
        p1 += step1
        p2 += step2
        carry = join(max, join(max, v128.load(p0), v128.load(p1)), v128.load(p2))
        p0 += step0
        p1 += step1
        p2 += step2
        v = join(max, join(max, v, a), carry)
      } else if (2 * x - padLeft + 1 < inW) v = join(max, v, join(max, join(max, v128.load(p0), v128.load(p1)), v128.load(p2)))
      if (!max) v = f32x4.mul(v, x > 0 && x < full ? whole : f32x4.splat(<f32>1 / <f32>(rows * columns(2 * x - padLeft, mode, inW, padRight))))
      storeLanes(d, clamp(v, lo, hi), n)
      d += dstStep
    }
  }
}

/**
 * Window 3x3, stride 2, padding left 0 or 1, activation none or clip, channels stored side by side.
 * Arguments: src, dst, pixel strides (src, dst), input height and width, output height and width, channels, padding
 * (top, left, bottom, right), mode, activation (3), 16 bytes of zeros. One unit: four channels of one output row.
 */
export function pool3x3(args: usize, begin: i32, end: i32): void {
  if (arg(args, 13) == 0) rows3x3(true, args, begin, end)
  else rows3x3(false, args, begin, end)
}
