/** Clicks and keys on the map, found by what they hit. */
import { type FocusEvent, type KeyboardEvent, type MouseEvent, type RefObject, useEffect, useRef } from 'react'
import type { Zoom } from '../kit/zoom.ts'
import type { GlyphShape, MapShapes } from './layout.ts'
import { opStepFrom, stepFrom } from './steps.ts'
import type { Level } from './view.ts'
import type { ZoomMapProps } from './ZoomMap.tsx'

interface Around extends Pick<ZoomMapProps, 'selected' | 'selectedOp' | 'ops' | 'edges' | 'graphs' | 'onSelect' | 'onSelectOp' | 'onEnter'> {
  readonly shapes: MapShapes
  readonly level: Level
  readonly zoom: RefObject<Zoom | null>
  readonly host: RefObject<HTMLDivElement | null>
  readonly showSection: (key: string) => void
  /** Set to what is selected by a click: it is under the pointer, and stays there. */
  readonly clicked: RefObject<string | null>
  readonly fit: () => void
}

export interface MapEvents {
  readonly onClick: (event: MouseEvent) => void
  readonly onDoubleClick: (event: MouseEvent) => void
  readonly onKeyDown: (event: KeyboardEvent) => void
  readonly onFocus: (event: FocusEvent) => void
}

const ZOOM_STEP = 1.6

export function useMapEvents(around: Around): MapEvents {
  const { shapes, level, zoom, host, selected, selectedOp, ops, edges, graphs, onSelect, onSelectOp, onEnter, showSection, clicked, fit } = around
  const byKeys = useRef(false)

  /** What a key has selected takes the focus along. */
  useEffect(() => {
    if (!byKeys.current) return
    const own = selectedOp !== null ? host.current?.querySelector<SVGGElement>(`[data-op="${CSS.escape(selectedOp)}"]`) : null
    // Ops of a unit that has only come into view are not laid out yet.
    const unit = shapes.glyphs.find((g) => g.item.key === selected)?.item.kind === 'unit'
    if (selectedOp !== null && !own && level === 'ops' && unit && selected !== null && !graphs.has(selected)) return
    const target = own ?? (selected === null ? null : host.current?.querySelector<SVGGElement>(`[data-key="${CSS.escape(selected)}"]`))
    if (!target) return
    byKeys.current = false
    target.focus({ preventScroll: true })
  }, [selected, selectedOp, level, graphs])

  const zoomKey = (key: string): boolean => {
    if (key === '+' || key === '=') zoom.current?.by(ZOOM_STEP)
    else if (key === '-' || key === '_') zoom.current?.by(1 / ZOOM_STEP)
    else if (key === '0') fit()
    else return false
    return true
  }
  const latest = useRef(zoomKey)
  latest.current = zoomKey
  useEffect(() => {
    const listen = (event: globalThis.KeyboardEvent) => {
      const typing = event.target instanceof Element && event.target.closest('input, textarea, select, dialog, [role=slider], [role=listbox]')
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing) return
      if (latest.current(event.key)) event.preventDefault()
    }
    addEventListener('keydown', listen)
    return () => removeEventListener('keydown', listen)
  }, [])

  const hit = (event: { readonly target: EventTarget }): { op?: string; layer?: number; glyph?: GlyphShape } => {
    const element = event.target instanceof Element ? event.target : null
    const op = element?.closest<SVGElement>('[data-op]')
    if (op) return { op: op.dataset.op ?? '', layer: Number(op.dataset.layer) }
    const key = element?.closest<SVGElement>('[data-key]')?.dataset.key
    const glyph = shapes.glyphs.find((g) => g.item.key === key)
    return glyph ? { glyph } : {}
  }
  /** Far out there are no elements to hit: the canvas is asked by place. */
  const cellAt = (event: MouseEvent): GlyphShape | undefined => {
    const box = host.current?.getBoundingClientRect()
    const at = zoom.current?.transform
    if (!box || !at || level !== 'stages') return undefined
    const [x, y] = [(event.clientX - box.left - at.x) / at.k, (event.clientY - box.top - at.y) / at.k]
    return shapes.glyphs.find((g) => x >= g.x && x <= g.x + g.width && y >= g.y && y <= g.y + g.height)
  }
  const inside = (event: MouseEvent) => event.target instanceof Element && event.target.closest('[data-zoom="off"], button') === null
  const itemOf = (layer: number) => shapes.glyphs.find((g) => graphs.get(g.item.key)?.ops.some((o) => o.layer === layer))?.item.key

  return {
    onClick(event) {
      if (!inside(event)) return
      const { op, glyph = cellAt(event) } = hit(event)
      clicked.current = op ?? glyph?.item.key ?? null
      if (op !== undefined) onSelectOp(op)
      else if (glyph) onSelect(glyph.item.key)
    },
    onDoubleClick(event) {
      if (!inside(event)) return
      const { layer, glyph } = hit(event)
      const cell = cellAt(event)
      const section = cell && shapes.sections.find((s) => s.section.items.includes(cell.item))
      const key = layer === undefined ? glyph?.item.key : itemOf(layer)
      if (key !== undefined) onEnter(key)
      else if (section) showSection(section.section.key)
    },
    onFocus(event) {
      const { op, glyph } = hit(event)
      if (!(event.target instanceof Element) || !event.target.matches(':focus-visible')) return
      if (op !== undefined && op !== selectedOp) onSelectOp(op)
      else if (glyph && glyph.item.key !== selected) onSelect(glyph.item.key)
    },
    onKeyDown(event) {
      const { layer, glyph } = hit(event)
      if (event.ctrlKey || event.metaKey || event.altKey || (layer === undefined && !glyph)) return
      if (event.key === 'Enter' || event.key === ' ') {
        const key = glyph?.item.key ?? (layer === undefined ? undefined : itemOf(layer))
        if (key !== undefined) onEnter(key)
      } else if (layer !== undefined) {
        const own = [...graphs.values()].find((g) => g.ops.some((o) => o.layer === layer))
        const next = ops.get(opStepFrom(layer, event.key, edges, own?.ops ?? []) ?? -1)
        if (!next) return
        byKeys.current = true
        onSelectOp(next.name)
      } else {
        const next = glyph && stepFrom(shapes.glyphs, glyph.item.key, event.key)
        if (!next) return
        byKeys.current = true
        onSelect(next.item.key)
      }
      event.preventDefault()
    },
  }
}
