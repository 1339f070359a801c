/** Draws the roofline. The pointer finds the nearest layer, a click selects it; arrow keys walk the layers. */
import { type KeyboardEvent, type PointerEvent, useId, useMemo } from 'react'
import { XGrid, YGrid } from '../kit/axis.tsx'
import { costColour } from '../kit/colour.ts'
import type { Size } from '../kit/size.ts'
import { markAt, markBeside, type RooflineData, type RooflineMark, rooflineLayout } from './layout.ts'

export interface RooflineTexts {
  readonly label: string
  readonly x: string
  readonly xHint: string
  readonly y: string
  readonly peak: string
  readonly peakHint: string
  readonly memory: string
  readonly memoryHint: string
}

export interface RooflineChartProps {
  readonly data: RooflineData
  readonly size: Size
  readonly texts: RooflineTexts
  /** Selected layers, first and last index. */
  readonly range: readonly [number, number] | null
  readonly hovered: number | null
  readonly describe: (index: number) => string
  readonly onHover: (mark: RooflineMark | null) => void
  readonly onSelect: (index: number) => void
}

const REACH = 20

export function RooflineChart({ data, size, texts, range, hovered, describe, onHover, onSelect }: RooflineChartProps) {
  const shapes = useMemo(() => rooflineLayout(data, size), [data, size])
  const id = useId()
  const { right, top, bottom } = shapes
  const at = (event: { clientX: number; clientY: number; currentTarget: SVGSVGElement }) => {
    const box = event.currentTarget.getBoundingClientRect()
    return markAt(shapes, event.clientX - box.left, event.clientY - box.top, REACH)
  }
  const isSelected = (index: number) => range !== null && index >= range[0] && index <= range[1]
  const active = range && range[0] === range[1] && shapes.marks.some((m) => m.index === range[0]) ? range[0] : null
  const keys = (event: KeyboardEvent) => {
    const target = markBeside(shapes, active, event.key)
    if (!target) return
    event.preventDefault()
    onSelect(target.index)
    onHover(target)
  }
  return (
    <svg
      className="roofline-chart"
      width={size.width}
      height={size.height}
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a select cannot hold a picture
      role="listbox"
      tabIndex={0}
      aria-label={texts.label}
      aria-activedescendant={active === null ? undefined : `${id}${active}`}
      onPointerMove={(event: PointerEvent<SVGSVGElement>) => onHover(at(event) ?? null)}
      onPointerLeave={() => onHover(null)}
      onBlur={() => onHover(null)}
      onClick={(event) => {
        const mark = at(event)
        if (mark) onSelect(mark.index)
      }}
      onKeyDown={keys}
    >
      <g>
        <XGrid name="roofline" plot={shapes} ticks={shapes.xTicks} />
        <YGrid name="roofline" plot={shapes} ticks={shapes.yTicks} />
        <text className="roofline-axis is-y" x={20} y={top - 8}>
          {texts.y}
        </text>
        <text className="roofline-axis is-x" x={right} y={bottom + 32}>
          {texts.x}
          <title>{texts.xHint}</title>
        </text>
        <path className="roofline-roof" d={shapes.roof} />
        <text className="roofline-name is-peak" x={shapes.peak.x} y={shapes.peak.y - 6}>
          {texts.peak}
          <title>{texts.peakHint}</title>
        </text>
        <text
          className="roofline-name is-memory"
          transform={`translate(${shapes.memory.x},${shapes.memory.y}) rotate(${shapes.memory.angle}) translate(0,-6)`}
        >
          {texts.memory}
          <title>{texts.memoryHint}</title>
        </text>
      </g>
      {shapes.marks.map(({ index, x, y, d, share }) => (
        <g
          key={index}
          id={`${id}${index}`}
          className={isSelected(index) ? 'roofline-mark is-selected' : 'roofline-mark'}
          transform={`translate(${x},${y})`}
          role="option"
          aria-selected={isSelected(index)}
          aria-label={describe(index)}
        >
          {(isSelected(index) || index === hovered) && <circle className="roofline-ring" r={9} />}
          <path className="roofline-symbol" d={d} fill={costColour(share)} />
        </g>
      ))}
    </svg>
  )
}
