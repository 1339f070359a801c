/** Draws lines with their points and intervals; the pointer and the arrow keys find a point. */
import { type KeyboardEvent, type PointerEvent, useId, useMemo } from 'react'
import { XGrid, YGrid } from '../kit/axis.tsx'
import type { Size } from '../kit/size.ts'
import { type LineMark, type LinesData, lineMarkAt, lineMarkBeside, linesLayout } from './lines.ts'
import { seriesColour } from './series.tsx'

export interface LinesProps {
  readonly data: LinesData
  readonly size: Size
  readonly texts: { readonly label: string; readonly x: string; readonly y: string; readonly level?: string }
  readonly hovered: LineMark | null
  readonly describe: (mark: LineMark) => string
  readonly onHover: (mark: LineMark | null) => void
  /** Series whose figures are not a device's: dashed. */
  readonly doubtful: readonly boolean[]
}

const REACH = 24
/** Above it, points would hide the line. */
const MOST_DOTS = 60

export function Lines({ data, size, texts, hovered, describe, onHover, doubtful }: LinesProps) {
  const shapes = useMemo(() => linesLayout(data, size), [data, size])
  const id = useId()
  const move = (event: PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    onHover(lineMarkAt(shapes, event.clientX - box.left, event.clientY - box.top, REACH) ?? null)
  }
  const keys = (event: KeyboardEvent) => {
    const target = lineMarkBeside(shapes, hovered, event.key)
    if (!target) return
    event.preventDefault()
    onHover(target)
  }
  const same = (m: LineMark) => hovered?.series === m.series && hovered.at === m.at
  const dots = shapes.marks.length <= MOST_DOTS
  const active = hovered && shapes.marks.find(same)
  return (
    <svg
      className="device-lines"
      width={size.width}
      height={size.height}
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a select cannot hold a picture
      role="listbox"
      tabIndex={0}
      aria-label={texts.label}
      aria-activedescendant={active ? `${id}${active.series}-${active.at}` : undefined}
      onPointerMove={move}
      onPointerLeave={() => onHover(null)}
      onBlur={() => onHover(null)}
      onKeyDown={keys}
    >
      <XGrid name="device" plot={shapes} ticks={shapes.xTicks} />
      <YGrid name="device" plot={shapes} ticks={shapes.yTicks} />
      <text className="device-axis" x={0} y={12}>
        {texts.y}
      </text>
      <text className="device-axis is-x" x={shapes.right} y={shapes.bottom + 31}>
        {texts.x}
      </text>
      {shapes.level !== null && (
        <g>
          <line className="device-level" x1={shapes.left} x2={shapes.right} y1={shapes.level} y2={shapes.level} />
          <text className="device-level-name" x={shapes.right} y={shapes.level - 5}>
            {texts.level}
          </text>
        </g>
      )}
      {shapes.paths.map((d, i) => (
        <path key={i} className={doubtful[i] ? 'device-line is-doubtful' : 'device-line'} d={d} stroke={seriesColour(i)} />
      ))}
      {shapes.marks.map((m) => (
        <g key={`${m.series}-${m.at}`} id={`${id}${m.series}-${m.at}`} role="option" aria-selected={same(m)} aria-label={describe(m)}>
          {m.low !== null && m.high !== null && <line className="device-whisker" x1={m.x} x2={m.x} y1={m.low} y2={m.high} />}
          <circle
            cx={m.x}
            cy={m.y}
            r={same(m) ? 5 : dots ? 3 : 0}
            fill={doubtful[m.series] ? 'var(--ground)' : seriesColour(m.series)}
            stroke={seriesColour(m.series)}
          />
        </g>
      ))}
    </svg>
  )
}
