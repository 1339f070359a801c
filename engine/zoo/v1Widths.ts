/** Widths of ShuffleNet v1: what table 1 of the paper gives, and how other scales are rounded. */
import { badInput } from '../base/errors.ts'

/** Stage widths at scale 1 by number of groups. Source: the paper, table 1. */
export const V1_WIDTHS: Readonly<Record<number, readonly [number, number, number]>> = {
  1: [144, 288, 576],
  2: [200, 400, 800],
  3: [240, 480, 960],
  4: [272, 544, 1088],
  8: [384, 768, 1536],
}
export const V1_REPEATS = [4, 8, 4] as const

export function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple
}

/**
 * Widths of the stem and of the stages for a scale. The paper gives scale 1 and says that others scale "the number
 * of filters"; it does not say how it rounds. Here stages go up to a multiple of 4g, so that the bottleneck (a
 * quarter) divides by g, and the stem up to a multiple of g. Unrounded stems are those that reproduce the printed
 * complexities: 24 at 1x and 1.5x, 48 at 2x, 12 at 0.5x and at 0.25x. Throws ScopeError `bad-input`
 * for groups that table 1 does not have.
 */
export function v1Widths(groups: number, scale: number): { stem: number; widths: [number, number, number] } {
  const base = V1_WIDTHS[groups]
  if (!base || !(scale > 0 && scale <= 8))
    throw badInput('ShuffleNet v1', `groups ${groups} at scale ${scale} is not defined`, 'Groups are 1, 2, 3, 4 or 8, scales 0.25 to 2')
  const width = (w: number) => roundUp(Math.trunc(w * scale), 4 * groups)
  const stem = scale < 1 ? 12 : scale < 2 ? 24 : Math.trunc(24 * scale)
  return { stem: roundUp(stem, groups), widths: [width(base[0]), width(base[1]), width(base[2])] }
}
