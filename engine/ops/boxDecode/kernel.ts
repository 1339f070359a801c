// Boxes from the shifts of anchors, f32.
import { exp } from '../../kernels/inline/activate'
import { arg, argF32, clamp } from '../../kernels/inline/simd'

/**
 * Arguments: src, dst, pixel stride, map height and width, anchors, stride, limits right and bottom, and for each anchor its
 * centre, width and height. One unit: one position of the map.
 */
export function boxDecode(args: usize, begin: i32, end: i32): void {
  const src: usize = arg(args, 0)
  const dst: usize = arg(args, 1)
  const srcStep = arg(args, 2) << 2
  const height = arg(args, 3)
  const width = arg(args, 4)
  const anchors = arg(args, 5)
  const stride = argF32(args, 6)
  const table: usize = arg(args, 9)
  const zero = f32x4.splat(0)
  const limits = f32x4.replace_lane(f32x4.replace_lane(f32x4.splat(argF32(args, 7)), 1, argF32(args, 8)), 3, argF32(args, 8))
  const halves = f32x4.replace_lane(f32x4.replace_lane(f32x4.splat(0.5), 0, -0.5), 1, -0.5)
  for (let unit = begin; unit < end; unit++) {
    const across = <f32>(unit % width) * stride
    const down = <f32>((unit / width) % height) * stride
    const cell = f32x4.replace_lane(f32x4.replace_lane(zero, 0, across), 1, down)
    let s = src + unit * srcStep
    let d = dst + ((unit * anchors) << 4)
    for (let a = 0; a < anchors; a++) {
      // Centre and size: lanes x, y, width, height.
      const anchor = f32x4.add(v128.load(table + (a << 4)), cell)
      const shift = v128.load(s)
      const size = v128.shuffle<f32>(anchor, anchor, 2, 3, 2, 3)
      const centre = v128.shuffle<f32>(anchor, anchor, 0, 1, 0, 1)
      const moved = f32x4.add(centre, f32x4.mul(v128.shuffle<f32>(shift, shift, 0, 1, 0, 1), size))
      const grown = f32x4.mul(size, exp(v128.shuffle<f32>(shift, shift, 2, 3, 2, 3)))
      v128.store(d, clamp(f32x4.add(moved, f32x4.mul(grown, halves)), zero, limits))
      s += 16
      d += 16
    }
  }
}
