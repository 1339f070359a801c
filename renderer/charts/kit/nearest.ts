/** Finds the mark under a pointer. */

/** The mark nearest to a point, within `reach` pixels; of equal ones the one on top. */
export function nearestMark<T extends { readonly x: number; readonly y: number }>(
  marks: readonly T[],
  x: number,
  y: number,
  reach: number,
): T | undefined {
  let nearest: T | undefined
  let least = reach
  for (const mark of marks) {
    const distance = Math.hypot(mark.x - x, mark.y - y)
    if (distance > least) continue
    nearest = mark
    least = distance
  }
  return nearest
}
