// Activation functions on vectors. Codes up to 15 are those of ops/activationFunction.ts, from 16 on those of ops/unary/op.ts.
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
  if (code == 3 || code == 6) {
    const s = f32x4.div(one, f32x4.add(one, exp(f32x4.neg(v))))
    return code == 3 ? s : f32x4.mul(v, s)
  }
  return code < 16 ? rareCurve(v, code, a, b) : mathematical(v, code)
}

function rareCurve(v: v128, code: i32, a: f32, b: f32): v128 {
  const one = f32x4.splat(1)
  if (code == 7) {
    const below = f32x4.mul(f32x4.sub(exp(v), one), f32x4.splat(a))
    return v128.bitselect(below, f32x4.mul(v, f32x4.splat(b)), f32x4.lt(v, f32x4.splat(0)))
  }
  if (code == 8) return tanh(v)
  if (code == 9) return softplus(v)
  if (code == 10) return f32x4.mul(v, tanh(softplus(v)))
  const half = f32x4.mul(v, f32x4.splat(0.5))
  if (code == 11) return madd(half, erf(f32x4.mul(v, f32x4.splat(0.70710678118654752))), half)
  const cubic = madd(f32x4.mul(f32x4.mul(v, v), f32x4.splat(0.044715)), v, v)
  return madd(half, tanh(f32x4.mul(cubic, f32x4.splat(0.79788456080286536))), half)
}

function mathematical(v: v128, code: i32): v128 {
  if (code == 16) return f32x4.sqrt(v)
  if (code == 17) return f32x4.floor(v)
  if (code == 18) return f32x4.ceil(v)
  if (code == 19) {
    // The square of e^(x/2) overflows and vanishes where e^x does.
    const root = exp(f32x4.mul(v, f32x4.splat(0.5)))
    return f32x4.mul(root, root)
  }
  if (code == 20) return log(v)
  if (code == 21) return erf(v)
  return f32x4.nearest(v)
}

function softplus(v: v128): v128 {
  const one = f32x4.splat(1)
  return f32x4.add(f32x4.max(v, f32x4.splat(0)), log(f32x4.add(one, exp(f32x4.neg(f32x4.abs(v))))))
}

/**
 * Natural logarithm of normal numbers to about 2 units in the last place: x = m 2^n with m near 1, polynomial in m - 1
 * (Cephes' logf coefficients). 0 gives -Infinity, negative numbers NaN.
 */
export function log(x: v128): v128 {
  const one = f32x4.splat(1)
  const bits = v128.and(x, i32x4.splat(0x007fffff))
  let m = v128.or(bits, i32x4.splat(0x3f000000))
  let n = f32x4.convert_i32x4_s(i32x4.sub(i32x4.shr_u(x, 23), i32x4.splat(126)))
  const small = f32x4.lt(m, f32x4.splat(0.70710678118654752))
  n = f32x4.sub(n, v128.and(small, one))
  m = f32x4.sub(f32x4.add(m, v128.and(small, m)), one)
  let p = f32x4.splat(7.0376836292e-2)
  p = madd(p, m, f32x4.splat(-1.1514610310e-1))
  p = madd(p, m, f32x4.splat(1.1676998740e-1))
  p = madd(p, m, f32x4.splat(-1.2420140846e-1))
  p = madd(p, m, f32x4.splat(1.4249322787e-1))
  p = madd(p, m, f32x4.splat(-1.6668057665e-1))
  p = madd(p, m, f32x4.splat(2.0000714765e-1))
  p = madd(p, m, f32x4.splat(-2.4999993993e-1))
  p = madd(p, m, f32x4.splat(3.3333331174e-1))
  const square = f32x4.mul(m, m)
  let y = f32x4.mul(f32x4.mul(p, m), square)
  y = madd(n, f32x4.splat(-2.12194440e-4), y)
  y = madd(square, f32x4.splat(-0.5), y)
  let result = madd(n, f32x4.splat(0.693359375), f32x4.add(m, y))
  result = v128.bitselect(f32x4.splat(-Infinity), result, f32x4.eq(x, f32x4.splat(0)))
  result = v128.bitselect(x, result, f32x4.eq(x, f32x4.splat(Infinity)))
  // Also true where x is no number.
  return v128.bitselect(result, f32x4.splat(NaN), f32x4.ge(x, f32x4.splat(0)))
}

