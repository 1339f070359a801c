/** Time of each layer on several machines: a row per layer in network order, a bar per machine, one scale for all. */
import { max, scaleLinear } from 'd3'
import type { Tick } from '../kit/axis.tsx'

export interface LayerBarRow {
  /** Position of the layer in network order. */
  readonly index: number
  readonly name: string
  /** Milliseconds by machine; null where that one did not time it. */
  readonly values: readonly (number | null)[]
}

export interface LayerBar {
  readonly series: number
  readonly y: number
  readonly width: number
}

export interface LayerBarsShapes {
  readonly height: number
  readonly left: number
  readonly right: number
  readonly rowHeight: number
  readonly barHeight: number
  readonly ticks: readonly Tick[]
  readonly rows: readonly { readonly row: LayerBarRow; readonly y: number; readonly bars: readonly LayerBar[] }[]
}

const NAME = 208
/** Room for the number behind the longest bar. */
const VALUE = 58
const BAR = 6
const PAD = 5
const LEAST_ROW = 20

export function layerBarsLayout(rows: readonly LayerBarRow[], width: number): LayerBarsShapes {
  const count = max(rows, (r) => r.values.length) ?? 1
  const barHeight = count === 1 ? BAR + 3 : BAR
  const rowHeight = Math.max(LEAST_ROW, count * (barHeight + 1) - 1 + 2 * PAD)
  const left = Math.min(NAME, width * 0.4)
  const right = Math.max(width - VALUE, left + 1)
  const longest = max(rows, (r) => max(r.values, (v) => v ?? 0)) ?? 0
  const x = scaleLinear([0, longest > 0 ? longest : 1], [left, right])
  const inset = (rowHeight - (count * (barHeight + 1) - 1)) / 2
  return {
    height: rows.length * rowHeight,
    left,
    right,
    rowHeight,
    barHeight,
    ticks: x.ticks(Math.max(2, Math.floor((right - left) / 80))).map((value) => ({ at: x(value), label: String(value) })),
    rows: rows.map((row, i) => ({
      row,
      y: i * rowHeight,
      bars: row.values.flatMap((v, series) =>
        v === null ? [] : [{ series, y: i * rowHeight + inset + series * (barHeight + 1), width: Math.max(x(v) - left, v > 0 ? 1 : 0) }],
      ),
    })),
  }
}

/** The position in `rows` that a key leads to from the one of layer `from`; undefined for other keys. */
export function rowBeside(rows: readonly LayerBarRow[], from: number | null, key: string): LayerBarRow | undefined {
  const at = rows.findIndex((r) => r.index === from)
  switch (key) {
    case 'ArrowDown':
      return rows[at < 0 ? 0 : Math.min(at + 1, rows.length - 1)]
    case 'ArrowUp':
      return rows[at < 0 ? 0 : Math.max(at - 1, 0)]
    case 'Home':
      return rows[0]
    case 'End':
      return rows.at(-1)
    default:
      return undefined
  }
}
