/** Draws complexity against error. The pointer finds the nearest point; arrow keys walk them. */
import { type KeyboardEvent, type PointerEvent, useId, useMemo } from 'react'
import { XGrid, YGrid } from '../kit/axis.tsx'
import type { Size } from '../kit/size.ts'
import { pointAt, pointBeside, type ScatterData, type ScatterMark, scatterLayout } from './layout.ts'

export interface ScatterChartProps {
  readonly data: ScatterData
  readonly size: Size
  readonly texts: { readonly label: string; readonly x: string; readonly y: string }
  readonly hovered: string | null
  readonly describe: (key: string) => string
  readonly onHover: (mark: ScatterMark | null) => void
}

const REACH = 20

export function ScatterChart({ data, size, texts, hovered, describe, onHover }: ScatterChartProps) {
  const shapes = useMemo(() => scatterLayout(data, size), [data, size])
  const id = useId()
  const { right, top, bottom } = shapes
  const active = shapes.marks.findIndex((m) => m.key === hovered)
  const move = (event: PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    onHover(pointAt(shapes, event.clientX - box.left, event.clientY - box.top, REACH) ?? null)
  }
  const keys = (event: KeyboardEvent) => {
    const target = pointBeside(shapes, hovered, event.key)
    if (!target) return
    event.preventDefault()
    onHover(target)
  }
  return (
    <svg
      className="scatter-chart"
      width={size.width}
      height={size.height}
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a select cannot hold a picture
      role="listbox"
      tabIndex={0}
      aria-label={texts.label}
      aria-activedescendant={active < 0 ? undefined : `${id}${active}`}
      onPointerMove={move}
      onPointerLeave={() => onHover(null)}
      onBlur={() => onHover(null)}
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
        {shapes.lines.map((line) => (
          <g key={line.key} className={`scatter-line is-${line.kind}`}>
            <line x1={line.at} x2={line.at} y1={top} y2={bottom} />
            <text className={`is-${line.side}`} x={line.at + (line.side === 'left' ? -6 : 6)} y={line.labelY}>
              {line.label}
            </text>
          </g>
        ))}
      </g>
      {shapes.marks.map(({ key, family, x, y, d }, i) => (
        <g
          key={key}
          id={`${id}${i}`}
          className={`scatter-mark is-${family}`}
          transform={`translate(${x},${y})`}
          role="option"
          aria-selected={key === hovered}
          aria-label={describe(key)}
        >
          {key === hovered && <circle className="scatter-ring" r={8} />}
          <path d={d} />
        </g>
      ))}
    </svg>
  )
}
