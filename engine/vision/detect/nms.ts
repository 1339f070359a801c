/** Non-maximum suppression: of boxes of one class that cover each other, the one with the highest score stays. */
import type { Candidate, Corners } from './candidates.ts'

/** Intersection over union of two boxes, 0..1; 0 where neither has an area. */
export function overlap(a: Corners, b: Corners): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0])
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1])
  if (!(width > 0 && height > 0)) return 0
  const shared = width * height
  return shared / (area(a) + area(b) - shared)
}

function area([left, top, right, bottom]: Corners): number {
  return (right - left) * (bottom - top)
}

/**
 * The candidates, highest score first as they come, without those that overlap a kept one of their class by more than `iou`;
 * `limit` at most. Source: torchvision `batched_nms`.
 */
export function suppress(candidates: readonly Candidate[], iou: number, limit: number): Candidate[] {
  const kept: Candidate[] = []
  const ofClass = new Map<number, Candidate[]>()
  for (const candidate of candidates) {
    if (kept.length >= limit) break
    const rivals = ofClass.get(candidate.index) ?? []
    if (rivals.some((rival) => overlap(rival.box, candidate.box) > iou)) continue
    kept.push(candidate)
    rivals.push(candidate)
    ofClass.set(candidate.index, rivals)
  }
  return kept
}
