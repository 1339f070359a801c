// Fully connected layer, f32 or 8-bit: 32 outputs at a time, weights read once in order.
import { activate, lowerBound, upperBound } from '../../kernels/inline/activate'
import { dot, lifted, scaled, takenByDot } from '../../kernels/inline/bytes'
import { arg, argF32, clamp, madd, storeLanes } from '../../kernels/inline/simd'

/** Arguments: src, dst, weights, bias, K, O, tiles, activation (3). One unit: one tile of 32 outputs of one row. */
export function linear(args: usize, begin: i32, end: i32): void {
  const src: usize = arg(args, 0)
  const dst: usize = arg(args, 1)
  const weights: usize = arg(args, 2)
  const bias: usize = arg(args, 3)
  const k = arg(args, 4)
  const o = arg(args, 5)
  const tiles = arg(args, 6)
  const code = arg(args, 7)
  const a = argF32(args, 8)
  const b = argF32(args, 9)
  const lo = lowerBound(code, a)
  const hi = upperBound(code, b)
  for (let unit = begin; unit < end; unit++) {
    const row = unit / tiles
    const tile = unit % tiles
    let w = weights + tile * (k << 7)
    const bi = bias + (tile << 7)
    let x = src + row * (k << 2)
    const stop = x + (k << 2)
    let v0 = v128.load(bi), v1 = v128.load(bi, 16), v2 = v128.load(bi, 32), v3 = v128.load(bi, 48)
    let v4 = v128.load(bi, 64), v5 = v128.load(bi, 80), v6 = v128.load(bi, 96), v7 = v128.load(bi, 112)
    while (x < stop) {
      const s = v128.load_splat<f32>(x)
      v0 = madd(s, v128.load(w), v0)
      v1 = madd(s, v128.load(w, 16), v1)
      v2 = madd(s, v128.load(w, 32), v2)
      v3 = madd(s, v128.load(w, 48), v3)
      v4 = madd(s, v128.load(w, 64), v4)
      v5 = madd(s, v128.load(w, 80), v5)
      v6 = madd(s, v128.load(w, 96), v6)
      v7 = madd(s, v128.load(w, 112), v7)
      w += 128
      x += 4
    }
    const d = dst + ((row * o + (tile << 5)) << 2)
    const n = o - (tile << 5)
    storeLanes(d, activate(v0, code, lo, hi, a, b), n)
    if (n > 4) storeLanes(d + 16, activate(v1, code, lo, hi, a, b), n - 4)
    if (n > 8) storeLanes(d + 32, activate(v2, code, lo, hi, a, b), n - 8)
    if (n > 12) storeLanes(d + 48, activate(v3, code, lo, hi, a, b), n - 12)
    if (n > 16) storeLanes(d + 64, activate(v4, code, lo, hi, a, b), n - 16)
    if (n > 20) storeLanes(d + 80, activate(v5, code, lo, hi, a, b), n - 20)
    if (n > 24) storeLanes(d + 96, activate(v6, code, lo, hi, a, b), n - 24)
    if (n > 28) storeLanes(d + 112, activate(v7, code, lo, hi, a, b), n - 28)
  }
}

// @ts-ignore: decorator
@inline
function finish8(to: usize, n: i32, sums: v128, factors: usize, bias: usize, at: i32, lo: v128, hi: v128): void {
  if (n > 0) storeLanes(to + at, clamp(f32x4.add(scaled(sums, v128.load(factors + at)), v128.load(bias + at)), lo, hi), n)
}

/**
 * 8-bit input and weights, f32 output. Arguments: src, dst, weights, what sums start from, K, O, tiles, activation (3: none or
 * clip), factors, bias, bytes from row to row of src. One unit: one tile of 32 outputs of one row.
 */
export function linear8(args: usize, begin: i32, end: i32): void {
  const quads = (arg(args, 4) + 3) >> 2
  const o = arg(args, 5)
  const tiles = arg(args, 6)
  const lo = lowerBound(arg(args, 7), argF32(args, 8))
  const hi = upperBound(arg(args, 7), argF32(args, 9))
  for (let unit = begin; unit < end; unit++) {
    const row = unit / tiles
    const tile = unit % tiles
    let w: usize = arg(args, 2) + tile * (quads << 7)
    const start: usize = arg(args, 3) + (tile << 7)
    let x: usize = arg(args, 0) + row * arg(args, 12)
    const stop = x + (quads << 2)
    let v0 = v128.load(start), v1 = v128.load(start, 16), v2 = v128.load(start, 32), v3 = v128.load(start, 48)
    let v4 = v128.load(start, 64), v5 = v128.load(start, 80), v6 = v128.load(start, 96), v7 = v128.load(start, 112)
    while (x < stop) {
      const s = v128.load_splat<u32>(x)
      const w0 = v128.load(w), w1 = v128.load(w, 16), w2 = v128.load(w, 32), w3 = v128.load(w, 48)
      if (takenByDot()) {
        v0 = lifted(w0, v0, takenByDot())
        v1 = lifted(w1, v1, takenByDot())
        v2 = lifted(w2, v2, takenByDot())
        v3 = lifted(w3, v3, takenByDot())
      }
      v0 = dot(s, w0, v0)
      v1 = dot(s, w1, v1)
      v2 = dot(s, w2, v2)
      v3 = dot(s, w3, v3)
      const w4 = v128.load(w, 64), w5 = v128.load(w, 80), w6 = v128.load(w, 96), w7 = v128.load(w, 112)
      if (takenByDot()) {
        v4 = lifted(w4, v4, takenByDot())
        v5 = lifted(w5, v5, takenByDot())
        v6 = lifted(w6, v6, takenByDot())
        v7 = lifted(w7, v7, takenByDot())
      }
      v4 = dot(s, w4, v4)
      v5 = dot(s, w5, v5)
      v6 = dot(s, w6, v6)
      v7 = dot(s, w7, v7)
      w += 128
      x += 4
    }
    const d: usize = arg(args, 1) + ((row * o + (tile << 5)) << 2)
    const n = o - (tile << 5)
    const factors: usize = arg(args, 10) + (tile << 7)
    const bias: usize = arg(args, 11) + (tile << 7)
    finish8(d, n, v0, factors, bias, 0, lo, hi)
    finish8(d, n - 4, v1, factors, bias, 16, lo, hi)
    finish8(d, n - 8, v2, factors, bias, 32, lo, hi)
    finish8(d, n - 12, v3, factors, bias, 48, lo, hi)
    finish8(d, n - 16, v4, factors, bias, 64, lo, hi)
    finish8(d, n - 20, v5, factors, bias, 80, lo, hi)
    finish8(d, n - 24, v6, factors, bias, 96, lo, hi)
    finish8(d, n - 28, v7, factors, bias, 112, lo, hi)
  }
}
