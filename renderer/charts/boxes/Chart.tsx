/** Draws boxes over a photo; one that is looked at stands out, and the others step back. A click picks the one under the pointer. */
import type { MouseEvent } from 'react'
import { groupColour, groupInk } from '../kit/colour.ts'
import type { Size } from '../kit/size.ts'
import { type BoxShape, boxAt } from './layout.ts'

export interface BoxesProps {
  readonly shapes: readonly BoxShape[]
  readonly size: Size
  readonly active: number | null
  readonly label: string
  readonly onPoint: (key: number | null) => void
  readonly onPick: (key: number | null) => void
}

export function BoxesChart({ shapes, size, active, label, onPoint, onPick }: BoxesProps) {
  // The highest score lies on top, and what is looked at above all.
  const drawn = [...shapes].reverse().sort((a, b) => Number(a.key === active) - Number(b.key === active))
  const at = (event: MouseEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    return boxAt(shapes, event.clientX - box.left, event.clientY - box.top) ?? null
  }
  const isPicked = shapes.some((s) => s.key === active)
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list beside the photo does the same from the keyboard
    <svg
      className="boxes"
      width={size.width}
      height={size.height}
      role="img"
      aria-label={label}
      onPointerMove={(event) => onPoint(at(event))}
      onPointerLeave={() => onPoint(null)}
      onClick={(event) => onPick(at(event))}
    >
      {drawn.map(({ key, hue, text, x, y, width, height, tag }) => (
        <g key={key} className={!isPicked ? 'box' : key === active ? 'box is-active' : 'box is-dim'}>
          <rect className="box-halo" x={x} y={y} width={width} height={height} />
          <rect className="box-frame" x={x} y={y} width={width} height={height} stroke={groupColour(hue)} />
          <rect className="box-tag" x={tag.x} y={tag.y} width={tag.width} height={tag.height} fill={groupColour(hue)} />
          <text className="box-text" x={tag.x + 5} y={tag.y + 13} fill={groupInk(hue)}>
            {text}
          </text>
        </g>
      ))}
    </svg>
  )
}
