/** Shapes and measures that the parts of the unit's picture share. */
import type { UnitLink } from '../../workers/contract/index.ts'

export const BAR_WIDTH = 10
export const PASS_HEIGHT = 18

export interface ColouredPath {
  readonly group: number | null
  readonly d: string
}

export interface LinkShape {
  readonly link: UnitLink
  readonly kind: 'groups' | 'map' | 'shuffle' | 'pass'
  readonly ribbons: readonly ColouredPath[]
}

/** Left edge, top and height of a bar, and the pixels of one of its channels. */
export interface Spot {
  readonly x: number
  readonly y: number
  readonly height: number
  readonly perChannel: number
}

/** What drawing a ribbon needs to know; also used to light single channels. */
export interface Geometry {
  readonly at: ReadonlyMap<number, Spot>
  /** y of the centre of the lane in which a link passes bars that stand in its way. */
  readonly pass: ReadonlyMap<UnitLink, number>
  /** Left edges of columns, and the column of each tensor. */
  readonly columnX: readonly number[]
  readonly column: ReadonlyMap<number, number>
}

export type Span = [number, number]

/** Spans in order, touching ones joined. */
export function mergeSpans(spans: readonly Span[]): Span[] {
  const merged: Span[] = []
  for (const [from, to] of [...spans].sort((a, b) => a[0] - b[0])) {
    const last = merged.at(-1)
    if (last && from <= last[1] + 1e-6) last[1] = Math.max(last[1], to)
    else merged.push([from, to])
  }
  return merged
}

export function box([from, to]: Span, { x, y, perChannel }: Spot): string {
  return `M${round(x)} ${round(y + from * perChannel)}h${BAR_WIDTH}v${round((to - from) * perChannel)}h${-BAR_WIDTH}z`
}

export function round(value: number): number {
  return Math.round(value * 10) / 10
}
