// Interpolation of feature maps by tables of neighbours and weights, f32 NHWC, four channels at a time.
import { arg, madd, storeLanes } from '../../kernels/inline/simd'

/**
 * Arguments: src, dst, pixel strides (src, dst), input height and width, output height and width, channels, taps along an
 * axis, row indices, row weights, column indices, column weights. One unit: one output row.
 */
export function interpolate(args: usize, begin: i32, end: i32): void {
  const src: usize = arg(args, 0)
  const dst: usize = arg(args, 1)
  const srcStep = arg(args, 2) << 2
  const dstStep = arg(args, 3) << 2
  const inH = arg(args, 4)
  const inW = arg(args, 5)
  const outH = arg(args, 6)
  const outW = arg(args, 7)
  const channels = arg(args, 8)
  const taps = arg(args, 9)
  const rowIndex: usize = arg(args, 10)
  const rowWeight: usize = arg(args, 11)
  const columnIndex: usize = arg(args, 12)
  const columnWeight: usize = arg(args, 13)
  for (let row = begin; row < end; row++) {
    const photo = row / outH
    const y = row % outH
    for (let x = 0; x < outW; x++) {
      const d = dst + (row * outW + x) * dstStep
      for (let c = 0; c < channels; c += 4) {
        let v = f32x4.splat(0)
        for (let i = 0; i < taps; i++) {
          const r = (y * taps + i) << 2
          const line = src + (photo * inH + load<i32>(rowIndex + r)) * inW * srcStep + (c << 2)
          const wy = load<f32>(rowWeight + r)
          for (let j = 0; j < taps; j++) {
            const k = (x * taps + j) << 2
            v = madd(v128.load(line + load<i32>(columnIndex + k) * srcStep), f32x4.splat(wy * load<f32>(columnWeight + k)), v)
          }
        }
        storeLanes(d + (c << 2), v, channels - c)
      }
    }
  }
}
