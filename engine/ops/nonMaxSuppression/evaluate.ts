/** Scalar non-maximum suppression; corners and sizes are those of single precision, overlaps are computed in double, as in the kernel. */
import { assert } from '../../base/assert.ts'
import { type Corners, type Edge, overlap } from '../../base/boxes.ts'
import { type HostTensor, hostTensor } from '../../ir/tensor.ts'
import type { NonMaxSuppressionAttributes } from './op.ts'

const { fround } = Math

export function suppressBoxes(attrs: NonMaxSuppressionAttributes, boxes: HostTensor | undefined, scores: HostTensor | undefined): HostTensor[] {
  assert(boxes && scores, 'non-maximum suppression needs boxes and scores')
  const [n = 0, c = 0, k = 0] = scores.shape
  const { limit, iouThreshold } = attrs
  const edge: Edge = attrs.inclusive ? 1 : 0
  const rows = n * c * limit
  const kept = new Float32Array(rows * 5)
  const selected = new Float32Array(rows * 3).fill(-1)
  for (let unit = 0; unit < n * c; unit++) {
    const image = Math.floor(unit / c)
    const score = (i: number) => Number(scores.data[unit * k + i])
    const box = (i: number) => cornersOf(boxes.data.subarray(4 * (image * k + i), 4 * (image * k + i) + 4), attrs.centre)
    const rivals: Corners[] = []
    for (const i of candidatesOf(attrs, k, score, box, edge)) {
      if (rivals.length >= limit) break
      const own = box(i)
      if (rivals.some((rival) => overlap(rival, own, edge) > iouThreshold)) continue
      const row = unit * limit + rivals.length
      kept.set([image, ...own], 5 * row)
      selected.set([image, unit % c, i], 3 * row)
      rivals.push(own)
    }
  }
  return [hostTensor([rows, 5], kept), hostTensor([rows, 3], selected)]
}

/** Indices of the boxes that are looked at, highest score first. A score that is no number is none. */
function candidatesOf(
  { scoreThreshold, minSize, candidates }: NonMaxSuppressionAttributes,
  count: number,
  score: (index: number) => number,
  box: (index: number) => Corners,
  edge: Edge,
): number[] {
  const threshold = scoreThreshold ?? Number.NEGATIVE_INFINITY
  const least = fround(minSize)
  const isLarge = ([left, top, right, bottom]: Corners) =>
    fround(fround(right - left) + edge) >= least && fround(fround(bottom - top) + edge) >= least
  return Array.from({ length: count }, (_, i) => i)
    .filter((i) => score(i) > threshold && isLarge(box(i)))
    .sort((a, b) => score(b) - score(a) || a - b)
    .slice(0, candidates ?? count)
}

function cornersOf(values: ArrayLike<number>, centre: boolean): Corners {
  const [a = 0, b = 0, c = 0, d = 0] = Array.from(values)
  if (!centre) return [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)]
  const [halfWidth, halfHeight] = [fround(c * 0.5), fround(d * 0.5)]
  return [fround(a - halfWidth), fround(b - halfHeight), fround(a + halfWidth), fround(b + halfHeight)]
}
