/** Draws a mixing curve. The pointer finds the nearest unit, a click selects it; arrow keys walk the units. */
import { type KeyboardEvent, type PointerEvent, useId, useMemo } from 'react'
import { YGrid } from '../kit/axis.tsx'
import type { Size } from '../kit/size.ts'
import { type MixingPanel, markAfter, markNear, mixingLayout } from './layout.ts'

export interface MixingChartProps {
  readonly panel: MixingPanel
  readonly size: Size
  readonly label: string
  /** Mark under the pointer or the keyboard. */
  readonly active: number | null
  readonly selected: number | null
  readonly describe: (index: number) => string
  /** With the x of the mark. */
  readonly onActive: (index: number | null, x: number) => void
  readonly onSelect?: (index: number) => void
}

export function MixingChart({ panel, size, label, active, selected, describe, onActive, onSelect }: MixingChartProps) {
  const shapes = useMemo(() => mixingLayout(panel, size), [panel, size])
  const id = useId()
  const { left, right, top, bottom, xs } = shapes
  const move = (index: number | undefined) => onActive(index ?? null, xs[index ?? -1] ?? 0)
  const near = (event: { clientX: number; currentTarget: SVGSVGElement }) =>
    markNear(shapes, event.clientX - event.currentTarget.getBoundingClientRect().left)
  const keys = (event: KeyboardEvent) => {
    const target = markAfter(shapes, active ?? selected, event.key)
    if (target !== undefined) move(target)
    else if (event.key === 'Enter' && active !== null && onSelect) onSelect(active)
    else return
    event.preventDefault()
  }
  return (
    <svg
      className="mixing-chart"
      width={size.width}
      height={size.height}
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a select cannot hold a picture
      role="listbox"
      tabIndex={0}
      aria-label={label}
      aria-activedescendant={active === null ? undefined : `${id}${active}`}
      onPointerMove={(event: PointerEvent<SVGSVGElement>) => move(near(event))}
      onPointerLeave={() => move(undefined)}
      onBlur={() => move(undefined)}
      onClick={(event) => {
        const index = near(event)
        if (index !== undefined) onSelect?.(index)
      }}
      onKeyDown={keys}
    >
      {shapes.stages.map((stage) => (
        <g key={stage.x}>
          <rect className="mixing-stage" x={stage.x} y={top - 4} width={stage.width} height={bottom - top + 8} rx={3} />
          <text className="mixing-tick is-x" x={stage.centre} y={bottom + 19}>
            {stage.label}
          </text>
        </g>
      ))}
      <YGrid name="mixing" plot={shapes} ticks={shapes.yTicks} gap={6} />
      {shapes.reference && (
        <g>
          <line className="mixing-reference" x1={left} x2={right} y1={shapes.reference.y} y2={shapes.reference.y} />
          <text className="mixing-tick" x={right + 5} y={shapes.reference.y + 4}>
            {shapes.reference.label}
          </text>
        </g>
      )}
      {active !== null && <line className="mixing-rule" x1={xs[active]} x2={xs[active]} y1={top - 4} y2={bottom + 4} />}
      {selected !== null && <line className="mixing-rule is-selected" x1={xs[selected]} x2={xs[selected]} y1={top - 4} y2={bottom + 4} />}
      {shapes.curves.map((curve) => (
        <g key={curve.id} className={`mixing-curve is-${curve.id}`}>
          {curve.bands.map((d) => (
            <path key={d} className="mixing-band" d={d} />
          ))}
          {curve.lines.map((d) => (
            <path key={d} className="mixing-line" d={d} />
          ))}
          {curve.dots.map(({ x, y }) => (
            <circle key={x} className="mixing-dot" cx={x} cy={y} r={size.width < 260 ? 2 : 3} />
          ))}
        </g>
      ))}
      {xs.map((x, i) => (
        <rect
          key={x}
          id={`${id}${i}`}
          className="mixing-hit"
          x={x - 4}
          y={top - 4}
          width={8}
          height={bottom - top + 8}
          role="option"
          aria-selected={i === selected}
          aria-label={describe(i)}
        />
      ))}
    </svg>
  )
}
