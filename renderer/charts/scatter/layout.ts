/** Complexity against error: published points on a logarithmic x axis, and networks without a known error as upright lines. */

import {
  extent,
  type ScaleLinear,
  type ScaleLogarithmic,
  scaleLinear,
  scaleLog,
  symbol,
  symbolCircle,
  symbolDiamond,
  symbolSquare,
  symbolStar,
  symbolTriangle,
} from 'd3'
import type { Tick } from '../kit/axis.tsx'
import { nearestMark } from '../kit/nearest.ts'
import type { Size } from '../kit/size.ts'

/** What a point is a measurement of; each has a symbol of its own. */
export const FAMILIES = ['shufflenet', 'noShuffle', 'variant', 'structure', 'mobilenet', 'other'] as const
export type Family = (typeof FAMILIES)[number]

export interface ScatterPoint {
  readonly key: string
  readonly family: Family
  /** Complexity, MFLOPs as the paper counts them. */
  readonly x: number
  /** Top-1 error, percent. */
  readonly y: number
}

/** A network whose complexity is known and whose error is not. */
export interface ScatterLine {
  readonly key: string
  readonly x: number
  readonly label: string
  /** The network in question, or the one that it is compared with. */
  readonly kind: 'own' | 'before'
}

export interface ScatterData {
  readonly points: readonly ScatterPoint[]
  readonly lines: readonly ScatterLine[]
}

export interface ScatterMark {
  readonly key: string
  readonly family: Family
  readonly x: number
  readonly y: number
  /** Outline around the origin. */
  readonly d: string
}

export interface ScatterShapes {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  readonly xTicks: readonly Tick[]
  readonly yTicks: readonly Tick[]
  readonly marks: readonly ScatterMark[]
  /** The label stands on the side that has room, on a row of its own. */
  readonly lines: readonly (ScatterLine & { readonly at: number; readonly side: 'left' | 'right'; readonly labelY: number })[]
}

const LEFT = 36
const RIGHT = 12
const TOP = 22
const BOTTOM = 38
const AREA = 44
/** Room around the outermost marks: a factor along x, percentage points along y. */
const MARGIN = 1.3
const MARGIN_Y = 3
const LABEL_ROW = 14

const SYMBOLS = {
  shufflenet: symbol(symbolCircle, AREA)() ?? '',
  noShuffle: symbol(symbolCircle, AREA)() ?? '',
  variant: symbol(symbolStar, AREA)() ?? '',
  structure: symbol(symbolSquare, AREA)() ?? '',
  mobilenet: symbol(symbolTriangle, AREA)() ?? '',
  other: symbol(symbolDiamond, AREA)() ?? '',
} as const satisfies Record<Family, string>

export function familySymbol(family: Family): string {
  return SYMBOLS[family]
}

export function scatterLayout({ points, lines }: ScatterData, { width, height }: Size): ScatterShapes {
  const [left, right, top, bottom] = [LEFT, Math.max(width - RIGHT, LEFT + 1), TOP, Math.max(height - BOTTOM, TOP + 1)]
  const shown = points.filter((p) => p.x > 0)
  const standing = lines.filter((l) => l.x > 0)
  const [leastX = 10, mostX = 1000] = extent([...shown, ...standing], (p) => p.x)
  const [leastY = 0, mostY = 100] = extent(shown, (p) => p.y)
  const x = scaleLog([leastX / MARGIN, mostX * MARGIN], [left, right])
  const y = scaleLinear([Math.max(0, leastY - MARGIN_Y), Math.min(100, mostY + MARGIN_Y)], [bottom, top])
  return {
    left,
    right,
    top,
    bottom,
    xTicks: decades(x),
    yTicks: evenly(y),
    marks: shown.map((p) => ({ key: p.key, family: p.family, x: x(p.x), y: y(p.y), d: SYMBOLS[p.family] })),
    lines: standing.map((l, i) => {
      const at = x(l.x)
      return { ...l, at, side: at > (left + right) / 2 ? 'left' : 'right', labelY: top + 8 + i * LABEL_ROW }
    }),
  }
}

/** 1, 2 and 5 of every decade where there is room, else powers of ten. */
function decades(scale: ScaleLogarithmic<number, number>): Tick[] {
  const [low = 1, high = 1] = scale.domain()
  const steps = Math.abs(scale(10) - scale(1)) >= 90 ? [1, 2, 5] : [1]
  const ticks: Tick[] = []
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++)
    for (const step of steps) {
      const value = Number(`${step}e${power}`)
      if (value >= low && value <= high) ticks.push({ at: scale(value), label: String(value) })
    }
  return ticks
}

function evenly(scale: ScaleLinear<number, number>): Tick[] {
  const [from = 0, to = 0] = scale.range()
  return scale.ticks(Math.max(2, Math.floor(Math.abs(from - to) / 36))).map((value) => ({ at: scale(value), label: String(value) }))
}

/** The mark nearest to a point, within `reach` pixels; of equal ones the one on top. */
export function pointAt({ marks }: ScatterShapes, x: number, y: number, reach: number): ScatterMark | undefined {
  return nearestMark(marks, x, y, reach)
}

/** The mark that an arrow key leads to: along complexity to the sides, along error up and down; Home and End are the ends. */
export function pointBeside({ marks }: ScatterShapes, from: string | null, key: string): ScatterMark | undefined {
  const across = ['ArrowLeft', 'ArrowRight', 'Home', 'End'].includes(key)
  if (!across && key !== 'ArrowUp' && key !== 'ArrowDown') return undefined
  const ordered = [...marks].sort((a, b) => (across ? a.x - b.x || b.y - a.y : b.y - a.y || a.x - b.x))
  if (key === 'Home') return ordered[0]
  if (key === 'End') return ordered.at(-1)
  const at = ordered.findIndex((m) => m.key === from)
  if (at < 0) return ordered[0]
  return ordered[at + (key === 'ArrowRight' || key === 'ArrowUp' ? 1 : -1)] ?? ordered[at]
}
