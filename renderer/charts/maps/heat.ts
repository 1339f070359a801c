/** A coarse map as colours: bilinear between the centres of its cells, on a scale whose steps look even. */
import { interpolateInferno, range, rgb } from 'd3'

export interface HeatData {
  readonly rows: number
  readonly columns: number
  /** Row-major [rows, columns]. */
  readonly values: ArrayLike<number>
}

const STEPS = 256

/** Colour of a share 0..1 as CSS. The scale is perceptually even and runs from dark to light. */
export function heatColour(share: number): string {
  return interpolateInferno(Math.min(Math.max(share, 0), 1))
}

/** The scale as a CSS gradient, left to right. */
export const HEAT_GRADIENT = `linear-gradient(to right, ${range(0, 1.01, 0.1).map(heatColour).join(', ')})`

const TABLE: readonly (readonly [number, number, number])[] = range(STEPS).map((i) => {
  const { r, g, b } = rgb(heatColour(i / (STEPS - 1)))
  return [r, g, b]
})

/** Largest value, at least 0: what is negative speaks against and is drawn as nothing. */
export function peakOf({ values }: HeatData): number {
  let peak = 0
  for (let i = 0; i < values.length; i++) peak = Math.max(peak, values[i] ?? 0)
  return peak
}

/** Value at a point of the unit square, (0, 0) top left; beyond the outer centres it stays as it is there. */
export function heatAt({ rows, columns, values }: HeatData, x: number, y: number): number {
  const along = (share: number, count: number) => {
    const place = Math.min(Math.max(share * count - 0.5, 0), count - 1)
    const low = Math.floor(place)
    return { low, high: Math.min(low + 1, count - 1), part: place - low }
  }
  const h = along(x, columns)
  const v = along(y, rows)
  const row = (r: number) => (values[r * columns + h.low] ?? 0) * (1 - h.part) + (values[r * columns + h.high] ?? 0) * h.part
  return row(v.low) * (1 - v.part) + row(v.high) * v.part
}

/** RGBA bytes of a picture of the map, from 0 (dark) to `peak` (light). */
export function heatPixels(data: HeatData, peak: number, width: number, height: number): Uint8ClampedArray<ArrayBuffer> {
  const out = new Uint8ClampedArray(4 * width * height)
  const scale = peak > 0 ? (STEPS - 1) / peak : 0
  for (let y = 0, to = 0; y < height; y++)
    for (let x = 0; x < width; x++, to += 4) {
      const value = heatAt(data, (x + 0.5) / width, (y + 0.5) / height)
      const [r, g, b] = TABLE[Math.round(Math.min(Math.max(value * scale, 0), STEPS - 1))] ?? [0, 0, 0]
      out[to] = r
      out[to + 1] = g
      out[to + 2] = b
      out[to + 3] = 255
    }
  return out
}

export interface Strongest {
  readonly value: number
  /** Ninth of the square, row by row: 0 top left, 4 centre, 8 bottom right. */
  readonly place: number
}

/** The largest value and where it is; undefined where nothing is above 0. */
export function strongestOf({ rows, columns, values }: HeatData): Strongest | undefined {
  let best = -1
  for (let i = 0; i < rows * columns; i++) if ((values[i] ?? 0) > (best < 0 ? 0 : (values[best] ?? 0))) best = i
  if (best < 0) return undefined
  const third = (index: number, count: number) => Math.floor((3 * (index + 0.5)) / count)
  return { value: values[best] ?? 0, place: 3 * third(Math.floor(best / columns), rows) + third(best % columns, columns) }
}
