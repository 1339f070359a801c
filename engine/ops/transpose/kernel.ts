// Copies between any two strided tensors of rank 6, f32.
import { arg } from '../../kernels/inline/simd'

/** Arguments: src, dst, six extents, six source strides, six target strides (floats), outermost first. One unit: one index of the first three axes. */
export function copyStrided(args: usize, begin: i32, end: i32): void {
  const src: usize = arg(args, 0)
  const dst: usize = arg(args, 1)
  const d1 = arg(args, 3)
  const d2 = arg(args, 4)
  const d3 = arg(args, 5)
  const d4 = arg(args, 6)
  const d5 = arg(args, 7)
  const s5 = arg(args, 13) << 2
  const t5 = arg(args, 19) << 2
  for (let unit = begin; unit < end; unit++) {
    const i2 = unit % d2
    const i1 = (unit / d2) % d1
    const i0 = unit / (d1 * d2)
    const s = src + ((i0 * arg(args, 8) + i1 * arg(args, 9) + i2 * arg(args, 10)) << 2)
    const t = dst + ((i0 * arg(args, 14) + i1 * arg(args, 15) + i2 * arg(args, 16)) << 2)
    for (let i3 = 0; i3 < d3; i3++)
      for (let i4 = 0; i4 < d4; i4++) {
        let p = s + ((i3 * arg(args, 11) + i4 * arg(args, 12)) << 2)
        let q = t + ((i3 * arg(args, 17) + i4 * arg(args, 18)) << 2)
        let left = d5
        if (s5 == 4 && t5 == 4)
          for (; left >= 4; left -= 4) {
            v128.store(q, v128.load(p))
            p += 16
            q += 16
          }
        for (; left > 0; left--) {
          store<f32>(q, load<f32>(p))
          p += s5
          q += t5
        }
      }
  }
}
