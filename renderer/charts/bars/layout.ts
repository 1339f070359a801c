/** Stacked bars: one per section of a network in its order, cut by kind of op, all on one scale. */
import type { Size } from '../kit/size.ts'

/** From what multiplies and accumulates to what only moves bytes. */
export const BAR_KINDS = ['conv', 'pointwise', 'pointwiseGrouped', 'depthwise', 'linear', 'shuffle', 'other'] as const
export type BarKind = (typeof BAR_KINDS)[number]

export interface BarPart {
  readonly kind: BarKind
  readonly value: number
}

export interface BarRow {
  readonly key: string
  readonly label: string
  /** The sum in words. */
  readonly text: string
  readonly parts: readonly BarPart[]
}

export interface BarSegment {
  readonly row: string
  readonly kind: BarKind
  readonly value: number
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface BarRowShape {
  readonly row: BarRow
  /** Middle of the bar. */
  readonly y: number
  /** End of the bar, where the sum stands. */
  readonly end: number
}

export interface BarShapes {
  readonly height: number
  readonly left: number
  readonly rows: readonly BarRowShape[]
  /** Row by row, in the order of the kinds; parts of nothing have none. */
  readonly segments: readonly BarSegment[]
}

const LABEL = 84
/** Room for the sum behind the longest bar. */
const SUM = 72
const ROW = 22
const BAR = 14
const LEAST = 1

/** As high as its rows need. */
export function barsLayout(rows: readonly BarRow[], { width }: Pick<Size, 'width'>): BarShapes {
  const longest = Math.max(0, ...rows.map(sumOf))
  const room = Math.max(width - LABEL - SUM, 1)
  const shapes: BarRowShape[] = []
  const segments: BarSegment[] = []
  for (const [i, row] of rows.entries()) {
    const y = i * ROW + (ROW - BAR) / 2
    let x = LABEL
    for (const kind of BAR_KINDS) {
      const value = row.parts.reduce((sum, p) => sum + (p.kind === kind ? p.value : 0), 0)
      if (!(value > 0) || longest === 0) continue
      // What is there stays visible, even where it is next to nothing.
      const w = Math.max((room * value) / longest, LEAST)
      segments.push({ row: row.key, kind, value, x: r(x), y, width: r(w), height: BAR })
      x += w
    }
    shapes.push({ row, y: y + BAR / 2, end: r(x) })
  }
  return { height: rows.length * ROW, left: LABEL, rows: shapes, segments }
}

export function sumOf({ parts }: BarRow): number {
  return parts.reduce((sum, p) => sum + p.value, 0)
}

/** The segment that a key leads to: along its bar, or to the bar above or below, where the same kind is nearest. */
export function segmentBeside({ segments, rows }: BarShapes, from: BarSegment | undefined, key: string): BarSegment | undefined {
  if (key === 'Home') return segments[0]
  if (key === 'End') return segments.at(-1)
  if (!key.startsWith('Arrow')) return undefined
  if (!from) return segments[0]
  const own = segments.filter((s) => s.row === from.row)
  const at = own.indexOf(from)
  if (key === 'ArrowLeft') return own[at - 1] ?? from
  if (key === 'ArrowRight') return own[at + 1] ?? from
  const way = key === 'ArrowUp' ? -1 : 1
  for (let i = rows.findIndex((s) => s.row.key === from.row) + way; i >= 0 && i < rows.length; i += way) {
    const others = segments.filter((s) => s.row === rows[i]?.row.key)
    const middle = from.x + from.width / 2
    const away = (s: BarSegment) => (s.kind === from.kind ? 0 : 1 + Math.abs(s.x + s.width / 2 - middle))
    if (others.length > 0) return others.reduce((best, s) => (away(s) < away(best) ? s : best))
  }
  return from
}

function r(value: number): number {
  return Math.round(value * 10) / 10
}
