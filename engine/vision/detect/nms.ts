/** Non-maximum suppression: of boxes of one class that cover each other, the one with the highest score stays. */
import { overlap } from '../../base/boxes.ts'
import type { Candidate } from './candidates.ts'

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
