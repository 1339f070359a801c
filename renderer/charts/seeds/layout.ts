/** Results of several seeds as rows of dots over one scale: every value, their mean, and a standard deviation to both sides. */
import { extent, scaleLinear } from 'd3'
import type { Tick } from '../kit/axis.tsx'
import type { Size } from '../kit/size.ts'

export interface SeedRow {
  readonly key: string
  readonly values: readonly number[]
  readonly mean: number
  /** Null of one value. */
  readonly deviation: number | null
}

export interface SeedShapes {
  readonly key: string
  /** Middle of the row, pixels. */
  readonly y: number
  readonly dots: readonly number[]
  readonly mean: number
  /** From one deviation below the mean to one above it; null of one value. */
  readonly spread: readonly [number, number] | null
}

export interface SeedsLayout {
  readonly ticks: readonly Tick[]
  readonly rows: readonly SeedShapes[]
}

/** Radius of a dot, and room for it at both ends. */
export const RADIUS = 3.5
const ROOM = RADIUS + 1
/** Pixels between ticks, at least. */
const STEP = 44

/** `size` is that of one row; all rows share the scale. */
export function seedsLayout(rows: readonly SeedRow[], { width, height }: Size): SeedsLayout {
  const ends = rows.flatMap(({ values, mean, deviation }) => [...values, mean - (deviation ?? 0), mean + (deviation ?? 0)])
  const [least = 0, most = 100] = extent(ends)
  // Equal values still have a scale around them.
  const domain = least === most ? [least - 1, most + 1] : [least, most]
  const x = scaleLinear(domain, [ROOM, Math.max(width - ROOM, ROOM + 1)])
  return {
    ticks: x.ticks(Math.max(2, Math.floor(width / STEP))).map((value) => ({ at: x(value), label: String(value) })),
    rows: rows.map(({ key, values, mean, deviation }) => ({
      key,
      y: height / 2,
      dots: values.map((v) => x(v)),
      mean: x(mean),
      spread: deviation === null ? null : [x(mean - deviation), x(mean + deviation)],
    })),
  }
}
