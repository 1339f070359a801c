// Product of two computed matrices, f32 row-major, four columns at a time.
import { arg, madd, storeLanes } from '../../kernels/inline/simd'

/** Arguments: a, b, dst, batch, M, K, N, floats from one matrix to the next of a and of b. One unit: one output row. */
export function matmul(args: usize, begin: i32, end: i32): void {
  const left: usize = arg(args, 0)
  const right: usize = arg(args, 1)
  const dst: usize = arg(args, 2)
  const m = arg(args, 4)
  const k = arg(args, 5)
  const n = arg(args, 6)
  const leftStep = arg(args, 7) << 2
  const rightStep = arg(args, 8) << 2
  for (let unit = begin; unit < end; unit++) {
    const batch = unit / m
    const row = left + batch * leftStep + (unit % m) * (k << 2)
    for (let j = 0; j < n; j += 4) {
      let p = right + batch * rightStep + (j << 2)
      let v = f32x4.splat(0)
      for (let i = 0; i < k; i++) {
        v = madd(v128.load_splat<f32>(row + (i << 2)), v128.load(p), v)
        p += n << 2
      }
      storeLanes(dst + ((unit * n + j) << 2), v, min(4, n - j))
    }
  }
}
