/** Boxes that a head proposes: kept by score, bounded however many come. */
import type { Corners } from '../../base/boxes.ts'

export type { Corners }

export interface Candidate {
  /** Class. */
  readonly index: number
  readonly score: number
  /** In pixels of the network's input. */
  readonly box: Corners
}

/** So many with the highest scores go on; non-maximum suppression compares each with each at worst. */
export const MAX_CANDIDATES = 4096
/** Held before the lower ones are given up. */
const ROOM = 4 * MAX_CANDIDATES

export class Candidates {
  private held: Candidate[] = []

  /** `threshold`: what does not score above it is left out. */
  constructor(readonly threshold: number) {}

  /** Leaves out a box with a score that is no probability above the threshold, with a corner that is not finite, or without area. */
  add(index: number, score: number, box: Corners): void {
    if (!this.wants(score) || !box.every(Number.isFinite) || box[2] <= box[0] || box[3] <= box[1]) return
    this.held.push({ index, score, box })
    if (this.held.length >= ROOM) this.held = this.best()
  }

  /** Whether a box of this score would be kept; NaN and values above 1 are no scores. */
  wants(score: number): boolean {
    return score > this.threshold && score <= 1
  }

  /** The highest scores first; of equal ones that which came first. */
  best(): Candidate[] {
    return [...this.held].sort((a, b) => b.score - a.score).slice(0, MAX_CANDIDATES)
  }
}
