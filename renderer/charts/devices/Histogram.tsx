/** Draws the distribution of latency; the pointer and the arrow keys find a bin. */
import { type KeyboardEvent, useId, useMemo } from 'react'
import { XGrid, YGrid } from '../kit/axis.tsx'
import type { Size } from '../kit/size.ts'
import { binBeside, type HistogramBin, type HistogramData, histogramLayout } from './histogram.ts'
import { type SeriesLook, SeriesPatterns, seriesFill } from './series.tsx'

export interface HistogramProps {
  readonly data: HistogramData
  readonly size: Size
  readonly look: SeriesLook
  readonly texts: { readonly label: string; readonly x: string; readonly y: string }
  readonly markText: (key: string) => string
  readonly hovered: number | null
  readonly describe: (bin: HistogramBin) => string
  readonly onHover: (bin: HistogramBin | null, at: number | null) => void
}

export function Histogram({ data, size, look, texts, markText, hovered, describe, onHover }: HistogramProps) {
  const shapes = useMemo(() => histogramLayout(data, size), [data, size])
  const id = useId()
  const { bottom, top, right } = shapes
  const keys = (event: KeyboardEvent) => {
    const at = binBeside(shapes, hovered, event.key)
    if (at === undefined) return
    event.preventDefault()
    onHover(shapes.bins[at] ?? null, at)
  }
  return (
    <svg
      className="device-histogram"
      width={size.width}
      height={size.height}
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a select cannot hold a picture
      role="listbox"
      tabIndex={0}
      aria-label={texts.label}
      aria-activedescendant={hovered === null ? undefined : `${id}${hovered}`}
      onPointerLeave={() => onHover(null, null)}
      onBlur={() => onHover(null, null)}
      onKeyDown={keys}
    >
      <SeriesPatterns id={id} looks={[look]} />
      <XGrid name="device" plot={shapes} ticks={shapes.xTicks} />
      <YGrid name="device" plot={shapes} ticks={shapes.yTicks} />
      <text className="device-axis" x={0} y={12}>
        {texts.y}
      </text>
      <text className="device-axis is-x" x={right} y={bottom + 31}>
        {texts.x}
      </text>
      {shapes.bins.map((b, i) => (
        <g
          key={b.from}
          id={`${id}${i}`}
          className="device-bin"
          role="option"
          aria-selected={i === hovered}
          aria-label={describe(b)}
          onPointerEnter={() => onHover(b, i)}
        >
          <rect className="device-bin-reach" x={b.x} y={top} width={b.width + 1} height={bottom - top} />
          <rect
            className={i === hovered ? 'is-hovered' : undefined}
            x={b.x}
            y={b.y}
            width={b.width}
            height={bottom - b.y}
            fill={seriesFill(id, 0, look)}
          />
        </g>
      ))}
      {shapes.marks.map((m) => (
        <g key={m.key} className="device-quantile">
          <line x1={m.x} x2={m.x} y1={m.labelY - 8} y2={bottom} />
          <text x={m.x + (m.side === 'start' ? 5 : -5)} y={m.labelY + 2} textAnchor={m.side}>
            {markText(m.key)}
          </text>
        </g>
      ))}
    </svg>
  )
}
