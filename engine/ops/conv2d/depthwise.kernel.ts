// Depthwise convolution, f32 NHWC, four channels at a time.
//
// `depthwise` takes any window. `depthwise3x3` keeps the nine weights in registers and walks along a row of the input:
// each column of three values is loaded once and goes into the outputs left of it, at it and right of it.
import { activate, lowerBound, upperBound } from '../../kernels/inline/activate'
import { arg, argF32, clamp, madd, storeChannels, storeLanes } from '../../kernels/inline/simd'

// Arguments of a step; the first eleven are those of `conv`.
const SRC = 0, DST = 1, WEIGHTS = 2, BIAS = 3, RESIDUAL = 4, SRC_STEP = 5, DST_STEP = 6, RES_STEP = 7, CODE = 8, A = 9, B = 10
const POSITIONS = 11, CHANNELS = 12, IN_H = 13, IN_W = 14, OUT_H = 15, OUT_W = 16
const KH = 17, KW = 18, STRIDE_H = 19, STRIDE_W = 20, PAD_TOP = 21, PAD_LEFT = 22, DILATION_H = 23, DILATION_W = 24
/** `depthwise3x3`: 16 bytes of zeros, read in place of rows outside the input. */
const ZEROS = 17, STRIDE = 18, TOP = 19

// @ts-ignore: decorator
@inline
function ceilDiv(a: i32, b: i32): i32 {
  return (a + b - 1) / b
}

/** Add the residual, activate, store `n` lanes side by side or at `positions`. */
// @ts-ignore: decorator
@inline
function finish(v: v128, to: usize, residual: usize, positions: usize, n: i32, code: i32, lo: v128, hi: v128, a: f32, b: f32): void {
  if (residual) v = f32x4.add(v, v128.load(residual))
  storeChannels(to, positions, activate(v, code, lo, hi, a, b), n)
}

/** One unit: four channels of one output row. */
export function depthwise(args: usize, begin: i32, end: i32): void {
  const residual: usize = arg(args, RESIDUAL)
  const srcStep = arg(args, SRC_STEP)
  const dstStep = arg(args, DST_STEP)
  const resStep: i32 = arg(args, RES_STEP)
  const code = arg(args, CODE)
  const a = argF32(args, A)
  const b = argF32(args, B)
  const positions: usize = arg(args, POSITIONS)
  const channels = arg(args, CHANNELS)
  const inH = arg(args, IN_H)
  const inW = arg(args, IN_W)
  const outH = arg(args, OUT_H)
  const outW = arg(args, OUT_W)
  const kh = arg(args, KH)
  const kw = arg(args, KW)
  const strideW = arg(args, STRIDE_W)
  const padLeft = arg(args, PAD_LEFT)
  const dilationH = arg(args, DILATION_H)
  const dilationW = arg(args, DILATION_W)
  const lo = lowerBound(code, a)
  const hi = upperBound(code, b)
  const quads = (channels + 3) >> 2
  const inner = min(outW, max(0, ceilDiv(padLeft, strideW)))
  const span = inW - 1 - (kw - 1) * dilationW + padLeft
  const outer = max(inner, min(outW, span < 0 ? 0 : span / strideW + 1))
  const rowStep = dilationH * inW * srcStep
  const tapStep = dilationW * srcStep
  const step = strideW * srcStep

  for (let unit = begin; unit < end; unit++) {
    const row = unit / quads
    const c = (unit % quads) << 2
    const n = min(4, channels - c)
    const top = (row % outH) * arg(args, STRIDE_H) - arg(args, PAD_TOP)
    const ky0 = top < 0 ? ceilDiv(-top, dilationH) : 0
    const ky1 = min(kh, top >= inH ? 0 : ceilDiv(inH - top, dilationH))
    const s: usize = arg(args, SRC) + ((row / outH) * inH + top) * inW * srcStep + (c << 2)
    const w: usize = arg(args, WEIGHTS) + kh * kw * (c << 2)
    const bias = v128.load(arg(args, BIAS) + (c << 2))
    const table: usize = positions ? positions + (c << 2) : 0
    const d0: usize = arg(args, DST) + row * outW * dstStep + (positions ? 0 : c << 2)
    const r0: usize = residual ? residual + row * outW * resStep + (c << 2) : 0
    let x = 0
    while (x < outW) {
      const left = x * strideW - padLeft
      const d = d0 + x * dstStep
      const r: usize = r0 ? r0 + x * resStep : 0
      if (x >= inner && x + 4 <= outer) {
        let v0 = bias, v1 = bias, v2 = bias, v3 = bias
        for (let ky = ky0; ky < ky1; ky++) {
          let p = s + ky * rowStep + left * srcStep
          let wp = w + ky * (kw << 4)
          for (let kx = 0; kx < kw; kx++) {
            const t = v128.load(wp)
            v0 = madd(v128.load(p), t, v0)
            v1 = madd(v128.load(p + step), t, v1)
            v2 = madd(v128.load(p + 2 * step), t, v2)
            v3 = madd(v128.load(p + 3 * step), t, v3)
            p += tapStep
            wp += 16
          }
        }
        finish(v0, d, r, table, n, code, lo, hi, a, b)
        finish(v1, d + dstStep, r ? r + resStep : 0, table, n, code, lo, hi, a, b)
        finish(v2, d + 2 * dstStep, r ? r + 2 * resStep : 0, table, n, code, lo, hi, a, b)
        finish(v3, d + 3 * dstStep, r ? r + 3 * resStep : 0, table, n, code, lo, hi, a, b)
        x += 4
      } else {
        const kx0 = left < 0 ? min(kw, ceilDiv(-left, dilationW)) : 0
        const kx1 = min(kw, left >= inW ? 0 : ceilDiv(inW - left, dilationW))
        let v = bias
        for (let ky = ky0; ky < ky1; ky++)
          for (let kx = kx0; kx < kx1; kx++) v = madd(v128.load(s + ky * rowStep + left * srcStep + kx * tapStep), v128.load(w + ((ky * kw + kx) << 4)), v)
        finish(v, d, r, table, n, code, lo, hi, a, b)
        x++
      }
    }
  }
}

