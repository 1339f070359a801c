// Depthwise convolution, 8-bit NHWC, eight channels at a time. Four taps of a channel lie side by side in a register, so that
// one instruction multiplies and adds them.
import { dot, lifted, put8, putPlain8, round8, rounderOf, scaled, shiftOf, takenByDot } from '../../kernels/inline/bytes'
import { arg, argF32 } from '../../kernels/inline/simd'

const SRC = 0, DST = 1, WEIGHTS = 2, BIAS = 3, SRC_STEP = 5, DST_STEP = 6, LO = 9, HI = 10
/** Eight bytes of the input's zero: what the padding is made of. */
const ZEROS = 11
const CHANNELS = 12, IN_H = 13, IN_W = 14, OUT_H = 15, OUT_W = 16
const KH = 17, KW = 18, STRIDE_H = 19, STRIDE_W = 20, TOP = 21, LEFT = 22, DILATION_H = 23, DILATION_W = 24
/** Bytes from the biases to the factors; the output's zero. */
const FACTORS = 25, ZERO = 26
/** Table of byte offsets per channel, or 0. */
const POSITIONS = 27

/** Taps a to d of channels 0 to 3, then of 4 to 7. */
// @ts-ignore: decorator
@inline
function low(a: v128, b: v128, c: v128, d: v128): v128 {
  return v128.shuffle<i16>(pairs(a, b), pairs(c, d), 0, 8, 1, 9, 2, 10, 3, 11)
}

// @ts-ignore: decorator
@inline
function high(a: v128, b: v128, c: v128, d: v128): v128 {
  return v128.shuffle<i16>(pairs(a, b), pairs(c, d), 4, 12, 5, 13, 6, 14, 7, 15)
}

// @ts-ignore: decorator
@inline
function pairs(a: v128, b: v128): v128 {
  return v128.shuffle<i8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
}

// @ts-ignore: decorator
@inline
function eight(p: usize): v128 {
  return v128.load_zero<u64>(p)
}

// @ts-ignore: decorator
@inline
function store8(to: usize, positions: usize, n: i32, q0: v128, q1: v128): void {
  if (n > 4) put8(2, to, positions, n - 4, q0, q1, q0)
  else put8(1, to, positions, n, q0, q0, q0)
}

/** Where tap `t` of the window at (top, left) is read. */
// @ts-ignore: decorator
@inline
function tapAt(args: usize, t: i32, top: i32, left: i32, s: usize, zeros: usize): usize {
  const kw = arg(args, KW)
  const y = top + (t / kw) * arg(args, DILATION_H)
  const x = left + (t % kw) * arg(args, DILATION_W)
  const inW = arg(args, IN_W)
  if (t >= arg(args, KH) * kw || y < 0 || y >= arg(args, IN_H) || x < 0 || x >= inW) return zeros
  return s + (y * inW + x) * arg(args, SRC_STEP)
}

/** Arguments: see above. One unit: eight channels of one output row. */
export function depthwise8(args: usize, begin: i32, end: i32): void {
  const srcStep = arg(args, SRC_STEP)
  const dstStep = arg(args, DST_STEP)
  const channels = arg(args, CHANNELS)
  const inH = arg(args, IN_H)
  const inW = arg(args, IN_W)
  const outH = arg(args, OUT_H)
  const outW = arg(args, OUT_W)
  const strideW = arg(args, STRIDE_W)
  const zeros: usize = arg(args, ZEROS)
  const lo = f32x4.splat(argF32(args, LO))
  const hi = f32x4.splat(argF32(args, HI))
  const shift = shiftOf(arg(args, ZERO))
  const rounder = rounderOf(shift, arg(args, ZERO))
  const positions: usize = arg(args, POSITIONS)
  const blocks = (channels + 7) >> 3
  const quads = (arg(args, KH) * arg(args, KW) + 3) >> 2
  const line = inW * srcStep

  for (let unit = begin; unit < end; unit++) {
    const row = unit / blocks
    const c = (unit % blocks) << 3
    const n = min(8, channels - c)
    const top = (row % outH) * arg(args, STRIDE_H) - arg(args, TOP)
    const s: usize = arg(args, SRC) + (row / outH) * inH * line + c
    const w: usize = arg(args, WEIGHTS) + c * (quads << 2)
    const bias: usize = arg(args, BIAS) + (c << 2)
    let b0 = v128.load(bias), b1 = v128.load(bias, 16)
    for (let q = 0; takenByDot() && q < quads; q++) {
      b0 = lifted(v128.load(w + (q << 5)), b0, takenByDot())
      b1 = lifted(v128.load(w + (q << 5), 16), b1, takenByDot())
    }
    const f0 = v128.load(bias + arg(args, FACTORS)), f1 = v128.load(bias + arg(args, FACTORS), 16)
    let d: usize = arg(args, DST) + row * outW * dstStep + (positions ? 0 : c)
    const table: usize = positions ? positions + (c << 2) : 0
    const isPlain = !positions && n == 8
    for (let x = 0; x < outW; x++) {
      const left = x * strideW - arg(args, LEFT)
      let v0 = b0, v1 = b1
      for (let q = 0; q < quads; q++) {
        const t = q << 2
        const t0 = eight(tapAt(args, t, top, left, s, zeros)), t1 = eight(tapAt(args, t + 1, top, left, s, zeros))
        const t2 = eight(tapAt(args, t + 2, top, left, s, zeros)), t3 = eight(tapAt(args, t + 3, top, left, s, zeros))
        v0 = dot(low(t0, t1, t2, t3), v128.load(w + (q << 5)), v0)
        v1 = dot(high(t0, t1, t2, t3), v128.load(w + (q << 5), 16), v1)
      }
      const q0 = round8(scaled(v0, f0), lo, hi, rounder, shift), q1 = round8(scaled(v1, f1), lo, hi, rounder, shift)
      if (isPlain) putPlain8(2, d, q0, q1, q1)
      else store8(d, table, n, q0, q1)
      d += dstStep
    }
  }
}

