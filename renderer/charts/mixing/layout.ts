/** The mixing curve: a share for each unit of each stage, with the shuffle and without, from 0 at the bottom to all at the top. */
import type { Size } from '../kit/size.ts'

export interface MixingSpread {
  readonly mean: number
  readonly least: number
  readonly most: number
}

export interface MixingMark {
  /** Number of the stage it belongs to, from 0; a stage begins anew. */
  readonly stage: number
  readonly on: MixingSpread
  /** Null where there is no shuffle to take out. */
  readonly off: MixingSpread | null
}

export interface MixingPanel {
  readonly marks: readonly MixingMark[]
  /** One per stage. */
  readonly stageLabels: readonly string[]
  /** A level to read the curve against, e.g. 1/g. */
  readonly reference: { readonly value: number; readonly label: string } | null
}

export interface MixingCurve {
  readonly id: 'on' | 'off'
  /** One line per stage, through the means. */
  readonly lines: readonly string[]
  /** From least to most, one area per stage in which they differ. */
  readonly bands: readonly string[]
  readonly dots: readonly { readonly x: number; readonly y: number }[]
}

export interface MixingShapes {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  readonly yTicks: readonly { readonly at: number; readonly label: string }[]
  readonly stages: readonly { readonly label: string; readonly x: number; readonly width: number; readonly centre: number }[]
  /** Without first, so that the curve with the shuffle lies on top. */
  readonly curves: readonly MixingCurve[]
  readonly reference: { readonly y: number; readonly label: string } | null
  /** Of each mark. */
  readonly xs: readonly number[]
}

const LEFT = 42
const RIGHT = 8
/** Room for the reference's label. */
const REFERENCE = 30
const TOP = 12
const BOTTOM = 26
/** Narrower than this, a panel is one of many: fewer ticks. */
const SMALL = 260
/** Room between stages, in steps from unit to unit. */
const BREAK = 1.2

export function mixingLayout({ marks, stageLabels, reference }: MixingPanel, { width, height }: Size): MixingShapes {
  const small = width < SMALL
  const [left, right, top, bottom] = [LEFT, Math.max(width - (reference ? REFERENCE : RIGHT), LEFT + 1), TOP, Math.max(height - BOTTOM, TOP + 1)]
  const steps: number[] = []
  for (const [i, mark] of marks.entries()) {
    const before = marks[i - 1]
    steps.push(i === 0 ? 0 : (steps[i - 1] ?? 0) + (before?.stage === mark.stage ? 1 : BREAK))
  }
  const step = (right - left - 12) / Math.max(steps.at(-1) ?? 0, 1)
  const xs = steps.map((s) => r(left + 6 + s * step))
  const y = (share: number): number => r(bottom - share * (bottom - top))
  const runs = stageLabels
    .map((label, stage) => ({ label, own: marks.flatMap((m, i) => (m.stage === stage ? [i] : [])) }))
    .filter((s) => s.own.length > 0)
  const half = Math.min(step * BREAK * 0.5, 10)
  const curveOf = (id: 'on' | 'off'): MixingCurve => {
    const at = (i: number): MixingSpread | null => marks[i]?.[id] ?? null
    const known = runs.map(({ own }) => own.filter((i) => at(i) !== null))
    const line = (own: readonly number[], value: (s: MixingSpread) => number): string[] =>
      own.flatMap((i) => {
        const spread = at(i)
        return spread ? [`${xs[i]},${y(value(spread))}`] : []
      })
    return {
      id,
      lines: known.filter((own) => own.length > 0).map((own) => `M${line(own, (s) => s.mean).join('L')}`),
      bands: known
        .filter((own) => own.some((i) => y(at(i)?.most ?? 0) !== y(at(i)?.least ?? 0)))
        .map((own) => `M${[...line(own, (s) => s.most), ...line(own, (s) => s.least).reverse()].join('L')}Z`),
      dots: known.flat().map((i) => ({ x: xs[i] ?? 0, y: y(at(i)?.mean ?? 0) })),
    }
  }
  return {
    left,
    right,
    top,
    bottom,
    yTicks: (small || bottom - top < 120 ? [0, 0.5, 1] : [0, 0.25, 0.5, 0.75, 1]).map((share) => ({ at: y(share), label: `${share * 100} %` })),
    stages: runs.map(({ label, own }) => {
      const from = (xs[own[0] ?? 0] ?? 0) - half
      const to = (xs[own.at(-1) ?? 0] ?? 0) + half
      return { label, x: r(from), width: r(to - from), centre: r((from + to) / 2) }
    }),
    curves: (marks.some((m) => m.off) ? (['off', 'on'] as const) : (['on'] as const)).map(curveOf),
    reference: reference && { y: y(reference.value), label: reference.label },
    xs,
  }
}

/** The mark nearest to `x`, or undefined where there are none. */
export function markNear({ xs }: MixingShapes, x: number): number | undefined {
  let nearest: number | undefined
  for (const [i, at] of xs.entries()) if (nearest === undefined || Math.abs(at - x) < Math.abs((xs[nearest] ?? 0) - x)) nearest = i
  return nearest
}

/** The mark that a key leads to; the first one from nowhere. */
export function markAfter({ xs }: MixingShapes, from: number | null, key: string): number | undefined {
  const last = xs.length - 1
  if (last < 0) return undefined
  if (key === 'Home') return 0
  if (key === 'End') return last
  if (key !== 'ArrowLeft' && key !== 'ArrowRight') return undefined
  if (from === null) return 0
  return Math.min(Math.max(from + (key === 'ArrowRight' ? 1 : -1), 0), last)
}

function r(value: number): number {
  return Math.round(value * 10) / 10
}
