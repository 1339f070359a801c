/** Boxes by their corners: their overlap, and the shifts that detectors learn. What is computed of boxes has its home here. */

/** Left, top, right, bottom in pixels. */
export type Corners = readonly [number, number, number, number]

/**
 * Pixels that a side has beyond the difference of its corners: 1 where corners are the outermost pixels of a box, as in
 * Caffe's Faster R-CNN, and 0 where they are points.
 */
export type Edge = 0 | 1

/** Intersection over union of two boxes, 0..1; 0 where they share no area. */
export function overlap(a: Corners, b: Corners, edge: Edge = 0): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]) + edge
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]) + edge
  if (!(width > 0 && height > 0)) return 0
  const shared = width * height
  return shared / (area(a, edge) + area(b, edge) - shared)
}

function area([left, top, right, bottom]: Corners, edge: Edge): number {
  return (right - left + edge) * (bottom - top + edge)
}

/**
 * A box moved by `dx`, `dy` of its width and height, which grow by factors of e^`dw` and e^`dh`.
 * Source: Girshick et al., arXiv:1311.2524, appendix C; for `edge` 1, py-faster-rcnn, lib/fast_rcnn/bbox_transform.py.
 */
export function shiftBox([left, top, right, bottom]: Corners, dx: number, dy: number, dw: number, dh: number, edge: Edge = 0): Corners {
  const [width, height] = [right - left + edge, bottom - top + edge]
  const [x, y] = [left + width / 2 + dx * width, top + height / 2 + dy * height]
  const [halfWidth, halfHeight] = [(width / 2) * Math.exp(dw), (height / 2) * Math.exp(dh)]
  return [x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight]
}

/** A box within an image of `height` x `width` pixels. */
export function clipBox([left, top, right, bottom]: Corners, height: number, width: number, edge: Edge = 0): Corners {
  const within = (value: number, limit: number) => Math.min(Math.max(value, 0), limit - edge)
  return [within(left, width), within(top, height), within(right, width), within(bottom, height)]
}