/** Column of a 3x3 window, its three rows side by side in four bytes of a channel, of which the last counts nothing. */
// @ts-ignore: decorator
@inline
function columnLow(p0: usize, p1: usize, p2: usize): v128 {
  const t2 = eight(p2)
  return low(eight(p0), eight(p1), t2, t2)
}

// @ts-ignore: decorator
@inline
function columnHigh(p0: usize, p1: usize, p2: usize): v128 {
  const t2 = eight(p2)
  return high(eight(p0), eight(p1), t2, t2)
}

/** `stride` is a constant: the branches on it vanish. Neighbouring outputs share columns. */
// @ts-ignore: decorator
@inline
function rows(stride: i32, args: usize, begin: i32, end: i32): void {
  const srcStep = arg(args, SRC_STEP)
  const dstStep = arg(args, DST_STEP)
  const channels = arg(args, CHANNELS)
  const inH = arg(args, IN_H)
  const inW = arg(args, IN_W)
  const outH = arg(args, OUT_H)
  const outW = arg(args, OUT_W)
  const zeros: usize = arg(args, ZEROS)
  const lo = f32x4.splat(argF32(args, LO))
  const hi = f32x4.splat(argF32(args, HI))
  const shift = shiftOf(arg(args, ZERO))
  const rounder = rounderOf(shift, arg(args, ZERO))
  const positions: usize = arg(args, POSITIONS)
  const blocks = (channels + 7) >> 3
  const line = inW * srcStep
  const none = columnLow(zeros, zeros, zeros)

  for (let unit = begin; unit < end; unit++) {
    const row = unit / blocks
    const c = (unit % blocks) << 3
    const n = min(8, channels - c)
    const top = (row % outH) * stride - arg(args, TOP)
    const s: usize = arg(args, SRC) + (row / outH) * inH * line + c
    const w: usize = arg(args, WEIGHTS) + c * 12
    const w0 = v128.load(w), w1 = v128.load(w, 16), w2 = v128.load(w, 32), w3 = v128.load(w, 48), w4 = v128.load(w, 64), w5 = v128.load(w, 80)
    const bias: usize = arg(args, BIAS) + (c << 2)
    let b0 = v128.load(bias), b1 = v128.load(bias, 16)
    if (takenByDot()) {
      b0 = lifted(w4, lifted(w2, lifted(w0, b0, takenByDot()), takenByDot()), takenByDot())
      b1 = lifted(w5, lifted(w3, lifted(w1, b1, takenByDot()), takenByDot()), takenByDot())
    }
    const f0 = v128.load(bias + arg(args, FACTORS)), f1 = v128.load(bias + arg(args, FACTORS), 16)
    const in0 = top >= 0 && top < inH, in1 = top + 1 >= 0 && top + 1 < inH, in2 = top + 2 >= 0 && top + 2 < inH
    let p0 = in0 ? s + top * line : zeros, p1 = in1 ? s + (top + 1) * line : zeros, p2 = in2 ? s + (top + 2) * line : zeros
    const step0 = in0 ? srcStep : 0, step1 = in1 ? srcStep : 0, step2 = in2 ? srcStep : 0
    let d: usize = arg(args, DST) + row * outW * dstStep + (positions ? 0 : c)
    const table: usize = positions ? positions + (c << 2) : 0
    const isPlain = !positions && n == 8
    // The columns left of and in the middle of a window; one column of padding lies left of the input.
    let l0 = none, h0 = none
    let l1 = columnLow(p0, p1, p2), h1 = columnHigh(p0, p1, p2)
    for (let x = 0, right = 1; x < outW; x++) {
      let l2 = none, h2 = none
      if (right < inW) {
        p0 += step0
        p1 += step1
        p2 += step2
        l2 = columnLow(p0, p1, p2)
        h2 = columnHigh(p0, p1, p2)
      }
      const v0 = dot(l2, w4, dot(l1, w2, dot(l0, w0, b0)))
      const v1 = dot(h2, w5, dot(h1, w3, dot(h0, w1, b1)))
      const q0 = round8(scaled(v0, f0), lo, hi, rounder, shift), q1 = round8(scaled(v1, f1), lo, hi, rounder, shift)
      if (isPlain) putPlain8(2, d, q0, q1, q1)
      else store8(d, table, n, q0, q1)
      d += dstStep
      if (stride == 1) {
        l0 = l1
        h0 = h1
        l1 = l2
        h1 = h2
        right++
      } else {
        l0 = l2
        h0 = h2
        l1 = none
        h1 = none
        if (right + 1 < inW) {
          p0 += step0
          p1 += step1
          p2 += step2
          l1 = columnLow(p0, p1, p2)
          h1 = columnHigh(p0, p1, p2)
        }
        right += 2
      }
    }
  }
}

// One function each, so that the weights keep the registers.
function rows1(args: usize, begin: i32, end: i32): void {
  rows(1, args, begin, end)
}
function rows2(args: usize, begin: i32, end: i32): void {
  rows(2, args, begin, end)
}

/** 3x3, stride 1 or 2, one column of padding on the left; weights are packed by columns. One unit: eight channels of one output row. */
export function depthwise8of3x3(args: usize, begin: i32, end: i32): void {
  if (arg(args, STRIDE_W) == 1) rows1(args, begin, end)
  else rows2(args, begin, end)
}
