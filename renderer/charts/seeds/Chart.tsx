/** Draws rows of seeds, each in a cell of a table, and their common scale in its head. */
import type { Tick } from '../kit/axis.tsx'
import type { Size } from '../kit/size.ts'
import { RADIUS, type SeedShapes } from './layout.ts'

export interface SeedStripProps {
  readonly shapes: SeedShapes
  readonly ticks: readonly Tick[]
  /** Of one row. */
  readonly size: Size
  readonly label: string
  /** Rings instead of dots. */
  readonly isHollow: boolean
}

export function SeedStrip({ shapes: { y, dots, mean, spread }, ticks, size: { width, height }, label, isHollow }: SeedStripProps) {
  return (
    <svg className={isHollow ? 'seeds is-hollow' : 'seeds'} width={width} height={height} role="img" aria-label={label}>
      {ticks.map((tick) => (
        <line key={tick.label} className="seeds-grid" x1={tick.at} x2={tick.at} y1={0} y2={height} />
      ))}
      {spread && <line className="seeds-spread" x1={spread[0]} x2={spread[1]} y1={y} y2={y} />}
      {spread && <line className="seeds-mean" x1={mean} x2={mean} y1={y - 7} y2={y + 7} />}
      {dots.map((x, i) => (
        <circle key={i} className="seeds-dot" cx={x} cy={y} r={RADIUS} />
      ))}
    </svg>
  )
}

/** Numbers of the scale; the rows say their values themselves. */
export function SeedAxis({ ticks, size: { width, height } }: { readonly ticks: readonly Tick[]; readonly size: Size }) {
  return (
    <svg className="seeds" width={width} height={height} aria-hidden="true">
      {ticks.map((tick) => (
        <text key={tick.label} className="seeds-tick" x={tick.at} y={height - 4}>
          {tick.label}
        </text>
      ))}
    </svg>
  )
}
