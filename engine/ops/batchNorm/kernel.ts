// Factor and offset per channel, f32 NHWC: a batch norm that nothing before it could take in.
import { arg, madd, storeLanes } from '../../kernels/inline/simd'

/** Arguments: src, dst, factors then offsets (each padded to four), pixel strides (src, dst), channels. One unit: one pixel. */
export function affine(args: usize, begin: i32, end: i32): void {
  const factors: usize = arg(args, 2)
  const srcStep = arg(args, 3) << 2
  const dstStep = arg(args, 4) << 2
  const channels = arg(args, 5)
  const offsets = factors + (((channels + 3) & ~3) << 2)
  let s: usize = arg(args, 0) + begin * srcStep
  let d: usize = arg(args, 1) + begin * dstStep
  for (let unit = begin; unit < end; unit++) {
    for (let c = 0; c < channels; c += 4) {
      const at = c << 2
      storeLanes(d + at, madd(v128.load(s + at), v128.load(factors + at), v128.load(offsets + at)), channels - c)
    }
    s += srcStep
    d += dstStep
  }
}
