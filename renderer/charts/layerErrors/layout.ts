/** Signal-to-noise ratio of each layer's output, in network order: a dot per layer, a line from layer to layer. */

import { max, scaleLinear } from 'd3'
import type { Tick } from '../kit/axis.tsx'
import { ledTo } from '../kit/keys.ts'
import type { Size } from '../kit/size.ts'

export interface LayerErrorPoint {
  readonly name: string
  /** Section that it belongs to, e.g. "stage2". */
  readonly section: string
  /** dB, infinite where nothing differs; null where there is nothing to compare. */
  readonly snr: number | null
}

export interface LayerErrorMark {
  readonly name: string
  readonly x: number
  /** Null where there is nothing to compare: a tick on the axis. */
  readonly y: number | null
  /** Nothing differs: drawn at the top, hollow. */
  readonly exact: boolean
}

export interface LayerErrorShapes {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  readonly yTicks: readonly Tick[]
  readonly marks: readonly LayerErrorMark[]
  readonly line: string
  /** Where a section begins, and how far it goes. */
  readonly sections: readonly { readonly label: string; readonly from: number; readonly to: number }[]
  /** Pixels of a layer. */
  readonly step: number
}

const LEFT = 44
const RIGHT = 16
const TOP = 24
const BOTTOM = 22
/** What the scale reaches at least, in dB. */
const LEAST_TOP = 40

export function layerErrorsLayout(points: readonly LayerErrorPoint[], { width, height }: Size): LayerErrorShapes {
  const [left, right, top, bottom] = [LEFT, Math.max(width - RIGHT, LEFT + 1), TOP, Math.max(height - BOTTOM, TOP + 1)]
  const finite = points.flatMap((p) => (p.snr !== null && Number.isFinite(p.snr) ? [p.snr] : []))
  const most = Math.max(LEAST_TOP, max(finite) ?? 0)
  const least = Math.min(0, ...finite)
  const y = scaleLinear([least, most], [bottom, top]).nice(4)
  const step = (right - left) / Math.max(1, points.length)
  const marks = points.map(
    ({ name, snr }, i): LayerErrorMark => ({
      name,
      x: left + (i + 0.5) * step,
      y: snr === null ? null : Number.isFinite(snr) ? y(snr) : top,
      exact: snr !== null && !Number.isFinite(snr),
    }),
  )
  return {
    ...{ left, right, top, bottom, marks, step },
    yTicks: y.ticks(4).map((value) => ({ at: y(value), label: String(value) })),
    line: lineThrough(marks),
    sections: sectionsOf(points, left, step),
  }
}

/** From layer to layer where both are measured: nothing lies between one that is and one that is not. */
function lineThrough(marks: readonly LayerErrorMark[]): string {
  const isMeasured = (m: LayerErrorMark | undefined): boolean => m !== undefined && m.y !== null && !m.exact
  return marks
    .flatMap((m, i) => {
      if (m.y === null || m.exact) return []
      const before = isMeasured(marks[i - 1])
      if (!before && !isMeasured(marks[i + 1])) return []
      return [`${before ? 'L' : 'M'}${round(m.x)} ${round(m.y)}`]
    })
    .join('')
}

const round = (v: number): number => Math.round(v * 10) / 10

function sectionsOf(points: readonly LayerErrorPoint[], left: number, step: number): LayerErrorShapes['sections'] {
  const found: { label: string; from: number; to: number }[] = []
  points.forEach(({ section }, i) => {
    const last = found.at(-1)
    const to = left + (i + 1) * step
    if (last?.label === section) last.to = to
    else found.push({ label: section, from: left + i * step, to })
  })
  return found
}

/** The layer under x. */
export function layerErrorAt({ marks, left, right, step }: LayerErrorShapes, x: number): LayerErrorMark | undefined {
  return x < left || x > right ? undefined : marks[Math.min(marks.length - 1, Math.floor((x - left) / step))]
}

/** The layer that an arrow key leads to; Home and End are the ends. Undefined for other keys. */
export function layerErrorBeside({ marks }: LayerErrorShapes, from: string | null, key: string): LayerErrorMark | undefined {
  const at = marks.findIndex((m) => m.name === from)
  return ledTo(marks, at, key, ['ArrowRight', 'ArrowDown'], ['ArrowLeft', 'ArrowUp'])
}
