// Channel copies, NHWC: shuffles, slices and concatenations that nothing around them could take in.
import { activate, lowerBound, upperBound } from '../../kernels/inline/activate'
import { arg, argF32, storeLanes } from '../../kernels/inline/simd'

/**
 * Arguments: src, dst, runs (source byte, target byte, channels), number of runs, pixel strides in bytes (src, dst),
 * activation (3). One unit: one pixel.
 */
export function gatherChannels(args: usize, begin: i32, end: i32): void {
  const runs: usize = arg(args, 2)
  const many = arg(args, 3)
  const srcStep = arg(args, 4)
  const dstStep = arg(args, 5)
  const code = arg(args, 6)
  const a = argF32(args, 7)
  const b = argF32(args, 8)
  const lo = lowerBound(code, a)
  const hi = upperBound(code, b)
  let s: usize = arg(args, 0) + begin * srcStep
  let d: usize = arg(args, 1) + begin * dstStep
  for (let unit = begin; unit < end; unit++) {
    for (let i = 0; i < many; i++) {
      const run = runs + i * 12
      const from = s + load<i32>(run)
      const to = d + load<i32>(run, 4)
      const n = load<i32>(run, 8)
      if (n == 1 && code == 0) store<f32>(to, load<f32>(from))
      else for (let c = 0; c < n; c += 4) storeLanes(to + (c << 2), activate(v128.load(from + (c << 2)), code, lo, hi, a, b), n - c)
    }
    s += srcStep
    d += dstStep
  }
}

/** The same for 8-bit channels, which are moved as they are. Arguments: src, dst, runs, number of runs, pixel strides in bytes (src, dst). One unit: one pixel. */
export function gatherBytes(args: usize, begin: i32, end: i32): void {
  const runs: usize = arg(args, 2)
  const many = arg(args, 3)
  const srcStep = arg(args, 4)
  const dstStep = arg(args, 5)
  let s: usize = arg(args, 0) + begin * srcStep
  let d: usize = arg(args, 1) + begin * dstStep
  for (let unit = begin; unit < end; unit++) {
    for (let i = 0; i < many; i++) {
      const run = runs + i * 12
      const from = s + load<i32>(run)
      const to = d + load<i32>(run, 4)
      const n = load<i32>(run, 8)
      let c = 0
      for (; c + 8 <= n; c += 8) store<u64>(to + c, load<u64>(from + c))
      for (; c < n; c++) store<u8>(to + c, load<u8>(from + c))
    }
    s += srcStep
    d += dstStep
  }
}
