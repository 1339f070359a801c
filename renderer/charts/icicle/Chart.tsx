/** Draws an icicle. A click selects, a double click or Enter opens; arrow keys walk rows, parents and children. */
import { type KeyboardEvent, useId, useMemo } from 'react'
import { costColour } from '../kit/colour.ts'
import type { Size } from '../kit/size.ts'
import { cellBeside, type IcicleNode, icicleLayout } from './layout.ts'

export interface IcicleChartProps {
  readonly sections: readonly IcicleNode[]
  readonly size: Size
  readonly label: string
  readonly selected: ReadonlySet<string>
  /** Where arrow keys start; one of `selected`, or null. */
  readonly active: string | null
  readonly describe: (key: string, value: number) => string
  readonly onHover: (key: string | null) => void
  readonly onSelect: (key: string) => void
  readonly onEnter: (key: string) => void
}

export function IcicleChart({ sections, size, label, selected, active, describe, onHover, onSelect, onEnter }: IcicleChartProps) {
  const shapes = useMemo(() => icicleLayout(sections, size), [sections, size])
  const id = useId()
  const at = shapes.cells.findIndex((c) => c.key === active)
  const keys = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && active !== null) {
      event.preventDefault()
      onEnter(active)
      return
    }
    const target = cellBeside(shapes, at < 0 ? null : active, event.key)
    if (!target) return
    event.preventDefault()
    onSelect(target.key)
    onHover(target.key)
  }
  return (
    <svg
      className="icicle-chart"
      width={size.width}
      height={size.height}
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a select cannot hold a picture
      role="listbox"
      tabIndex={0}
      aria-label={label}
      aria-activedescendant={at < 0 ? undefined : `${id}${at}`}
      onPointerLeave={() => onHover(null)}
      onBlur={() => onHover(null)}
      onKeyDown={keys}
    >
      {shapes.cells.map((cell, i) => (
        <g
          key={cell.key}
          id={`${id}${i}`}
          className={`icicle-cell${cell.leaf ? ' is-leaf' : ''}${selected.has(cell.key) ? ' is-selected' : ''}`}
          role="option"
          tabIndex={-1}
          aria-selected={selected.has(cell.key)}
          aria-label={describe(cell.key, cell.value)}
          onPointerEnter={() => onHover(cell.key)}
          onClick={() => onSelect(cell.key)}
          onDoubleClick={() => onEnter(cell.key)}
        >
          <rect
            x={cell.x + 0.5}
            y={cell.y + 0.5}
            width={Math.max(cell.width - 1, 0.4)}
            height={cell.height - 1}
            fill={cell.leaf ? costColour(cell.share) : undefined}
          />
          {!cell.leaf && cell.text !== '' && (
            <text x={cell.x + cell.width / 2} y={cell.y + cell.height / 2 + 4}>
              {cell.text}
            </text>
          )}
        </g>
      ))}
    </svg>
  )
}
