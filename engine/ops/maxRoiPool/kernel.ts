// RoI pooling, f32 NHWC, sixteen channels at a time: a cache line, of which nothing is loaded twice. Bins are laid out in f32, as
// `evaluate` has them.
import { arg, argF32, storeLanes } from '../../kernels/inline/simd'

/** Exact in single precision, and larger than any map. */
const FAR: f32 = 4194304

/** A corner in positions of the map, halves away from zero. */
// @ts-ignore: decorator
@inline
function positionOf(pixel: f32, scale: f32): i32 {
  const v = pixel * scale
  const near = <f64>(v > -FAR ? (v < FAR ? v : FAR) : -FAR)
  const size = <i32>floor(abs(near) + 0.5)
  return near < 0 ? -size : size
}

// @ts-ignore: decorator
@inline
function within(v: i32, extent: i32): i32 {
  return min(max(v, 0), extent)
}

/**
 * Arguments: src, regions, dst, strides (src, regions, dst), images, input height and width, channels, rows and columns of bins,
 * scale. One unit: one row of bins of one region.
 */
export function maxRoiPool(args: usize, begin: i32, end: i32): void {
  const src: usize = arg(args, 0)
  const regions: usize = arg(args, 1)
  const dst: usize = arg(args, 2)
  const srcStep = arg(args, 3) << 2
  const regionStep = arg(args, 4) << 2
  const dstStep = arg(args, 5) << 2
  const images = arg(args, 6)
  const height = arg(args, 7)
  const width = arg(args, 8)
  const channels = arg(args, 9)
  const rows = arg(args, 10)
  const columns = arg(args, 11)
  const scale = argF32(args, 12)
  const none = f32x4.splat(-Infinity)
  const zero = f32x4.splat(0)
  for (let unit = begin; unit < end; unit++) {
    const region = regions + (unit / rows) * regionStep
    const row = unit % rows
    const batch = load<f32>(region)
    const image = batch > -1 && batch < <f32>images ? <i32>batch : -1
    const left = positionOf(load<f32>(region, 4), scale)
    const top = positionOf(load<f32>(region, 8), scale)
    const right = positionOf(load<f32>(region, 12), scale)
    const bottom = positionOf(load<f32>(region, 16), scale)
    const binHeight = <f32>max(bottom - top + 1, 1) / <f32>rows
    const binWidth = <f32>max(right - left + 1, 1) / <f32>columns
    const y0 = within(<i32>floor(<f32>row * binHeight) + top, height)
    const y1 = within(<i32>ceil(<f32>(row + 1) * binHeight) + top, height)
    let d = dst + unit * columns * dstStep
    for (let column = 0; column < columns; column++) {
      const x0 = within(<i32>floor(<f32>column * binWidth) + left, width)
      const x1 = within(<i32>ceil(<f32>(column + 1) * binWidth) + left, width)
      const empty = image < 0 || y1 <= y0 || x1 <= x0
      const first = src + ((max(image, 0) * height + y0) * width + x0) * srcStep
      let c = 0
      for (; c + 16 <= channels && !empty; c += 16) {
        let v0 = none, v1 = none, v2 = none, v3 = none
        let line = first + (c << 2)
        for (let y = y0; y < y1; y++) {
          let p = line
          for (let x = x0; x < x1; x++) {
            v0 = f32x4.pmax(v0, v128.load(p))
            v1 = f32x4.pmax(v1, v128.load(p, 16))
            v2 = f32x4.pmax(v2, v128.load(p, 32))
            v3 = f32x4.pmax(v3, v128.load(p, 48))
            p += srcStep
          }
          line += width * srcStep
        }
        v128.store(d + (c << 2), v0)
        v128.store(d + (c << 2), v1, 16)
        v128.store(d + (c << 2), v2, 32)
        v128.store(d + (c << 2), v3, 48)
      }
      for (; c < channels; c += 4) {
        let v = empty ? zero : none
        if (!empty) {
          let line = first + (c << 2)
          for (let y = y0; y < y1; y++) {
            let p = line
            for (let x = x0; x < x1; x++) {
              v = f32x4.pmax(v, v128.load(p))
              p += srcStep
            }
            line += width * srcStep
          }
        }
        storeLanes(d + (c << 2), v, channels - c)
      }
      d += dstStep
    }
  }
}
