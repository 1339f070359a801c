/** The roofline on logarithmic axes: layers by arithmetic intensity and speed, under the roof min(peak, memory × intensity). */

import { extent, max, type ScaleLogarithmic, scaleLog, symbol, symbolCircle, symbolCross, symbolDiamond, symbolSquare, symbolTriangle } from 'd3'
import type { Machine } from '../../../engine/index.ts'
import type { LayerKind } from '../../workers/contract/index.ts'
import type { Tick } from '../kit/axis.tsx'
import { nearestMark } from '../kit/nearest.ts'
import type { Size } from '../kit/size.ts'

export interface RooflinePoint {
  /** Position of the layer in network order. */
  readonly index: number
  readonly kind: LayerKind
  /** MACs per byte. */
  readonly intensity: number
  /** 1e9 multiply-accumulates per second. */
  readonly gmacs: number
  readonly ms: number
}

export interface RooflineData {
  readonly machine: Machine
  readonly points: readonly RooflinePoint[]
}

export interface RooflineMark {
  readonly index: number
  readonly x: number
  readonly y: number
  /** Outline around the origin. */
  readonly d: string
  /** Its time as a share of the longest, 0..1. */
  readonly share: number
}

export interface RooflineShapes {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  readonly xTicks: readonly Tick[]
  readonly yTicks: readonly Tick[]
  /** Polyline: along memory up to the ridge, then along the peak. */
  readonly roof: string
  readonly peak: { readonly x: number; readonly y: number }
  /** Where the memory's number stands along the slope, and the slope in degrees. */
  readonly memory: { readonly x: number; readonly y: number; readonly angle: number }
  /** The longest last, so that they lie on top. Layers without MACs, or too quick for the clock, have none. */
  readonly marks: readonly RooflineMark[]
  readonly longest: number
}

const LEFT = 60
const RIGHT = 12
const TOP = 22
const BOTTOM = 38
const AREA = 62
/** Room around the outermost marks, as factors on a logarithmic axis. */
const MARGIN = 1.25
/** How far below the ridge the slope is shown at least, so that its number has a place. */
const SLOPE = 4
const ABOVE_PEAK = 1.4

const SYMBOLS = {
  pointwise: symbol(symbolCircle, AREA)() ?? '',
  pointwiseGrouped: symbol(symbolSquare, AREA)() ?? '',
  depthwise: symbol(symbolTriangle, AREA * 0.9)() ?? '',
  conv: symbol(symbolDiamond, AREA)() ?? '',
  linear: symbol(symbolCross, AREA)() ?? '',
} as const satisfies Record<LayerKind, string>

export function symbolOf(kind: LayerKind): string {
  return SYMBOLS[kind]
}

export function rooflineLayout({ machine, points }: RooflineData, { width, height }: Size): RooflineShapes {
  const shown = points.filter((p) => p.intensity > 0 && p.gmacs > 0)
  const ridge = machine.gmacs / machine.gbs
  const [left, right, top, bottom] = [LEFT, Math.max(width - RIGHT, LEFT + 1), TOP, Math.max(height - BOTTOM, TOP + 1)]
  const [leastX = ridge, mostX = ridge] = extent(shown, (p) => p.intensity)
  const [leastY = machine.gmacs, mostY = machine.gmacs] = extent(shown, (p) => p.gmacs)
  const x = scaleLog([Math.min(leastX / MARGIN, ridge / SLOPE), Math.max(mostX * MARGIN, ridge * SLOPE)], [left, right])
  const [x0 = ridge, x1 = ridge] = x.domain()
  const y = scaleLog([Math.min(leastY / MARGIN, machine.gbs * x0), Math.max(mostY * MARGIN, machine.gmacs * ABOVE_PEAK)], [bottom, top])
  const peak = y(machine.gmacs)
  const start = { x: x(x0), y: y(machine.gbs * x0) }
  const middle = Math.sqrt(x0 * ridge)
  const longest = max(shown, (p) => p.ms) ?? 0
  return {
    left,
    right,
    top,
    bottom,
    xTicks: ticksOf(x),
    yTicks: ticksOf(y),
    roof: `M${start.x},${start.y}L${x(ridge)},${peak}L${x(x1)},${peak}`,
    peak: { x: right, y: peak },
    memory: { x: x(middle), y: y(machine.gbs * middle), angle: (Math.atan2(peak - start.y, x(ridge) - start.x) * 180) / Math.PI },
    marks: [...shown]
      .sort((a, b) => a.ms - b.ms || b.index - a.index)
      .map((p) => ({ index: p.index, x: x(p.intensity), y: y(p.gmacs), d: symbolOf(p.kind), share: longest > 0 ? p.ms / longest : 0 })),
    longest,
  }
}

/** 1, 2 and 5 of every decade where there is room, else powers of ten. */
function ticksOf(scale: ScaleLogarithmic<number, number>): Tick[] {
  const [low = 1, high = 1] = scale.domain()
  const perDecade = Math.abs(scale(10) - scale(1))
  const steps = perDecade >= 72 ? [1, 2, 5] : [1]
  const ticks: Tick[] = []
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++)
    for (const step of steps) {
      // A power of ten below one is no exact number: 2e-1 must read as 0.2.
      const value = Number(`${step}e${power}`)
      if (value >= low && value <= high) ticks.push({ at: scale(value), label: String(value) })
    }
  return ticks
}

/** The mark nearest to a point, within `reach` pixels; of equal ones the one on top. */
export function markAt({ marks }: RooflineShapes, x: number, y: number, reach: number): RooflineMark | undefined {
  return nearestMark(marks, x, y, reach)
}

/** The mark that an arrow key leads to: the next one to the side, or the next one up or down; Home and End are the first and last layer. */
export function markBeside({ marks }: RooflineShapes, from: number | null, key: string): RooflineMark | undefined {
  const across = key === 'ArrowLeft' || key === 'ArrowRight'
  const along = across || key === 'ArrowUp' || key === 'ArrowDown'
  if (!along && key !== 'Home' && key !== 'End') return undefined
  const inNetwork = [...marks].sort((a, b) => a.index - b.index)
  if (key === 'Home') return inNetwork[0]
  if (key === 'End') return inNetwork.at(-1)
  const ordered = across ? inNetwork.sort((a, b) => a.x - b.x) : inNetwork.sort((a, b) => b.y - a.y)
  const at = ordered.findIndex((m) => m.index === from)
  if (at < 0) return ordered[0]
  return ordered[at + (key === 'ArrowRight' || key === 'ArrowUp' ? 1 : -1)] ?? ordered[at]
}
