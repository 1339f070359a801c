/** Scalar RoI pooling. Bins are laid out in single precision, as everywhere: in double some would be a position wider or narrower. */
import { assert } from '../../base/assert.ts'
import { asNchw, type HostTensor, hostTensor } from '../../ir/tensor.ts'
import type { MaxRoiPoolAttributes } from './op.ts'

const { fround } = Math

/** A corner in positions of the map, halves away from zero. Far outside, and what is no number, is as good as outside. */
function positionOf(pixel: number, scale: number): number {
  const v = fround(fround(pixel) * fround(scale))
  const near = v > -FAR ? (v < FAR ? v : FAR) : -FAR
  return Math.sign(near) * Math.floor(Math.abs(near) + 0.5)
}

/** Exact in single precision, and larger than any map. */
const FAR = 1 << 22

/** First position of a bin and the one after its last, for each bin along an axis of `extent` positions. */
function binsOf(from: number, to: number, count: number, extent: number): (readonly [number, number])[] {
  const bin = fround(fround(Math.max(to - from + 1, 1)) / fround(count))
  const within = (v: number) => Math.min(Math.max(v + from, 0), extent)
  return Array.from({ length: count }, (_, i) => [within(Math.floor(fround(i * bin))), within(Math.ceil(fround((i + 1) * bin)))])
}

export function poolRegions({ bins, scale }: MaxRoiPoolAttributes, x: HostTensor | undefined, regions: HostTensor | undefined): HostTensor {
  assert(x && regions, 'RoI pooling needs an input and regions')
  const [n, c, h, w] = asNchw(x.shape)
  const r = regions.shape[0] ?? 0
  const [rows, columns] = bins
  const out = new Float32Array(r * c * rows * columns)
  let at = 0
  for (let region = 0; region < r; region++) {
    const [image = 0, left = 0, top = 0, right = 0, bottom = 0] = Array.from(regions.data.subarray(5 * region, 5 * region + 5))
    const down = binsOf(positionOf(top, scale), positionOf(bottom, scale), rows, h)
    const across = binsOf(positionOf(left, scale), positionOf(right, scale), columns, w)
    const batch = Math.trunc(image)
    const isThere = batch >= 0 && batch < n
    for (let channel = 0; channel < c; channel++)
      for (const [y0, y1] of down)
        for (const [x0, x1] of across) {
          let best = Number.NEGATIVE_INFINITY
          for (let y = y0; y < y1; y++)
            for (let k = x0; k < x1; k++) {
              const v = x.data[((batch * c + channel) * h + y) * w + k] ?? 0
              if (v > best) best = v
            }
          out[at++] = isThere && y1 > y0 && x1 > x0 ? best : 0
        }
  }
  return hostTensor([r, c, rows, columns], out)
}
