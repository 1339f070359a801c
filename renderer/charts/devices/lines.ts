/** Values along a number: latency by threads, and latency, temperature or frequency over minutes. */
import { extent, line, max, min, type ScaleLinear, scaleLinear } from 'd3'
import type { Plot, Tick } from '../kit/axis.tsx'
import { nearestMark } from '../kit/nearest.ts'
import type { Size } from '../kit/size.ts'

export interface LinePoint {
  readonly x: number
  readonly y: number
  /** Ends of the value's interval, where it has one. */
  readonly low?: number
  readonly high?: number
}

export interface LineSeries {
  readonly key: string
  readonly points: readonly LinePoint[]
}

export interface LinesData {
  readonly series: readonly LineSeries[]
  /** Whether the y axis begins at 0. */
  readonly fromZero: boolean
  /** Only whole numbers along x, e.g. threads. */
  readonly wholeX?: boolean
  /** A level drawn across, e.g. a published figure. */
  readonly level?: number | null
}

export interface LineMark {
  readonly series: number
  readonly at: number
  readonly x: number
  readonly y: number
  readonly low: number | null
  readonly high: number | null
}

export interface LinesShapes extends Plot {
  readonly xTicks: readonly Tick[]
  readonly yTicks: readonly Tick[]
  readonly paths: readonly string[]
  readonly marks: readonly LineMark[]
  readonly level: number | null
}

const LEFT = 48
const RIGHT = 14
const TOP = 22
const BOTTOM = 36
/** Room above and below where the axis does not begin at 0. */
const MARGIN = 0.08

export function linesLayout({ series, fromZero, wholeX = false, level = null }: LinesData, { width, height }: Size): LinesShapes {
  const [left, right, top, bottom] = [LEFT, Math.max(width - RIGHT, LEFT + 1), TOP, Math.max(height - BOTTOM, TOP + 1)]
  const all = series.flatMap((s) => s.points)
  const [x0 = 0, x1 = 1] = extent(all, (p) => p.x)
  const highest = Math.max(max(all, (p) => p.high ?? p.y) ?? 1, level ?? 0)
  const lowest = fromZero ? 0 : (min(all, (p) => p.low ?? p.y) ?? 0)
  const room = highest > lowest ? (highest - lowest) * MARGIN : Math.abs(highest) * MARGIN || 1
  // A single position stands in the middle.
  const x = scaleLinear(x0 === x1 ? [x0 - 1, x1 + 1] : [x0, x1], [left + (wholeX ? 12 : 0), right - (wholeX ? 12 : 0)])
  const y = scaleLinear([fromZero ? 0 : lowest - room, highest + room], [bottom, top])
  const draw = line<LinePoint>(
    (p) => round(x(p.x)),
    (p) => round(y(p.y)),
  )
  return {
    left,
    right,
    top,
    bottom,
    xTicks: ticksOf(x, Math.max(2, Math.floor((right - left) / 64))).filter((t) => !wholeX || /^\d+$/.test(t.label)),
    yTicks: ticksOf(y, Math.max(2, Math.floor((bottom - top) / 32))),
    paths: series.map((s) => draw(s.points) ?? ''),
    marks: series.flatMap((s, i) =>
      s.points.map((p, at) => ({
        series: i,
        at,
        x: round(x(p.x)),
        y: round(y(p.y)),
        low: p.low === undefined ? null : round(y(p.low)),
        high: p.high === undefined ? null : round(y(p.high)),
      })),
    ),
    level: level === null ? null : round(y(level)),
  }
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

function ticksOf(scale: ScaleLinear<number, number>, count: number): Tick[] {
  return scale.ticks(count).map((value) => ({ at: round(scale(value)), label: String(value) }))
}

export function lineMarkAt({ marks }: LinesShapes, x: number, y: number, reach: number): LineMark | undefined {
  return nearestMark(marks, x, y, reach)
}

/** Along a series by left and right, Home and End; to the nearest point of another by up and down. */
export function lineMarkBeside({ marks }: LinesShapes, from: LineMark | null, key: string): LineMark | undefined {
  if (!['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End'].includes(key)) return undefined
  if (!from) return marks[0]
  const own = marks.filter((m) => m.series === from.series)
  if (key === 'Home') return own[0]
  if (key === 'End') return own.at(-1)
  if (key === 'ArrowLeft' || key === 'ArrowRight') return own.find((m) => m.at === from.at + (key === 'ArrowRight' ? 1 : -1)) ?? from
  const others = marks.filter((m) => m.series === from.series + (key === 'ArrowDown' ? 1 : -1))
  return others.reduce<LineMark | undefined>((best, m) => (!best || Math.abs(m.x - from.x) < Math.abs(best.x - from.x) ? m : best), undefined) ?? from
}