/** Quotient of polynomials, odd over even, on the range where the function is not yet 1 in f32. Source: Eigen, ptanh_float. */
function tanh(x: v128): v128 {
  const v = clamp(x, f32x4.splat(-7.90531110763549805), f32x4.splat(7.90531110763549805))
  const s = f32x4.mul(v, v)
  let p = f32x4.splat(-2.76076847742355e-16)
  p = madd(p, s, f32x4.splat(2.00018790482477e-13))
  p = madd(p, s, f32x4.splat(-8.60467152213735e-11))
  p = madd(p, s, f32x4.splat(5.12229709037114e-8))
  p = madd(p, s, f32x4.splat(1.48572235717979e-5))
  p = madd(p, s, f32x4.splat(6.37261928875436e-4))
  p = madd(p, s, f32x4.splat(4.89352455891786e-3))
  let q = f32x4.splat(1.19825839466702e-6)
  q = madd(q, s, f32x4.splat(1.18534705686654e-4))
  q = madd(q, s, f32x4.splat(2.26843463243900e-3))
  q = madd(q, s, f32x4.splat(4.89352518554385e-3))
  return f32x4.div(f32x4.mul(v, p), q)
}

/** As tanh. Source: Eigen, erf of f32. */
function erf(x: v128): v128 {
  const v = clamp(x, f32x4.splat(-4), f32x4.splat(4))
  const s = f32x4.mul(v, v)
  let p = f32x4.splat(-2.72614225801306e-10)
  p = madd(p, s, f32x4.splat(2.77068142495902e-8))
  p = madd(p, s, f32x4.splat(-2.10102402082508e-6))
  p = madd(p, s, f32x4.splat(-5.69250639462346e-5))
  p = madd(p, s, f32x4.splat(-7.34990630326855e-4))
  p = madd(p, s, f32x4.splat(-2.95459980854025e-3))
  p = madd(p, s, f32x4.splat(-1.60960333262415e-2))
  let q = f32x4.splat(-1.45660718464996e-5)
  q = madd(q, s, f32x4.splat(-2.13374055278905e-4))
  q = madd(q, s, f32x4.splat(-1.68282697438203e-3))
  q = madd(q, s, f32x4.splat(-7.37332916720468e-3))
  q = madd(q, s, f32x4.splat(-1.42647390514189e-2))
  return f32x4.div(f32x4.mul(v, p), q)
}

/** x^y as exp(y log |x|), with the sign of x where y is odd; NaN where x is negative and y no integer. */
export function pow(x: v128, y: v128): v128 {
  const one = f32x4.splat(1)
  const zero = f32x4.splat(0)
  const half = f32x4.mul(f32x4.mul(y, log(f32x4.abs(x))), f32x4.splat(0.5))
  const root = exp(half)
  let r = f32x4.mul(root, root)
  const whole = f32x4.eq(f32x4.trunc(y), y)
  const even = f32x4.mul(y, f32x4.splat(0.5))
  const odd = v128.andnot(whole, f32x4.eq(f32x4.trunc(even), even))
  const negative = f32x4.lt(x, zero)
  r = v128.xor(r, v128.and(v128.and(negative, odd), i32x4.splat(<i32>0x80000000)))
  r = v128.bitselect(f32x4.splat(NaN), r, v128.andnot(negative, whole))
  const atZero = v128.bitselect(zero, f32x4.splat(Infinity), f32x4.gt(y, zero))
  r = v128.bitselect(atZero, r, f32x4.eq(x, zero))
  return v128.bitselect(one, r, f32x4.eq(y, zero))
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
