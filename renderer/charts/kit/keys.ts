/** Walking along a chart's marks by keys. */

/**
 * What a key leads to from position `at` of a list (-1: from before it): the next one for a key in `on`, the one before for a key in
 * `back`, Home and End the ends. Undefined for other keys.
 */
export function ledTo<T>(list: readonly T[], at: number, key: string, on: readonly string[], back: readonly string[]): T | undefined {
  if (on.includes(key)) return list[Math.min(at + 1, list.length - 1)]
  if (back.includes(key)) return list[Math.max(at - 1, 0)]
  if (key === 'Home') return list[0]
  return key === 'End' ? list.at(-1) : undefined
}