/** `clipped` and `stride` are constants: the branches on them vanish. A row outside the input is 16 zeros read again and again. */
// @ts-ignore: decorator
@inline
function rows(clipped: bool, stride: i32, args: usize, begin: i32, end: i32): void {
  const srcStep = arg(args, SRC_STEP)
  const dstStep = arg(args, DST_STEP)
  const channels = arg(args, CHANNELS)
  const inH = arg(args, IN_H)
  const inW = arg(args, IN_W)
  const outH = arg(args, OUT_H)
  const outW = arg(args, OUT_W)
  const zeros: usize = arg(args, ZEROS)
  const lo = lowerBound(1, argF32(args, A))
  const hi = upperBound(1, argF32(args, B))
  const quads = (channels + 3) >> 2
  const line = inW * srcStep

  for (let unit = begin; unit < end; unit++) {
    const row = unit / quads
    const c = (unit % quads) << 2
    const n = min(4, channels - c)
    const top = (row % outH) * stride - arg(args, TOP)
    const s: usize = arg(args, SRC) + ((row / outH) * inH + top) * line + (c << 2)
    const in0 = top >= 0 && top < inH
    const in1 = top + 1 >= 0 && top + 1 < inH
    const in2 = top + 2 >= 0 && top + 2 < inH
    let p0 = in0 ? s : zeros
    let p1 = in1 ? s + line : zeros
    let p2 = in2 ? s + 2 * line : zeros
    const step0 = in0 ? srcStep : 0
    const step1 = in1 ? srcStep : 0
    const step2 = in2 ? srcStep : 0
    const w: usize = arg(args, WEIGHTS) + 9 * (c << 2)
    const w00 = v128.load(w), w01 = v128.load(w, 16), w02 = v128.load(w, 32)
    const w10 = v128.load(w, 48), w11 = v128.load(w, 64), w12 = v128.load(w, 80)
    const w20 = v128.load(w, 96), w21 = v128.load(w, 112), w22 = v128.load(w, 128)
    const bias = v128.load(arg(args, BIAS) + (c << 2))
    let d: usize = arg(args, DST) + row * outW * dstStep + (c << 2)
    if (stride == 1) {
      // `here` is the sum of the output at the last column, `next` of the one right of it.
      let x0 = v128.load(p0), x1 = v128.load(p1), x2 = v128.load(p2)
      let here = madd(x2, w21, madd(x1, w11, madd(x0, w01, bias)))
      let next = madd(x2, w20, madd(x1, w10, madd(x0, w00, bias)))
      for (let x = 1; x < inW; x++) {
        p0 += step0
        p1 += step1
        p2 += step2
        x0 = v128.load(p0)
        x1 = v128.load(p1)
        x2 = v128.load(p2)
        const v = madd(x2, w22, madd(x1, w12, madd(x0, w02, here)))
        storeLanes(d, clipped ? clamp(v, lo, hi) : v, n)
        d += dstStep
        here = madd(x2, w21, madd(x1, w11, madd(x0, w01, next)))
        next = madd(x2, w20, madd(x1, w10, madd(x0, w00, bias)))
      }
      storeLanes(d, clipped ? clamp(here, lo, hi) : here, n)
    } else {
      // `carry` is the sum of the next output after the column left of its middle.
      let carry = bias
      const both = min(outW, inW >> 1)
      for (let x = 0; x < both; x++) {
        const x0 = v128.load(p0), x1 = v128.load(p1), x2 = v128.load(p2)
        const here = madd(x2, w21, madd(x1, w11, madd(x0, w01, carry)))
        p0 += step0
        p1 += step1
        p2 += step2
        const y0 = v128.load(p0), y1 = v128.load(p1), y2 = v128.load(p2)
        const v = madd(y2, w22, madd(y1, w12, madd(y0, w02, here)))
        storeLanes(d, clipped ? clamp(v, lo, hi) : v, n)
        d += dstStep
        carry = madd(y2, w20, madd(y1, w10, madd(y0, w00, bias)))
        p0 += step0
        p1 += step1
        p2 += step2
      }
      if (both < outW) {
        const here = madd(v128.load(p2), w21, madd(v128.load(p1), w11, madd(v128.load(p0), w01, carry)))
        storeLanes(d, clipped ? clamp(here, lo, hi) : here, n)
      }
    }
  }
}

// One function each, so that the weights keep the registers.
function plain1(args: usize, begin: i32, end: i32): void {
  rows(false, 1, args, begin, end)
}
function plain2(args: usize, begin: i32, end: i32): void {
  rows(false, 2, args, begin, end)
}
function clipped1(args: usize, begin: i32, end: i32): void {
  rows(true, 1, args, begin, end)
}
function clipped2(args: usize, begin: i32, end: i32): void {
  rows(true, 2, args, begin, end)
}

/**
 * Stride 1 or 2, one column of padding left and right (stride 2: right or not), activation none or clip, no residual,
 * channels stored side by side. One unit: four channels of one output row.
 */
export function depthwise3x3(args: usize, begin: i32, end: i32): void {
  const clipped = arg(args, CODE) == 1
  if (arg(args, STRIDE) == 1) {
    if (clipped) clipped1(args, begin, end)
    else plain1(args, begin, end)
  } else if (clipped) clipped2(args, begin, end)
  else plain2(args, begin, end)
}
