// An activation function on its own, f32.
import { activate, lowerBound, upperBound } from '../../kernels/inline/activate'
import { arg, argF32, storeLanes } from '../../kernels/inline/simd'

/** Arguments: src, dst, pixel strides (src, dst), channels, activation (3). One unit: one pixel. */
export function activation(args: usize, begin: i32, end: i32): void {
  const channels = arg(args, 4)
  const code = arg(args, 5)
  const a = argF32(args, 6)
  const b = argF32(args, 7)
  const lo = lowerBound(code, a)
  const hi = upperBound(code, b)
  const srcStep = arg(args, 2) << 2
  const dstStep = arg(args, 3) << 2
  let s: usize = arg(args, 0) + begin * srcStep
  let d: usize = arg(args, 1) + begin * dstStep
  for (let unit = begin; unit < end; unit++) {
    for (let c = 0; c < channels; c += 4) storeLanes(d + (c << 2), activate(v128.load(s + (c << 2)), code, lo, hi, a, b), channels - c)
    s += srcStep
    d += dstStep
  }
}
