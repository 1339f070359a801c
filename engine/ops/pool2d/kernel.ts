// Windowed pooling, f32 NHWC, four channels at a time.
import { activate, lowerBound, upperBound } from '../../kernels/inline/activate'
import { arg, argF32, storeChannels } from '../../kernels/inline/simd'

/**
 * Arguments: src, dst, pixel strides (src, dst), input height and width, output height and width, channels, kernel (2),
 * stride (2), padding (top, left, bottom, right), mode (0 max, 1 average of what is inside, 2 average with padding),
 * activation (3), positions. One unit: one output row.
 */
export function pool(args: usize, begin: i32, end: i32): void {
  const src: usize = arg(args, 0)
  const dst: usize = arg(args, 1)
  const srcStep = arg(args, 2) << 2
  const dstStep = arg(args, 3) << 2
  const inH = arg(args, 4)
  const inW = arg(args, 5)
  const outH = arg(args, 6)
  const outW = arg(args, 7)
  const channels = arg(args, 8)
  const kh = arg(args, 9)
  const kw = arg(args, 10)
  const strideH = arg(args, 11)
  const strideW = arg(args, 12)
  const padTop = arg(args, 13)
  const padLeft = arg(args, 14)
  const padBottom = arg(args, 15)
  const padRight = arg(args, 16)
  const mode = arg(args, 17)
  const code = arg(args, 18)
  const a = argF32(args, 19)
  const b = argF32(args, 20)
  const positions: usize = arg(args, 21)
  const lo = lowerBound(code, a)
  const hi = upperBound(code, b)

  for (let row = begin; row < end; row++) {
    const photo = row / outH
    const top = (row % outH) * strideH - padTop
    const y0 = max(top, 0)
    const y1 = min(top + kh, inH)
    for (let x = 0; x < outW; x++) {
      const left = x * strideW - padLeft
      const x0 = max(left, 0)
      const x1 = min(left + kw, inW)
      const padded = (min(top + kh, inH + padBottom) - top) * (min(left + kw, inW + padRight) - left)
      const divisor = mode == 2 ? padded : (y1 - y0) * (x1 - x0)
      const scale = f32x4.splat(<f32>1 / <f32>divisor)
      const d = dst + (row * outW + x) * dstStep
      const first = src + ((photo * inH + y0) * inW + x0) * srcStep
      for (let c = 0; c < channels; c += 4) {
        let v = f32x4.splat(mode == 0 ? -Infinity : 0)
        let line = first + (c << 2)
        for (let y = y0; y < y1; y++) {
          let p = line
          for (let k = x0; k < x1; k++) {
            v = mode == 0 ? f32x4.pmax(v, v128.load(p)) : f32x4.add(v, v128.load(p))
            p += srcStep
          }
          line += inW * srcStep
        }
        if (mode != 0) v = f32x4.mul(v, scale)
        v = activate(v, code, lo, hi, a, b)
        const n = min(4, channels - c)
        storeChannels(positions ? d : d + (c << 2), positions ? positions + (c << 2) : 0, v, n)
      }
    }
  }
}
