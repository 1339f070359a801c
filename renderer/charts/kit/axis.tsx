/** Axes of a chart: a grid line and a number for each tick. Class names begin with the chart's own. */

export interface Tick {
  /** Pixels. */
  readonly at: number
  readonly label: string
}

/** The field of a chart that its axes frame, in pixels. */
export interface Plot {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

export interface GridProps {
  readonly name: string
  readonly plot: Plot
  readonly ticks: readonly Tick[]
}

/** Upright lines, numbers below the plot. */
export function XGrid({ name, plot: { top, bottom }, ticks }: GridProps) {
  return ticks.map((tick) => (
    <g key={tick.label}>
      <line className={`${name}-grid`} x1={tick.at} x2={tick.at} y1={top} y2={bottom} />
      <text className={`${name}-tick is-x`} x={tick.at} y={bottom + 15}>
        {tick.label}
      </text>
    </g>
  ))
}

/** Level lines, numbers left of the plot, `gap` pixels away from it. */
export function YGrid({ name, plot: { left, right }, ticks, gap = 8 }: GridProps & { readonly gap?: number }) {
  return ticks.map((tick) => (
    <g key={tick.label}>
      <line className={`${name}-grid`} x1={left} x2={right} y1={tick.at} y2={tick.at} />
      <text className={`${name}-tick is-y`} x={left - gap} y={tick.at + 4}>
        {tick.label}
      </text>
    </g>
  ))
}
