// Transposed convolution, f32 NHWC: each output position gathers the inputs whose kernels reach it; four output channels at a time.
import { arg, madd, storeLanes } from '../../kernels/inline/simd'

/**
 * Arguments: src, dst, pixel strides (src, dst), input height and width, output height and width, groups, channels of a
 * group (in, out), kernel (2), stride (2), padding (top, left), dilation (2), weights, biases. One unit: one output row.
 */
export function convTranspose(args: usize, begin: i32, end: i32): void {
  const src: usize = arg(args, 0)
  const dst: usize = arg(args, 1)
  const srcStep = arg(args, 2) << 2
  const dstStep = arg(args, 3) << 2
  const inH = arg(args, 4)
  const inW = arg(args, 5)
  const outH = arg(args, 6)
  const outW = arg(args, 7)
  const groups = arg(args, 8)
  const perIn = arg(args, 9)
  const perOut = arg(args, 10)
  const kh = arg(args, 11)
  const kw = arg(args, 12)
  const strideH = arg(args, 13)
  const strideW = arg(args, 14)
  const padTop = arg(args, 15)
  const padLeft = arg(args, 16)
  const dilationH = arg(args, 17)
  const dilationW = arg(args, 18)
  const weights: usize = arg(args, 19)
  const biases: usize = arg(args, 20)
  const lanes = (perOut + 3) & ~3
  for (let row = begin; row < end; row++) {
    const photo = row / outH
    const y = (row % outH) + padTop
    for (let x = 0; x < outW; x++) {
      const d = dst + (row * outW + x) * dstStep
      for (let g = 0; g < groups; g++)
        for (let o = 0; o < perOut; o += 4) {
          let v = v128.load(biases + ((g * lanes + o) << 2))
          for (let ky = 0; ky < kh; ky++) {
            const ty = y - ky * dilationH
            if (ty < 0 || ty % strideH != 0 || ty / strideH >= inH) continue
            for (let kx = 0; kx < kw; kx++) {
              const tx = x + padLeft - kx * dilationW
              if (tx < 0 || tx % strideW != 0 || tx / strideW >= inW) continue
              let p: usize = src + ((photo * inH + ty / strideH) * inW + tx / strideW) * srcStep + ((g * perIn) << 2)
              let w: usize = weights + (((((g * kh + ky) * kw + kx) * perIn) * lanes + o) << 2)
              for (let i = 0; i < perIn; i++) {
                v = madd(v128.load_splat<f32>(p), v128.load(w), v)
                p += 4
                w += lanes << 2
              }
            }
          }
          storeLanes(d + ((g * perOut + o) << 2), v, perOut - o)
        }
    }
  }
}
