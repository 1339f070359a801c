// Activation functions on vectors. Codes are those of ops/activationFunction.ts.
import { clamp, madd } from './simd'

/** Lower bound of the clip that stands for codes 0 (none) and 1 (clip). */
// @ts-ignore: decorator
@inline
export function lowerBound(code: i32, a: f32): v128 {
  return f32x4.splat(code == 1 ? a : -Infinity)
}

// @ts-ignore: decorator
@inline
export function upperBound(code: i32, b: f32): v128 {
  return f32x4.splat(code == 1 ? b : Infinity)
}

/** `lo`, `hi`: the bounds above; `a`, `b`: the two parameters. */
// @ts-ignore: decorator
@inline
export function activate(v: v128, code: i32, lo: v128, hi: v128, a: f32, b: f32): v128 {
  if (code <= 1) return clamp(v, lo, hi)
  return curve(v, code, a, b)
}

function curve(v: v128, code: i32, a: f32, b: f32): v128 {
  const zero = f32x4.splat(0)
  const one = f32x4.splat(1)
  if (code == 2) return v128.bitselect(f32x4.mul(v, f32x4.splat(a)), v, f32x4.lt(v, zero))
  if (code == 4) return clamp(madd(v, f32x4.splat(a), f32x4.splat(b)), zero, one)
  if (code == 5) return f32x4.mul(v, clamp(madd(v, f32x4.splat(1.0 / 6.0), f32x4.splat(0.5)), zero, one))
  const s = f32x4.div(one, f32x4.add(one, exp(f32x4.neg(v))))
  return code == 3 ? s : f32x4.mul(v, s)
}

/** e^x to about 2 units in the last place: x = n ln 2 + r, polynomial in r (Cephes' expf coefficients), times 2^n. */
export function exp(x: v128): v128 {
  const v = clamp(x, f32x4.splat(-87.0), f32x4.splat(88.0))
  const n = f32x4.nearest(f32x4.mul(v, f32x4.splat(1.44269504088896341)))
  let r = f32x4.sub(v, f32x4.mul(n, f32x4.splat(0.693359375)))
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.12194440e-4)))
  let p = f32x4.splat(1.9875691500e-4)
  p = madd(p, r, f32x4.splat(1.3981999507e-3))
  p = madd(p, r, f32x4.splat(8.3334519073e-3))
  p = madd(p, r, f32x4.splat(4.1665795894e-2))
  p = madd(p, r, f32x4.splat(1.6666665459e-1))
  p = madd(p, r, f32x4.splat(5.0000001201e-1))
  p = madd(p, f32x4.mul(r, r), f32x4.add(r, f32x4.splat(1)))
  const scale = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23)
  return f32x4.mul(p, scale)
}
