/** Colours of charts as CSS values: hues for groups, one sequential scale for cost. The values live in app/styles/tokens.css. */

/** Okabe-Ito has eight hues; later groups repeat them, told apart by their index. */
export const GROUP_HUES = 8

/** Neutral where there is no group. */
export function groupColour(group: number | null): string {
  return group === null ? 'var(--neutral-mark)' : `var(--group-${group % GROUP_HUES})`
}

/** Ink that reads on the hue of `group`. */
export function groupInk(group: number | null): string {
  return group === null ? 'var(--ink)' : `var(--group-ink-${group % GROUP_HUES})`
}

/** Light (little) to dark (much); `share` in 0..1. */
export function costColour(share: number): string {
  const percent = Math.round(Math.min(Math.max(share, 0), 1) * 100)
  return `color-mix(in oklab, var(--cost-high) ${percent}%, var(--cost-low))`
}

/** The diverging scale, for differences alone: `share` -1 (much less) over 0 (as much) to 1 (much more). */
export function differenceColour(share: number): string {
  const bounded = Math.min(Math.max(share, -1), 1)
  // The palest difference still stands out from none.
  const percent = bounded === 0 ? 0 : Math.round(25 + 75 * Math.abs(bounded))
  return `color-mix(in oklab, var(${bounded < 0 ? '--less' : '--more'}) ${percent}%, var(--same))`
}
