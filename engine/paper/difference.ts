/** Why a counted complexity differs from a printed one, as far as that is known. */
import type { Convention } from '../cost/conventions.ts'

/**
 * `same`: equal when rounded to millions. `digits`: equal when rounded to the digits that are printed. `all`:
 * publications leave the small layers out. `noFc`: the figure leaves the fully connected layer out. `withFc`: the
 * figure has it. `nominal`: one figure for several networks. `rounding`: the paper does not say how it rounds widths.
 * `fitted`: the paper does not give the network's sizes, and those of this zoo come near the figure. `budget`: the
 * figure is the budget that the network's own paper names. `topology`: the figure is for the authors' own variant.
 */
export const DIFFERENCE_REASONS = [
  'same',
  'digits',
  'all',
  'noFc',
  'withFc',
  'nominal',
  'rounding',
  'fitted',
  'budget',
  'topology',
  'unknown',
] as const
export type DifferenceReason = (typeof DIFFERENCE_REASONS)[number]

/** The reason in words, to stand beside a difference. */
export const DIFFERENCE_WORDS: Readonly<Record<DifferenceReason, string>> = {
  same: 'the same when rounded',
  digits: 'the same when rounded to the digits that are printed',
  all: 'the figure leaves bias, batch norm, activations, additions and pooling out',
  noFc: 'the figure leaves the fully connected layer out',
  withFc: 'the figure counts the fully connected layer too',
  nominal: 'nominal: one figure for several networks',
  rounding: 'how the paper rounds these widths is not published',
  fitted: 'the paper does not give the sizes; those chosen here come near its figure',
  budget: "the figure is the budget that the network's own paper names, not a count",
  topology: "the figure is for the authors' own topology",
  unknown: 'for no published reason',
}

/** What a figure is, before it stands beside a count. */
export interface FigureFacts {
  /** Multiply-adds, in millions, as printed. */
  readonly mflops: number
  /** Why a count may differ from it although the convention is right. */
  readonly reason: DifferenceReason
  /** What it adds up; null where the paper is not exact about it. */
  readonly counts: 'conv' | 'conv+fc' | null
}

/** `counted`: MACs under `convention`. */
export function differenceReason(counted: number, { mflops, reason, counts }: FigureFacts, convention: Convention): DifferenceReason {
  if (Math.round(counted / 1e6) === mflops) return 'same'
  if (convention === 'all') return 'all'
  if (counts === 'conv' && convention === 'conv+fc') return 'noFc'
  if (counts === 'conv+fc' && convention !== 'conv+fc') return 'withFc'
  if (reason === 'digits' && !roundsTo(counted / 1e6, mflops)) return 'unknown'
  return reason
}

/** Whether a value becomes a printed one once it has as few digits: 724 becomes 720, and 15347 becomes 15300. */
function roundsTo(value: number, printed: number): boolean {
  const digits = String(printed).replace(/0+$/, '').length
  return Number(value.toPrecision(digits)) === printed
}
