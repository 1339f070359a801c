/** Draws a group-to-group matrix: groups keyed by their hue along both sides, cells on the sequential scale. The pointer names a cell. */
import { type PointerEvent, useMemo } from 'react'
import { costColour, groupColour, groupInk } from '../kit/colour.ts'
import type { Size } from '../kit/size.ts'
import { cellAt, type GroupCell, type GroupKey, groupsLayout } from './groups.ts'

export interface GroupsChartProps {
  /** [changed group][zeroed group]. */
  readonly change: readonly (readonly number[])[]
  /** Top of the scale. */
  readonly greatest: number
  readonly size: Size
  readonly label: string
  readonly active?: { readonly row: number; readonly column: number } | null
  readonly onHover?: (cell: GroupCell | null) => void
}

export function GroupsChart({ change, greatest, size, label, active = null, onHover }: GroupsChartProps) {
  const shapes = useMemo(() => groupsLayout(change, greatest, size), [change, greatest, size])
  const { side, cell, cells, rowKeys, columnKeys } = shapes
  const inner = cell > 6 ? cell - 1 : cell
  const move = (event: PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    onHover?.(cellAt(shapes, event.clientX - box.left, event.clientY - box.top) ?? null)
  }
  return (
    <svg
      className="groups-chart"
      width={side}
      height={side}
      role="img"
      aria-label={label}
      onPointerMove={move}
      onPointerLeave={() => onHover?.(null)}
    >
      {rowKeys.map((key) => (
        <Key key={`r${key.group}`} at={key} />
      ))}
      {columnKeys.map((key) => (
        <Key key={`c${key.group}`} at={key} />
      ))}
      {cells.map((c) => (
        <g key={`${c.row},${c.column}`}>
          <rect x={c.x} y={c.y} width={inner} height={inner} fill={costColour(c.share)} />
          {c.text !== '' && (
            <text className={c.share > 0.5 ? 'groups-value is-much' : 'groups-value'} x={c.x + inner / 2} y={c.y + inner / 2 + 4}>
              {c.text}
            </text>
          )}
          {active?.row === c.row && active.column === c.column && (
            <rect className="groups-active" x={c.x + 0.5} y={c.y + 0.5} width={inner - 1} height={inner - 1} />
          )}
        </g>
      ))}
    </svg>
  )
}

function Key({ at: { group, x, y, width, height, isNamed } }: { readonly at: GroupKey }) {
  return (
    <g>
      <rect x={x} y={y} width={width} height={height} fill={groupColour(group)} />
      {isNamed && (
        <text className="groups-key" x={x + width / 2} y={y + height / 2 + 4} style={{ fill: groupInk(group) }}>
          {group}
        </text>
      )}
    </g>
  )
}
