// Fully connected layer, f32: 32 outputs at a time, weights read once in order.
import { activate, lowerBound, upperBound } from '../../kernels/inline/activate'
import { arg, argF32, madd, storeLanes } from '../../kernels/inline/simd'

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
