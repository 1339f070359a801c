/** Draws a connectivity matrix; the pointer names a row and a column. */
import { type PointerEvent, useMemo } from 'react'
import { groupColour, groupInk } from '../kit/colour.ts'
import type { Size } from '../kit/size.ts'
import { type MatrixData, matrixLayout } from './layout.ts'

export interface MatrixChartProps {
  readonly data: MatrixData
  readonly size: Size
  readonly label: string
  /** Lit rows and columns, one byte per channel. */
  readonly litRows?: Uint8Array | undefined
  readonly litColumns?: Uint8Array | undefined
  readonly onHover?: (cell: { row: number; column: number } | null) => void
}

export function MatrixChart({ data, size, label, litRows, litColumns, onHover }: MatrixChartProps) {
  const shapes = useMemo(() => matrixLayout(data, size), [data, size])
  const { width, height, perRow, perColumn } = shapes
  const move = (event: PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    const row = Math.floor((event.clientY - box.top - 0.5) / perRow)
    const column = Math.floor((event.clientX - box.left - 0.5) / perColumn)
    onHover?.(row >= 0 && row < data.rows && column >= 0 && column < data.columns ? { row, column } : null)
  }
  const rows = litRows && runsOf(litRows)
  const columns = litColumns && runsOf(litColumns)
  const lit = rows && columns && rows.length > 0 && columns.length > 0
  return (
    <svg
      className="matrix"
      width={width + 1}
      height={height + 1}
      viewBox={`-0.5 -0.5 ${width + 1} ${height + 1}`}
      role="img"
      aria-label={label}
      onPointerMove={move}
      onPointerLeave={() => onHover?.(null)}
    >
      <rect className="matrix-ground" width={width} height={height} />
      {shapes.marks.map(({ group, d }) => (
        <path key={group ?? 'none'} d={d} fill={groupColour(group)} />
      ))}
      {shapes.labels.length <= 64 &&
        shapes.labels.map(({ group, x, y }) => (
          <text key={`${x},${y}`} className="matrix-label" x={x} y={y} style={{ fill: groupInk(group) }}>
            {group}
          </text>
        ))}
      {lit && (
        <g className="matrix-lit">
          {rows.map(([from, to]) => (
            <rect key={`r${from}`} y={from * perRow} width={width} height={Math.max((to - from) * perRow, 1)} />
          ))}
          {columns.map(([from, to]) => (
            <rect key={`c${from}`} x={from * perColumn} width={Math.max((to - from) * perColumn, 1)} height={height} />
          ))}
        </g>
      )}
      <rect className="matrix-frame" width={width} height={height} />
    </svg>
  )
}

/** Runs of lit channels; nothing where all are lit, for that says nothing. */
function runsOf(mask: Uint8Array): [number, number][] {
  const runs: [number, number][] = []
  for (let from = 0; from < mask.length; from++) {
    if (!mask[from]) continue
    let to = from + 1
    while (to < mask.length && mask[to]) to++
    if (to - from < mask.length) runs.push([from, to])
    from = to
  }
  return runs
}
