/** Names of the stages over the map: they keep their size, and far out they are what one clicks on. */
import { type RefObject, useImperativeHandle, useRef } from 'react'
import type { Transform } from '../kit/zoom.ts'
import type { MapShapes } from './layout.ts'
import type { Level } from './view.ts'

export interface TitlesHandle {
  place(transform: Transform): void
}

export interface SectionTitlesProps {
  readonly shapes: MapShapes
  readonly level: Level
  readonly handle: RefObject<TitlesHandle | null>
  readonly selected: string | null
  readonly onChoose: (key: string) => void
}

/** Above the stage; far out there is less room. */
const HEIGHT = { stages: 20, units: 23, ops: 23 } as const

export function SectionTitles({ shapes, level, handle, selected, onChoose }: SectionTitlesProps) {
  const root = useRef<HTMLDivElement>(null)
  useImperativeHandle(
    handle,
    () => ({
      place({ k, x, y }) {
        shapes.sections.forEach(({ box }, i) => {
          const title = root.current?.children[i]
          if (!(title instanceof HTMLElement)) return
          title.style.transform = `translate(${x + k * box.x - 5}px, ${y + k * box.y - HEIGHT[level]}px)`
        })
      },
    }),
    [shapes, level],
  )
  return (
    <div className={`map-titles is-${level}`} ref={root}>
      {shapes.sections.map(({ section }) => (
        <button
          key={section.key}
          type="button"
          className={`map-title${section.items.some((i) => i.key === selected) ? ' is-selected' : ''}`}
          tabIndex={level === 'stages' ? 0 : -1}
          onClick={(e) => {
            e.stopPropagation()
            onChoose(section.key)
          }}
        >
          <span className="map-title-name">{section.label}</span>
          <span className="map-title-detail">{section.detail}</span>
        </button>
      ))}
    </div>
  )
}
