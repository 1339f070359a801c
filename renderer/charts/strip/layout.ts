/** The strip: one bar per layer in network order, its height the chosen measure. */
import { max, scaleLinear } from 'd3'
import type { Size } from '../kit/size.ts'

export interface StripBar {
  readonly index: number
  readonly value: number
  readonly section: string
}

export interface StripShapes {
  readonly bars: readonly {
    readonly index: number
    readonly x: number
    readonly y: number
    readonly width: number
    readonly height: number
    readonly share: number
  }[]
  /** Where a section begins, with room for its name. */
  readonly sections: readonly { readonly key: string; readonly x: number; readonly width: number }[]
  readonly baseline: number
  readonly top: number
  readonly step: number
  readonly greatest: number
}

const LABEL = 20
/** Room for the greatest value, of nine letters such as "0.0728 ms". */
export const LEFT = 68

/** Where bars are thinner than a pixel, the highest of each pixel: the others cannot be seen behind it. */
export function visibleBars({ bars, step }: Pick<StripShapes, 'bars' | 'step'>): StripShapes['bars'] {
  if (step >= 1) return bars
  const highest = new Map<number, StripShapes['bars'][number]>()
  for (const bar of bars) {
    const pixel = Math.floor(bar.x)
    const other = highest.get(pixel)
    if (!other || bar.height > other.height) highest.set(pixel, { ...bar, width: 1 })
  }
  return [...highest.values()]
}

export function stripLayout(bars: readonly StripBar[], { width, height }: Size): StripShapes {
  const greatest = max(bars, (b) => b.value) ?? 0
  const baseline = height - LABEL
  const top = 8
  const scale = scaleLinear([0, greatest || 1], [0, Math.max(baseline - top, 1)])
  const step = Math.max(0, width - LEFT - 4) / Math.max(bars.length, 1)
  const gap = step > 4 ? 1 : 0
  const sections: { key: string; x: number; width: number }[] = []
  bars.forEach((b, i) => {
    const last = sections.at(-1)
    if (last?.key === b.section) last.width += step
    else sections.push({ key: b.section, x: LEFT + i * step, width: step })
  })
  return {
    bars: bars.map((b, i) => {
      const h = scale(b.value)
      return {
        index: b.index,
        x: LEFT + i * step,
        y: baseline - h,
        width: Math.max(step - gap, 0.5),
        height: h,
        share: greatest ? b.value / greatest : 0,
      }
    }),
    sections,
    baseline,
    top,
    step,
    greatest,
  }
}

/** Index of the bar at `x`, within the strip. */
export function barAt({ bars, step }: StripShapes, x: number): number {
  const first = bars[0]
  if (!first || step === 0) return -1
  return Math.min(Math.max(Math.floor((x - first.x) / step), 0), bars.length - 1)
}
