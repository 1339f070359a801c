/** Draws the signal-to-noise ratio of layers. The pointer finds the layer above or below it; a click, arrow keys select. */
import { type KeyboardEvent, type PointerEvent, useId, useMemo } from 'react'
import { YGrid } from '../kit/axis.tsx'
import type { Size } from '../kit/size.ts'
import { type LayerErrorPoint, layerErrorAt, layerErrorBeside, layerErrorsLayout } from './layout.ts'

export interface LayerErrorsChartProps {
  readonly points: readonly LayerErrorPoint[]
  readonly size: Size
  readonly texts: { readonly label: string; readonly y: string }
  readonly selected: string | null
  readonly hovered: string | null
  readonly sectionText: (section: string) => string
  readonly describe: (name: string) => string
  readonly onHover: (name: string | null) => void
  readonly onSelect: (name: string) => void
}

const CHARACTER = 6.2

export function LayerErrorsChart(props: LayerErrorsChartProps) {
  const { points, size, texts, selected, hovered, sectionText, describe, onHover, onSelect } = props
  const shapes = useMemo(() => layerErrorsLayout(points, size), [points, size])
  const id = useId()
  const { top, bottom, step } = shapes
  const active = shapes.marks.findIndex((m) => m.name === selected)
  const at = (event: PointerEvent<SVGSVGElement>) => layerErrorAt(shapes, event.clientX - event.currentTarget.getBoundingClientRect().left)
  const keys = (event: KeyboardEvent) => {
    const target = layerErrorBeside(shapes, selected, event.key)
    if (!target) return
    event.preventDefault()
    onSelect(target.name)
  }
  const bands = shapes.marks.filter((m) => m.name === selected || m.name === hovered)
  return (
    <svg
      className="layer-errors-chart"
      width={size.width}
      height={size.height}
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a select cannot hold a picture
      role="listbox"
      tabIndex={0}
      aria-label={texts.label}
      aria-activedescendant={active < 0 ? undefined : `${id}${active}`}
      onPointerMove={(event) => onHover(at(event)?.name ?? null)}
      onPointerLeave={() => onHover(null)}
      onPointerUp={(event) => {
        const mark = at(event)
        if (mark) onSelect(mark.name)
      }}
      onKeyDown={keys}
    >
      <g>
        {bands.map((m) => (
          <rect
            key={m.name}
            className={m.name === selected ? 'layer-errors-band is-selected' : 'layer-errors-band'}
            x={m.x - Math.max(step, 5) / 2}
            y={top}
            width={Math.max(step, 5)}
            height={bottom - top}
          />
        ))}
        <YGrid name="scatter" plot={shapes} ticks={shapes.yTicks} />
        <text className="scatter-axis" x={0} y={12}>
          {texts.y}
        </text>
        {shapes.sections.map(({ label, from, to }) => (
          <g key={from}>
            <line className="layer-errors-section" x1={from} x2={from} y1={top} y2={bottom + 4} />
            {sectionText(label).length * CHARACTER < to - from - 6 && (
              <text className="scatter-tick" x={from + 4} y={bottom + 15}>
                {sectionText(label)}
              </text>
            )}
          </g>
        ))}
        <path className="layer-errors-line" d={shapes.line} />
      </g>
      {shapes.marks.map(({ name, x, y, exact }, i) => (
        <g key={name} id={`${id}${i}`} className="layer-errors-mark" role="option" aria-selected={name === selected} aria-label={describe(name)}>
          {y === null ? (
            <line className="layer-errors-none" x1={x} x2={x} y1={bottom - 5} y2={bottom} />
          ) : (
            <circle className={exact ? 'is-exact' : undefined} cx={x} cy={y} r={name === selected ? 4 : 2.75} />
          )}
        </g>
      ))}
    </svg>
  )
}
