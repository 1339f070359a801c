/** "Hold complexity": the widths at which each number of groups costs the same, as the paper compares groups (section 4.1.1). */
import { badInput } from '../base/errors.ts'
import { type V1Shape, v1ShapeCost } from './v1Cost.ts'
import { roundUp, V1_REPEATS } from './v1Widths.ts'

export interface ComplexityBudget {
  /** Multiply-accumulates of convolutions alone, which is what table 1 counts. */
  readonly macs: number
  /** Pixels; default 224. */
  readonly height?: number
  readonly width?: number
  /** Default 4, 8, 4. */
  readonly repeats?: readonly [number, number, number]
  /** Before it is rounded up to a multiple of the groups; default as `stemFor` says. */
  readonly stem?: number
}

export interface HeldWidths {
  readonly groups: number
  readonly stem: number
  readonly widths: readonly [number, number, number]
  /** What these widths cost; convolutions alone. */
  readonly macs: number
}

/** Group counts of table 1. */
export const HELD_GROUPS = [1, 2, 3, 4, 8] as const
/** The paper's complexities (tables 2 and 5) and the stems with which they come out. */
const STEMS = [
  { macs: 13e6, stem: 12 },
  { macs: 38e6, stem: 12 },
  { macs: 140e6, stem: 24 },
  { macs: 292e6, stem: 24 },
  { macs: 524e6, stem: 48 },
]
const WIDEST = 8192

/** Channels of the first convolution at a budget: those of the nearest complexity in the paper, by ratio. */
export function stemFor(macs: number): number {
  const away = (published: number) => Math.abs(Math.log(macs / published))
  return STEMS.reduce((best, s) => (away(s.macs) < away(best.macs) ? s : best)).stem
}

/**
 * Widths of stages 2 to 4 whose convolutions come nearest to a budget of MACs.
 *
 * The paper fixes the complexity and adapts the width to each number of groups (table 1: 144, 200, 240, 272 and 384
 * channels of stage 2 for 1, 2, 3, 4 and 8 groups at 140 MFLOPs). It does not say how it rounds. Here stage 2 is a
 * multiple of 4g, so that its bottleneck, a quarter, divides into g groups; stages 3 and 4 double; and of all such
 * widths the one is taken whose MACs lie nearest to the budget, above or below (143 M for one group lies above 140 M).
 * At 140 M this gives table 1 exactly. Throws ScopeError `bad-input` for a budget that is not a positive number, and
 * as `v1ShapeCost` does.
 */
export function holdComplexity(groups: number, budget: ComplexityBudget): HeldWidths {
  const { macs, height = 224, width = 224, repeats = V1_REPEATS } = budget
  if (!(macs > 0) || !Number.isFinite(macs)) throw badInput('The MAC budget', `${macs} is not a positive number`, 'Choose another value')
  const stem = roundUp(budget.stem ?? stemFor(macs), groups)
  const step = 4 * groups
  const at = (n: number): HeldWidths => {
    const c = n * step
    const shape: V1Shape = { groups, stem, widths: [c, 2 * c, 4 * c], repeats, height, width, shuffle: true, classes: 1 }
    return { groups, stem, widths: shape.widths, macs: v1ShapeCost(shape).total.convMacs }
  }
  // MACs grow with the width, so the budget lies between two neighbours, found by halving.
  let low = Math.floor(stem / step) + 1
  let high = Math.max(low + 1, Math.floor(WIDEST / step))
  if (at(low).macs >= macs) return at(low)
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (at(middle).macs <= macs) low = middle
    else high = middle
  }
  const [below, above] = [at(low), at(high)]
  return macs - below.macs <= Math.abs(above.macs - macs) ? below : above
}
