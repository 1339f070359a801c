// Non-maximum suppression, f32 boxes and scores, overlaps in f64.
//
// A heap gives the candidates in the order of their scores, so that those after the last one that is kept are never sorted.
import { arg, argF32 } from '../../kernels/inline/simd'

/** Whether candidate `a` comes before `b`: the higher score, of equal ones the first. */
// @ts-ignore: decorator
@inline
function precedes(scores: usize, a: i32, b: i32): bool {
  const x = load<f32>(scores + (a << 2))
  const y = load<f32>(scores + (b << 2))
  return x > y || (x == y && a < b)
}

function sink(heap: usize, size: i32, from: i32, scores: usize): void {
  const moved = load<i32>(heap + (from << 2))
  let at = from
  while (true) {
    let child = 2 * at + 1
    if (child >= size) break
    let next = load<i32>(heap + (child << 2))
    if (child + 1 < size) {
      const other = load<i32>(heap + ((child + 1) << 2))
      if (precedes(scores, other, next)) {
        child++
        next = other
      }
    }
    if (!precedes(scores, next, moved)) break
    store<i32>(heap + (at << 2), next)
    at = child
  }
  store<i32>(heap + (at << 2), moved)
}

/** Corners of a box as least x, least y, greatest x, greatest y. */
// @ts-ignore: decorator
@inline
function corners(box: usize, centre: bool): v128 {
  const v = v128.load(box)
  const tail = v128.shuffle<f32>(v, v, 2, 3, 2, 3)
  const head = v128.shuffle<f32>(v, v, 0, 1, 0, 1)
  const half = f32x4.mul(tail, f32x4.splat(0.5))
  const least = centre ? f32x4.sub(head, half) : f32x4.min(head, tail)
  const greatest = centre ? f32x4.add(head, half) : f32x4.max(head, tail)
  return v128.shuffle<f32>(least, greatest, 0, 1, 6, 7)
}

/** Intersection over union, as `overlap` in base/boxes.ts. `b`: row of an output, its corners from the second value on. */
function overlap(a: v128, b: usize, edge: f64): f64 {
  const left = <f64>f32x4.extract_lane(a, 0)
  const top = <f64>f32x4.extract_lane(a, 1)
  const right = <f64>f32x4.extract_lane(a, 2)
  const bottom = <f64>f32x4.extract_lane(a, 3)
  const otherLeft = <f64>load<f32>(b, 4)
  const otherTop = <f64>load<f32>(b, 8)
  const otherRight = <f64>load<f32>(b, 12)
  const otherBottom = <f64>load<f32>(b, 16)
  const width = min(right, otherRight) - max(left, otherLeft) + edge
  const height = min(bottom, otherBottom) - max(top, otherTop) + edge
  if (!(width > 0 && height > 0)) return 0
  const shared = width * height
  const own = (right - left + edge) * (bottom - top + edge)
  const other = (otherRight - otherLeft + edge) * (otherBottom - otherTop + edge)
  return shared / (other + own - shared)
}

/**
 * Arguments: boxes, scores, two outputs, boxes of an image, classes, limit, candidates, least size, edge, whether boxes are
 * given by their centres, the two thresholds (f64), a heap of indices for each unit. One unit: one class of one image.
 */
export function nonMaxSuppression(args: usize, begin: i32, end: i32): void {
  const count = arg(args, 4)
  const classes = arg(args, 5)
  const limit = arg(args, 6)
  const candidates = arg(args, 7)
  const minSize = argF32(args, 8)
  const edge = arg(args, 9)
  const centre = arg(args, 10) != 0
  const thresholds: usize = arg(args, 11)
  const iou = load<f64>(thresholds)
  const least = load<f64>(thresholds, 8)
  for (let unit = begin; unit < end; unit++) {
    const image = unit / classes
    const boxes: usize = arg(args, 0) + ((image * count) << 4)
    const scores: usize = arg(args, 1) + ((unit * count) << 2)
    const rows: usize = arg(args, 2) + unit * limit * 20
    const selected: usize = arg(args, 3) + unit * limit * 12
    const heap: usize = arg(args, 12) + ((unit * count) << 2)
    let size = 0
    for (let i = 0; i < count; i++) {
      if (!(<f64>load<f32>(scores + (i << 2)) > least)) continue
      const box = corners(boxes + (i << 4), centre)
      const width = f32x4.extract_lane(box, 2) - f32x4.extract_lane(box, 0) + <f32>edge
      const height = f32x4.extract_lane(box, 3) - f32x4.extract_lane(box, 1) + <f32>edge
      if (!(width >= minSize && height >= minSize)) continue
      store<i32>(heap + (size << 2), i)
      size++
    }
    for (let i = (size >> 1) - 1; i >= 0; i--) sink(heap, size, i, scores)
    let kept = 0
    for (let seen = 0; seen < candidates && size > 0 && kept < limit; seen++) {
      const best = load<i32>(heap)
      size--
      store<i32>(heap, load<i32>(heap + (size << 2)))
      sink(heap, size, 0, scores)
      const box = corners(boxes + (best << 4), centre)
      let clear = true
      for (let k = 0; k < kept && clear; k++) clear = !(overlap(box, rows + k * 20, <f64>edge) > iou)
      if (!clear) continue
      store<f32>(rows + kept * 20, <f32>image)
      v128.store(rows + kept * 20, box, 4)
      store<f32>(selected + kept * 12, <f32>image)
      store<f32>(selected + kept * 12, <f32>(unit % classes), 4)
      store<f32>(selected + kept * 12, <f32>best, 8)
      kept++
    }
    memory.fill(rows + kept * 20, 0, (limit - kept) * 20)
    for (let k = 3 * kept; k < 3 * limit; k++) store<f32>(selected + (k << 2), -1)
  }
}
