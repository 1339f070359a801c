/** Variants of a model by what they cost and how far they agree with it; the line joins those that no other one beats in both. */

import { max, min, scaleLinear, symbol, symbolCircle, symbolDiamond2, symbolSquare, symbolTriangle } from 'd3'
import type { Tick } from '../kit/axis.tsx'
import { ledTo } from '../kit/keys.ts'
import { nearestMark } from '../kit/nearest.ts'
import type { Size } from '../kit/size.ts'

/** What was done; each has a symbol of its own. */
export const PARETO_KINDS = ['original', 'int8', 'pruned', 'both'] as const
export type ParetoKind = (typeof PARETO_KINDS)[number]

export interface ParetoPoint {
  readonly key: string
  readonly kind: ParetoKind
  readonly label: string
  /** Less is better. */
  readonly x: number
  /** Share 0..1; more is better. */
  readonly y: number
}

export interface ParetoMark {
  readonly key: string
  readonly kind: ParetoKind
  readonly x: number
  readonly y: number
  /** Outline around the origin. */
  readonly d: string
  /** Whether no other point is better in one and at least as good in the other. */
  readonly best: boolean
  /** Where its name stands; null where there is no room for it. */
  readonly label: { readonly text: string; readonly x: number; readonly y: number; readonly anchor: 'start' | 'end' } | null
}

export interface ParetoShapes {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  readonly xTicks: readonly Tick[]
  readonly yTicks: readonly Tick[]
  readonly marks: readonly ParetoMark[]
  /** Along the best points, from the cheapest on: as good as one can have at that cost. */
  readonly frontier: string
}

const LEFT = 44
const RIGHT = 16
const TOP = 24
const BOTTOM = 38
const AREA = 70
const CHARACTER = 6.2
const LINE = 14
const GAP = 13
/** So far below the lowest point the picture reaches: a share of what lies above it, at least so much. */
const BELOW = 0.25
const LEAST_BELOW = 0.1

const SYMBOLS: Readonly<Record<ParetoKind, string>> = {
  original: symbol(symbolSquare, AREA)() ?? '',
  int8: symbol(symbolCircle, AREA)() ?? '',
  pruned: symbol(symbolTriangle, AREA)() ?? '',
  both: symbol(symbolDiamond2, AREA)() ?? '',
}

export function kindSymbol(kind: ParetoKind): string {
  return SYMBOLS[kind]
}

/** Keys of the points that none beats, from the cheapest on. */
export function frontierOf(points: readonly ParetoPoint[]): string[] {
  const beats = (a: ParetoPoint, b: ParetoPoint): boolean => a.x <= b.x && a.y >= b.y && (a.x < b.x || a.y > b.y)
  return points
    .filter((p) => !points.some((q) => beats(q, p)))
    .sort((a, b) => a.x - b.x)
    .map((p) => p.key)
}

export function paretoLayout(points: readonly ParetoPoint[], { width, height }: Size, tickText: (x: number) => string): ParetoShapes {
  const [left, right, top, bottom] = [LEFT, Math.max(width - RIGHT, LEFT + 1), TOP, Math.max(height - BOTTOM, TOP + 1)]
  const farthest = max(points, (p) => p.x) ?? 0
  const lowest = min(points, (p) => p.y) ?? 0
  const x = scaleLinear([0, farthest > 0 ? farthest * 1.12 : 1], [left, right])
  // The best is 1; a little more, so that its mark is whole.
  const floor = Math.max(0, lowest - Math.max(LEAST_BELOW, (1 - lowest) * BELOW))
  const y = scaleLinear([floor, 1 + (1 - floor) * 0.06], [bottom, top])
  const best = frontierOf(points)
  const placed = points.map((p) => ({ point: p, x: x(p.x), y: y(p.y) }))
  const steps = best.flatMap((key) => placed.filter(({ point }) => point.key === key))
  const labels = labelsOf(placed, steps, { left, right, top, bottom })
  return {
    ...{ left, right, top, bottom },
    xTicks: x.ticks(Math.max(2, Math.floor((right - left) / 90))).map((value) => ({ at: x(value), label: tickText(value) })),
    yTicks: y
      .ticks(Math.max(2, Math.floor((bottom - top) / 34)))
      .filter((value) => value <= 1.0001)
      .map((value) => ({ at: y(value), label: percentText(value) })),
    marks: placed.map((p, i) => ({
      key: p.point.key,
      kind: p.point.kind,
      x: p.x,
      y: p.y,
      d: SYMBOLS[p.point.kind],
      best: best.includes(p.point.key),
      label: labels[i] ?? null,
    })),
    frontier: steps.map((p, i) => (i === 0 ? `M${round(p.x)} ${round(p.y)}` : `H${round(p.x)}V${round(p.y)}`)).join(''),
  }
}

const round = (v: number): number => Math.round(v * 10) / 10

function percentText(share: number): string {
  return String(Number((100 * share).toFixed(2)))
}

interface Frame {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

interface Placed {
  readonly point: ParetoPoint
  readonly x: number
  readonly y: number
}

/** Beside, below or above its mark: the first place that is inside, and free of marks, of the frontier and of other names. */
function labelsOf(placed: readonly Placed[], steps: readonly Placed[], frame: Frame): ParetoMark['label'][] {
  const taken: Frame[] = placed.map(({ x, y }) => ({ left: x - 6, right: x + 6, top: y - 6, bottom: y + 6 }))
  steps.slice(1).forEach(({ x, y }, i) => {
    const from = steps[i] ?? { x, y }
    taken.push({ left: from.x, right: x, top: from.y - 1, bottom: from.y + 1 }, { left: x - 1, right: x + 1, top: y, bottom: from.y })
  })
  return placed.map(({ point: { label: text }, x, y }, own) => {
    const w = text.length * CHARACTER
    const places = [
      { x: x + GAP, y: y + 4, anchor: 'start' as const, from: x + GAP },
      { x: x - GAP, y: y + 4, anchor: 'end' as const, from: x - GAP - w },
      { x: x - 4, y: y - GAP, anchor: 'start' as const, from: x - 4 },
      { x: x - 4, y: y + LINE + 6, anchor: 'start' as const, from: x - 4 },
      { x: x + 4, y: y + LINE + 6, anchor: 'end' as const, from: x + 4 - w },
    ]
    for (const { from, ...place } of places) {
      const box = { left: from, right: from + w, top: place.y - LINE + 3, bottom: place.y + 3 }
      if (box.left < frame.left || box.right > frame.right + RIGHT || box.top < 0 || box.bottom > frame.bottom) continue
      if (taken.some((t, i) => i !== own && t.left < box.right && t.right > box.left && t.top < box.bottom && t.bottom > box.top)) continue
      taken.push(box)
      return { text, ...place }
    }
    return null
  })
}

/** The mark nearest to a point, within `reach` pixels. */
export function paretoAt({ marks }: ParetoShapes, x: number, y: number, reach: number): ParetoMark | undefined {
  return nearestMark(marks, x, y, reach)
}

/** The variant that an arrow key leads to, by cost, past the original; Home and End are the ends. Undefined for other keys. */
export function paretoBeside({ marks }: ParetoShapes, from: string | null, key: string): ParetoMark | undefined {
  const ordered = marks.filter((m) => m.kind !== 'original').sort((a, b) => a.x - b.x || b.y - a.y)
  const at = ordered.findIndex((m) => m.key === from)
  return ledTo(ordered, at, key, ['ArrowRight', 'ArrowUp'], ['ArrowLeft', 'ArrowDown'])
}
