// Pooling over all positions, f32 NHWC, four channels at a time.
import { arg, storeLanes } from '../../kernels/inline/simd'

/** Arguments: src, dst, source pixel stride, pixels, channels, mode (0 max, 1 average). One unit: four channels of one photo. */
export function globalPool(args: usize, begin: i32, end: i32): void {
  const src: usize = arg(args, 0)
  const dst: usize = arg(args, 1)
  const step = arg(args, 2) << 2
  const pixels = arg(args, 3)
  const channels = arg(args, 4)
  const mode = arg(args, 5)
  const lanes = (channels + 3) >> 2
  for (let unit = begin; unit < end; unit++) {
    const photo = unit / lanes
    const c = (unit % lanes) << 2
    let p = src + photo * pixels * step + (c << 2)
    let v = mode == 0 ? v128.load(p) : f32x4.splat(0)
    for (let i = 0; i < pixels; i++) {
      v = mode == 0 ? f32x4.pmax(v, v128.load(p)) : f32x4.add(v, v128.load(p))
      p += step
    }
    if (mode != 0) v = f32x4.div(v, f32x4.splat(<f32>pixels))
    storeLanes(dst + ((photo * channels + c) << 2), v, min(4, channels - c))
  }
}
