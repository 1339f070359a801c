// What this core can do at most: multiply-accumulates from registers, and reading memory. Used as any other kernel, so
// that it is measured on the same threads.
import { arg, madd } from './inline/simd'

/** Arguments: rounds of 48 multiply-accumulates. Twelve sums in flight hide the latency of each. */
export function probeMadd(args: usize, begin: i32, end: i32, scratch: usize): void {
  const rounds = arg(args, 0)
  const x = v128.load(scratch)
  const w = v128.load(scratch, 16)
  for (let unit = begin; unit < end; unit++) {
    let v0 = x, v1 = x, v2 = x, v3 = x, v4 = x, v5 = x, v6 = x, v7 = x, v8 = x, v9 = x, v10 = x, v11 = x
    for (let i = 0; i < rounds; i++) {
      v0 = madd(x, w, v0)
      v1 = madd(x, w, v1)
      v2 = madd(x, w, v2)
      v3 = madd(x, w, v3)
      v4 = madd(x, w, v4)
      v5 = madd(x, w, v5)
      v6 = madd(x, w, v6)
      v7 = madd(x, w, v7)
      v8 = madd(x, w, v8)
      v9 = madd(x, w, v9)
      v10 = madd(x, w, v10)
      v11 = madd(x, w, v11)
    }
    // Stored, so that no compiler leaves it out.
    const low = f32x4.add(f32x4.add(f32x4.add(v0, v1), f32x4.add(v2, v3)), f32x4.add(v4, v5))
    const high = f32x4.add(f32x4.add(f32x4.add(v6, v7), f32x4.add(v8, v9)), f32x4.add(v10, v11))
    v128.store(scratch, f32x4.add(low, high), 32)
  }
}

/** Arguments as those of probeRead. Fresh memory is one page of zeros seen many times; written once, it is real. */
export function probeFill(args: usize, begin: i32, end: i32): void {
  const bytes = arg(args, 1)
  memory.fill(arg(args, 0) + begin * bytes, 1, (end - begin) * bytes)
}

/** Arguments: address, bytes of one unit (a multiple of 128). */
export function probeRead(args: usize, begin: i32, end: i32, scratch: usize): void {
  const bytes = arg(args, 1)
  let p: usize = arg(args, 0) + begin * bytes
  const stop: usize = arg(args, 0) + end * bytes
  let v0 = i32x4.splat(0), v1 = v0, v2 = v0, v3 = v0, v4 = v0, v5 = v0, v6 = v0, v7 = v0
  while (p < stop) {
    v0 = v128.or(v0, v128.load(p))
    v1 = v128.or(v1, v128.load(p, 16))
    v2 = v128.or(v2, v128.load(p, 32))
    v3 = v128.or(v3, v128.load(p, 48))
    v4 = v128.or(v4, v128.load(p, 64))
    v5 = v128.or(v5, v128.load(p, 80))
    v6 = v128.or(v6, v128.load(p, 96))
    v7 = v128.or(v7, v128.load(p, 112))
    p += 128
  }
  v128.store(scratch, v128.or(v128.or(v128.or(v0, v1), v128.or(v2, v3)), v128.or(v128.or(v4, v5), v128.or(v6, v7))), 32)
}
