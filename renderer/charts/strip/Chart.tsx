/** Draws the strip of layers. A click selects a layer, a drag a range; arrow keys walk, with Shift they extend the range. */
import { type KeyboardEvent, type PointerEvent, useMemo, useRef } from 'react'
import { costColour } from '../kit/colour.ts'
import type { Size } from '../kit/size.ts'
import { barAt, LEFT, type StripBar, stripLayout, visibleBars } from './layout.ts'

export interface StripChartProps {
  readonly bars: readonly StripBar[]
  readonly size: Size
  readonly label: string
  /** Selected layers, first and last index. */
  readonly range: readonly [number, number] | null
  readonly valueText: (value: number) => string
  readonly describe: (index: number) => string
  readonly sectionLabel: (key: string) => string
  readonly onRange: (from: number, to: number) => void
}

export function StripChart({ bars, size, label, range, valueText, describe, sectionLabel, onRange }: StripChartProps) {
  const shapes = useMemo(() => stripLayout(bars, size), [bars, size])
  const visible = useMemo(() => visibleBars(shapes), [shapes])
  const start = useRef<number | null>(null)
  const at = (event: PointerEvent<SVGSVGElement>) => barAt(shapes, event.clientX - event.currentTarget.getBoundingClientRect().left)
  const down = (event: PointerEvent<SVGSVGElement>) => {
    const i = at(event)
    if (i < 0) return
    event.currentTarget.setPointerCapture(event.pointerId)
    start.current = i
    onRange(i, i)
  }
  const move = (event: PointerEvent<SVGSVGElement>) => {
    if (start.current === null) return
    const i = at(event)
    onRange(Math.min(start.current, i), Math.max(start.current, i))
  }
  const keys = (event: KeyboardEvent) => {
    const last = bars.length - 1
    const [from, to] = range ?? [-1, -1]
    const target = { ArrowRight: to + 1, ArrowLeft: from < 0 ? 0 : from - 1, Home: 0, End: last }[event.key]
    if (target === undefined || last < 0) return
    event.preventDefault()
    const i = Math.min(Math.max(target, 0), last)
    if (event.shiftKey && range) onRange(Math.min(from, i), Math.max(to, i))
    else onRange(i, i)
  }
  const now = range?.[0] ?? 0
  return (
    <svg
      className="strip-chart"
      width={size.width}
      height={size.height}
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a strip of bars is one slider over layers
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={Math.max(bars.length - 1, 0)}
      aria-valuenow={now}
      aria-valuetext={range ? describe(now) : label}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={() => {
        start.current = null
      }}
      onKeyDown={keys}
    >
      <text className="strip-axis" x={LEFT - 6} y={shapes.top + 8}>
        {valueText(shapes.greatest)}
      </text>
      <text className="strip-axis" x={LEFT - 6} y={shapes.baseline}>
        0
      </text>
      <line className="strip-line" x1={LEFT} x2={size.width - 4} y1={shapes.baseline + 0.5} y2={shapes.baseline + 0.5} />
      {shapes.sections.map(({ key, x, width }) => (
        <g key={`${key}@${x}`}>
          <line className="strip-line" x1={x - 0.5} x2={x - 0.5} y1={shapes.top} y2={size.height - 4} />
          {width > 36 && (
            <text className="strip-section" x={x + 4} y={size.height - 6}>
              {sectionLabel(key)}
            </text>
          )}
        </g>
      ))}
      {range && shapes.bars[range[0]] && (
        <rect
          className="strip-range"
          x={shapes.bars[range[0]]?.x}
          y={shapes.top}
          width={(range[1] - range[0] + 1) * shapes.step}
          height={shapes.baseline - shapes.top}
        />
      )}
      {visible.map((bar) => (
        <rect key={bar.index} x={bar.x} y={bar.y} width={bar.width} height={bar.height} fill={costColour(bar.share)}>
          <title>{describe(bar.index)}</title>
        </rect>
      ))}
      {range && shapes.bars[range[0]] && (
        <rect
          className="strip-mark"
          x={shapes.bars[range[0]]?.x}
          y={shapes.baseline + 1}
          width={Math.max((range[1] - range[0] + 1) * shapes.step - 1, 2)}
          height={3}
        />
      )}
    </svg>
  )
}
