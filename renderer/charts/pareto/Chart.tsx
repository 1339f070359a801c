/** Draws variants by cost and agreement. The pointer finds the nearest one; a click, arrow keys select. */
import { type KeyboardEvent, type PointerEvent, useId, useMemo } from 'react'
import { XGrid, YGrid } from '../kit/axis.tsx'
import type { Size } from '../kit/size.ts'
import { type ParetoMark, type ParetoPoint, paretoAt, paretoBeside, paretoLayout } from './layout.ts'

export interface ParetoChartProps {
  readonly points: readonly ParetoPoint[]
  readonly size: Size
  readonly texts: { readonly label: string; readonly x: string; readonly y: string }
  readonly tickText: (x: number) => string
  readonly selected: string | null
  readonly hovered: string | null
  readonly describe: (key: string) => string
  readonly onHover: (mark: ParetoMark | null) => void
  readonly onSelect: (key: string) => void
}

const REACH = 24

export function ParetoChart({ points, size, texts, tickText, selected, hovered, describe, onHover, onSelect }: ParetoChartProps) {
  const shapes = useMemo(() => paretoLayout(points, size, tickText), [points, size, tickText])
  const id = useId()
  const { right, bottom } = shapes
  const active = shapes.marks.findIndex((m) => m.key === selected)
  const at = (event: PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    return paretoAt(shapes, event.clientX - box.left, event.clientY - box.top, REACH)
  }
  const keys = (event: KeyboardEvent) => {
    const target = paretoBeside(shapes, selected, event.key)
    if (!target) return
    event.preventDefault()
    onSelect(target.key)
  }
  return (
    <svg
      className="pareto-chart"
      width={size.width}
      height={size.height}
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a select cannot hold a picture
      role="listbox"
      tabIndex={0}
      aria-label={texts.label}
      aria-activedescendant={active < 0 ? undefined : `${id}${active}`}
      onPointerMove={(event) => onHover(at(event) ?? null)}
      onPointerLeave={() => onHover(null)}
      onPointerUp={(event) => {
        const mark = at(event)
        if (mark && mark.kind !== 'original') onSelect(mark.key)
      }}
      onKeyDown={keys}
    >
      <g>
        <XGrid name="scatter" plot={shapes} ticks={shapes.xTicks} />
        <YGrid name="scatter" plot={shapes} ticks={shapes.yTicks} />
        <text className="scatter-axis" x={0} y={12}>
          {texts.y}
        </text>
        <text className="scatter-axis is-x" x={right} y={bottom + 32}>
          {texts.x}
        </text>
        <path className="pareto-frontier" d={shapes.frontier} />
      </g>
      {shapes.marks.map(({ key, kind, x, y, d, best, label }, i) => (
        <g
          key={key}
          id={`${id}${i}`}
          className={`pareto-mark is-${kind}${best ? ' is-best' : ''}${key === selected ? ' is-selected' : ''}`}
          role="option"
          aria-selected={key === selected}
          aria-disabled={kind === 'original' || undefined}
          aria-label={describe(key)}
        >
          {(key === selected || key === hovered) && <circle className="pareto-ring" cx={x} cy={y} r={9} />}
          <path d={d} transform={`translate(${x},${y})`} />
          {label && (
            <text x={label.x} y={label.y} textAnchor={label.anchor}>
              {label.text}
            </text>
          )}
        </g>
      ))}
    </svg>
  )
}
