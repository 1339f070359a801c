/** A few of many, evenly. */

/** At most `most` of them, evenly over all. */
export function spread<T>(found: readonly T[], most: number): T[] {
  if (found.length <= most) return [...found]
  return Array.from({ length: most }, (_, i) => found[Math.floor((i * found.length) / most)]).filter((f) => f !== undefined)
}
