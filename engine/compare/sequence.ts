/** Needleman-Wunsch: two sequences aligned in order, so that what is paired is as alike as can be. */

/** Positions in the first and second sequence; null where there is no partner. */
export interface Pairing {
  readonly a: number | null
  readonly b: number | null
}

export interface SequenceAlignment {
  /** Every position of both sequences once, in the order of both. */
  readonly pairs: readonly Pairing[]
  /** Sum of the likenesses of what is paired; nothing is taken off for what is left alone. */
  readonly score: number
}

/** Cells of the table at most; beyond, only pairs near the diagonal are looked at. */
const MOST_CELLS = 32e6

/**
 * Aligns sequences of `n` and `m` elements. `likeness(i, j)` is 0 where the two may not be paired, else positive; the
 * sum over pairs is the largest there is (within a band around the diagonal where n x m is above `cells`). Of equal
 * alignments it takes the one that pairs earliest.
 */
export function alignSequences(n: number, m: number, likeness: (i: number, j: number) => number, cells: number = MOST_CELLS): SequenceAlignment {
  const half = n * m <= cells ? m : Math.max(1, Math.floor(cells / Math.max(n, 1) / 2))
  const slope = n > 1 ? (m - 1) / (n - 1) : 0
  const low = (i: number): number => (half >= m ? 0 : Math.max(0, Math.min(m, Math.round(i * slope) - half)))
  const high = (i: number): number => (half >= m ? m : Math.min(m, Math.round(i * slope) + half + 1))
  // Best score of the rests that begin at (i, j); row i + 1 is `below`. From the end, so that the walk can begin at the start.
  let below = new Float64Array(m + 1)
  let row = new Float64Array(m + 1)
  const steps: Uint8Array[] = []
  for (let i = n - 1; i >= 0; i--) {
    const [from, to] = [low(i), high(i)]
    const step = new Uint8Array(to - from)
    row.fill(0, to)
    for (let j = to; j < m; j++) row[j] = below[j] ?? 0
    row[m] = 0
    for (let j = to - 1; j >= from; j--) {
      const own = likeness(i, j)
      const pair = own > 0 ? own + (below[j + 1] ?? 0) : -1
      const skipA = below[j] ?? 0
      const skipB = row[j + 1] ?? 0
      const best = Math.max(pair, skipA, skipB)
      row[j] = best
      step[j - from] = pair === best ? PAIR : skipA === best ? SKIP_A : SKIP_B
    }
    for (let j = 0; j < from; j++) row[j] = row[from] ?? 0
    steps[i] = step
    ;[row, below] = [below, row]
  }
  return { pairs: walk(n, m, steps, low), score: n > 0 && m > 0 ? (below[0] ?? 0) : 0 }
}

const PAIR = 1
const SKIP_A = 2
const SKIP_B = 3

function walk(n: number, m: number, steps: readonly Uint8Array[], low: (i: number) => number): Pairing[] {
  const pairs: Pairing[] = []
  let i = 0
  let j = 0
  while (i < n && j < m) {
    const at = j - low(i)
    // Left of the band the second sequence moves on, right of it the first.
    const step = at < 0 ? SKIP_B : (steps[i]?.[at] ?? SKIP_A)
    if (step === PAIR) pairs.push({ a: i++, b: j++ })
    else if (step === SKIP_A) pairs.push({ a: i++, b: null })
    else pairs.push({ a: null, b: j++ })
  }
  while (i < n) pairs.push({ a: i++, b: null })
  while (j < m) pairs.push({ a: null, b: j++ })
  return pairs
}
