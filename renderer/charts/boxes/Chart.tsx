/** Draws boxes over a photo; what is looked at stands out, and the others step back. A click picks the one under the pointer. */
import type { MouseEvent } from 'react'
import { groupColour, groupInk } from '../kit/colour.ts'
import type { Size } from '../kit/size.ts'
import { type BoxShape, boxAt } from './layout.ts'

export interface BoxesProps {
  readonly shapes: readonly BoxShape[]
  readonly size: Size
  /** Keys of what is looked at: a box, or those of two detectors that are one object. */
  readonly active: readonly number[]
  readonly label: string
  readonly onPoint: (key: number | null) => void
  readonly onPick: (key: number | null) => void
}

export function BoxesChart({ shapes, size, active, label, onPoint, onPick }: BoxesProps) {
  // The highest score lies on top, dashes on what they repeat, what is looked at above those, and the tags above all.
  const isActive = (key: number) => active.includes(key)
  const drawn = [...shapes].reverse().sort((a, b) => Number(isActive(a.key)) - Number(isActive(b.key)) || Number(a.isDashed) - Number(b.isDashed))
  const at = (event: MouseEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    return boxAt(shapes, event.clientX - box.left, event.clientY - box.top) ?? null
  }
  const isPicked = shapes.some((s) => isActive(s.key))
  const state = (key: number) => (!isPicked ? '' : isActive(key) ? ' is-active' : ' is-dim')
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
      {drawn.map(({ key, hue, isDashed, x, y, width, height }) => (
        <g key={key} className={`box${isDashed ? ' is-dashed' : ''}${state(key)}`}>
          <rect className="box-halo" x={x} y={y} width={width} height={height} />
          <rect className="box-frame" x={x} y={y} width={width} height={height} stroke={groupColour(hue)} />
        </g>
      ))}
      {drawn.map(({ key, hue, text, tag }) => (
        <g key={key} className={`box-name${state(key)}`}>
          <rect className="box-tag" x={tag.x} y={tag.y} width={tag.width} height={tag.height} fill={groupColour(hue)} />
          <text className="box-text" x={tag.x + 5} y={tag.y + 13} style={{ fill: groupInk(hue) }}>
            {text}
          </text>
        </g>
      ))}
    </svg>
  )
}
