/** How often a run took how long: counts in bins of equal width, and the quantiles above them. */
import { bin, max, scaleLinear } from 'd3'
import type { Plot, Tick } from '../kit/axis.tsx'
import type { Size } from '../kit/size.ts'

export interface HistogramData {
  /** Milliseconds of single runs. */
  readonly samples: readonly number[]
  readonly marks: readonly { readonly key: string; readonly value: number }[]
}

export interface HistogramBin {
  readonly from: number
  readonly to: number
  readonly count: number
  readonly x: number
  readonly width: number
  readonly y: number
}

export interface HistogramShapes extends Plot {
  readonly xTicks: readonly Tick[]
  readonly yTicks: readonly Tick[]
  readonly bins: readonly HistogramBin[]
  /** Labels stand on rows of their own, so that near ones do not overlap. */
  readonly marks: readonly { readonly key: string; readonly x: number; readonly labelY: number; readonly side: 'start' | 'end' }[]
}

const LEFT = 40
const RIGHT = 14
const TOP = 22
const BOTTOM = 36
const LABEL_ROW = 14
const MOST_BINS = 40

export function histogramLayout({ samples, marks }: HistogramData, { width, height }: Size): HistogramShapes {
  const [left, right, top, bottom] = [LEFT, Math.max(width - RIGHT, LEFT + 1), TOP, Math.max(height - BOTTOM, TOP + 1)]
  const values = [...marks.map((m) => m.value), least(samples), max(samples) ?? 1].filter(Number.isFinite)
  const [lowest, highest] = [Math.min(...values), Math.max(...values)]
  const wanted = Math.min(MOST_BINS, Math.max(5, Math.ceil(Math.sqrt(samples.length) * 1.5)))
  // Samples that are all the same still have a width.
  const span = highest > lowest ? highest - lowest : Math.abs(highest) * 0.1 || 1
  const x = scaleLinear([lowest - (highest > lowest ? 0 : span / 2), lowest + (highest > lowest ? span : span / 2)], [left, right]).nice(wanted)
  const [x0 = 0, x1 = 1] = x.domain()
  const bins = bin().domain([x0, x1]).thresholds(x.ticks(wanted))([...samples])
  const most = max(bins, (b) => b.length) ?? 0
  const y = scaleLinear([0, Math.max(most, 1)], [bottom, top + marks.length * LABEL_ROW])
  return {
    left,
    right,
    top,
    bottom,
    xTicks: x.ticks(Math.max(2, Math.floor((right - left) / 64))).map((v) => ({ at: round(x(v)), label: String(v) })),
    yTicks: y
      .ticks(4)
      .filter(Number.isInteger)
      .map((v) => ({ at: round(y(v)), label: String(v) })),
    bins: bins.flatMap((b) => {
      const [from, to] = [b.x0 ?? 0, b.x1 ?? 0]
      if (b.length === 0) return []
      return [{ from, to, count: b.length, x: round(x(from)), width: Math.max(round(x(to) - x(from)) - 1, 1), y: round(y(b.length)) }]
    }),
    marks: marks.map(({ key, value }, i) => ({
      key,
      x: round(x(value)),
      labelY: top + i * LABEL_ROW,
      side: x(value) > (left + right) / 2 ? 'end' : 'start',
    })),
  }
}

function least(samples: readonly number[]): number {
  return samples.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

/** The bin that a key leads to. */
export function binBeside({ bins }: HistogramShapes, from: number | null, key: string): number | undefined {
  if (bins.length === 0) return undefined
  const last = bins.length - 1
  if (key === 'Home' || (key === 'ArrowRight' && from === null)) return 0
  if (key === 'End' || (key === 'ArrowLeft' && from === null)) return last
  if (key === 'ArrowRight') return Math.min((from ?? 0) + 1, last)
  if (key === 'ArrowLeft') return Math.max((from ?? 0) - 1, 0)
  return undefined
}
