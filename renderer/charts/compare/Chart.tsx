/** Draws differences, and the scale above them that is also their legend. */
import { useId, useMemo } from 'react'
import { differenceColour } from '../kit/colour.ts'
import { type DifferenceDatum, type DifferenceFrame, differenceLayout } from './layout.ts'

export interface DifferenceChartProps {
  readonly data: readonly DifferenceDatum[]
  readonly frame: DifferenceFrame
  /** Rows to draw: first, and one after the last. */
  readonly rows: readonly [number, number]
  readonly selected: number | null
  readonly describe: (index: number) => string
  readonly onSelect: (index: number) => void
}

/** The numbers stand in the table beside it, so screen readers are spared the picture. */
export function DifferenceChart({ data, frame, rows: [from, to], selected, describe, onSelect }: DifferenceChartProps) {
  const shapes = useMemo(() => differenceLayout(data, frame, from, to), [data, frame, from, to])
  const { rowHeight, width } = frame
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the rows of the table beside it take the keys
    <svg
      className="difference-chart"
      width={width}
      height={data.length * rowHeight}
      aria-hidden="true"
      onClick={(event) => {
        const index = Math.floor((event.clientY - event.currentTarget.getBoundingClientRect().top) / rowHeight)
        if (index >= 0 && index < data.length) onSelect(index)
      }}
    >
      {selected !== null && <rect className="difference-row" x={0} y={selected * rowHeight} width={width} height={rowHeight} />}
      <line className="difference-zero" x1={shapes.zero} x2={shapes.zero} y1={from * rowHeight} y2={Math.min(to, data.length) * rowHeight} />
      {shapes.bars.map((bar) => (
        <g key={bar.index} className={bar.only ? 'difference-bar is-only' : 'difference-bar'}>
          <title>{describe(bar.index)}</title>
          <rect className="difference-hit" x={0} y={bar.index * rowHeight} width={width} height={rowHeight} />
          {bar.width > 0 ? (
            <rect x={bar.x} y={bar.y} width={bar.width} height={bar.height} fill={differenceColour(bar.share)} />
          ) : (
            <circle cx={shapes.zero} cy={bar.y + bar.height / 2} r={1.5} />
          )}
        </g>
      ))}
    </svg>
  )
}

export interface DifferenceScaleProps {
  readonly width: number
  readonly less: string
  readonly more: string
  /** Title of the whole, what the sign means. */
  readonly hint: string
}

/** From the largest loss to the largest gain, with both in numbers. */
export function DifferenceScale({ width, less, more, hint }: DifferenceScaleProps) {
  const id = useId()
  const { left, right, zero } = differenceLayout([], { width, rowHeight: 1, most: 1 })
  return (
    <svg className="difference-scale" width={width} height={28} role="img" aria-label={hint}>
      <title>{hint}</title>
      <defs>
        <linearGradient id={id}>
          {[-1, -0.5, 0, 0.5, 1].map((share) => (
            <stop key={share} offset={(share + 1) / 2} stopColor={differenceColour(share)} />
          ))}
        </linearGradient>
      </defs>
      <text x={left} y={13}>
        {less}
      </text>
      <text className="is-zero" x={zero} y={13}>
        0
      </text>
      <text className="is-more" x={right} y={13}>
        {more}
      </text>
      <rect x={left} y={18} width={right - left} height={6} fill={`url(#${id})`} />
    </svg>
  )
}
