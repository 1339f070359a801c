/** Draws the times of layers on several machines as rows of bars; a click or the arrow keys select a layer. */
import { type KeyboardEvent, useEffect, useId, useMemo, useRef } from 'react'
import { type LayerBarRow, layerBarsLayout, rowBeside } from './layerBars.ts'
import { type SeriesLook, SeriesPatterns, seriesFill } from './series.tsx'

export interface LayerBarsProps {
  readonly rows: readonly LayerBarRow[]
  readonly width: number
  readonly looks: readonly SeriesLook[]
  readonly label: string
  /** First and last index of the selected layers. */
  readonly range: readonly [number, number] | null
  readonly valueText: (ms: number) => string
  readonly describe: (row: LayerBarRow) => string
  readonly onSelect: (row: LayerBarRow) => void
}

const CHARACTER = 6.7

export function LayerBars({ rows, width, looks, label, range, valueText, describe, onSelect }: LayerBarsProps) {
  const shapes = useMemo(() => layerBarsLayout(rows, width), [rows, width])
  const id = useId()
  const active = useRef<SVGGElement>(null)
  const { left, right, rowHeight, barHeight, height } = shapes
  const isSelected = (index: number) => range !== null && index >= range[0] && index <= range[1]
  const first = range && rows.find((r) => isSelected(r.index))
  const at = first?.index ?? null
  useEffect(() => {
    if (at !== null) active.current?.scrollIntoView({ block: 'nearest' })
  }, [at])
  const keys = (event: KeyboardEvent) => {
    const target = rowBeside(rows, at, event.key)
    if (!target) return
    event.preventDefault()
    onSelect(target)
  }
  const room = Math.floor((left - 12) / CHARACTER)
  return (
    <svg
      className="device-bars"
      width={width}
      height={height}
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a select cannot hold a picture
      role="listbox"
      tabIndex={0}
      aria-label={label}
      aria-activedescendant={at === null ? undefined : `${id}${at}`}
      onKeyDown={keys}
    >
      <SeriesPatterns id={id} looks={looks} />
      {shapes.ticks.map((tick) => (
        <line key={tick.label} className="device-grid" x1={tick.at} x2={tick.at} y1={0} y2={height} />
      ))}
      {shapes.rows.map(({ row, y, bars }) => (
        <g
          key={row.index}
          id={`${id}${row.index}`}
          ref={row.index === at ? active : undefined}
          className={isSelected(row.index) ? 'device-row is-selected' : 'device-row'}
          role="option"
          aria-selected={isSelected(row.index)}
          aria-label={describe(row)}
          tabIndex={-1}
          onClick={() => onSelect(row)}
        >
          <title>{describe(row)}</title>
          <rect className="device-row-ground" x={0} y={y} width={width} height={rowHeight} />
          <text className="device-row-name" x={left - 8} y={y + rowHeight / 2 + 4}>
            {shortened(row.name, room)}
          </text>
          {bars.map((bar) => (
            <rect
              key={bar.series}
              className="device-bar"
              x={left}
              y={bar.y}
              width={bar.width}
              height={barHeight}
              fill={seriesFill(id, bar.series, looks[bar.series])}
            />
          ))}
          <text className="device-row-value" x={right + VALUE_AT} y={y + rowHeight / 2 + 4}>
            {row.values[0] === null || row.values[0] === undefined ? '–' : valueText(row.values[0])}
          </text>
        </g>
      ))}
    </svg>
  )
}

const VALUE_AT = 54

/** The end of a name tells layers apart. */
function shortened(name: string, most: number): string {
  return name.length <= most ? name : `…${name.slice(name.length - most + 1)}`
}
