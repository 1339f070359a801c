/** The best alignment by trying all of them: for a pair, for what is left alone on one side, and for what is left alone on the other. */

/** Largest sum of likenesses of any pairing that keeps the order of both. */
export function bestScore(n: number, m: number, likeness: (i: number, j: number) => number, i = 0, j = 0): number {
  if (i === n || j === m) return 0
  const own = likeness(i, j)
  return Math.max(
    bestScore(n, m, likeness, i + 1, j),
    bestScore(n, m, likeness, i, j + 1),
    own > 0 ? own + bestScore(n, m, likeness, i + 1, j + 1) : 0,
  )
}
