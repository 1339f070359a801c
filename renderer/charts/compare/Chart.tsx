/** Draws differences, a bar per row. */
import { useMemo } from 'react'
import { differenceColour } from '../kit/colour.ts'
import { type DifferenceDatum, type DifferenceFrame, differenceLayout } from './layout.ts'

export interface DifferenceChartProps {
  readonly data: readonly DifferenceDatum[]
  readonly frame: DifferenceFrame
  /** Rows to draw: first, and one after the last. */
  readonly rows: readonly [number, number]
  /** First and last of the selected rows. */
  readonly selected: readonly [number, number] | null
  readonly describe: (index: number) => string
  readonly onSelect: (index: number) => void
}

/** The numbers stand in the table beside it, so screen readers are spared the picture. */
export function DifferenceChart({ data, frame, rows: [from, to], selected, describe, onSelect }: DifferenceChartProps) {
  const shapes = useMemo(() => differenceLayout(data, frame, from, to), [data, frame, from, to])
  const { rowHeight, width } = frame
  return (
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
      {selected && (
        <rect className="difference-row" x={0} y={selected[0] * rowHeight} width={width} height={(selected[1] - selected[0] + 1) * rowHeight} />
      )}
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
