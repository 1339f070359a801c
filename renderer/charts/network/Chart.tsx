/** Draws the map of a network: one glyph per unit, arrows along the flow. Arrow keys walk the glyphs. */
import { type KeyboardEvent, useEffect, useMemo, useRef } from 'react'
import { costColour, groupColour } from '../kit/colour.ts'
import type { Size } from '../kit/size.ts'
import { type GlyphShape, type MapItem, type MapSection, NARROW, networkLayout } from './layout.ts'

export interface NetworkChartProps {
  readonly sections: readonly MapSection[]
  readonly size: Size
  readonly label: string
  readonly selected: string | null
  /** A channel is traced: units show what of them it touches, and those that it does not touch step back. */
  readonly tracing?: boolean
  readonly describe: (item: MapItem) => string
  readonly onSelect: (key: string) => void
  /** Enter, or a click on what is selected already. */
  readonly onEnter: (key: string) => void
}

export function NetworkChart({ sections, size, label, selected, tracing = false, describe, onSelect, onEnter }: NetworkChartProps) {
  const shapes = useMemo(() => networkLayout(sections, size), [sections, size])
  const root = useRef<SVGSVGElement>(null)
  const keyboard = useRef(false)
  const focusKey = shapes.glyphs.some((g) => g.item.key === selected) ? selected : (shapes.glyphs[0]?.item.key ?? null)

  useEffect(() => {
    if (!keyboard.current || selected === null) return
    keyboard.current = false
    root.current?.querySelector<SVGGElement>(`[data-key="${CSS.escape(selected)}"]`)?.focus()
  }, [selected])

  const keys = (glyph: GlyphShape, index: number) => (event: KeyboardEvent) => {
    const target = step(shapes.glyphs, index, event.key)
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault()
      onEnter(glyph.item.key)
    } else if (target) {
      event.preventDefault()
      keyboard.current = true
      onSelect(target.item.key)
    }
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot hold a picture
    <svg ref={root} className="network-chart" width={shapes.width} height={shapes.height} role="group" aria-label={label}>
      <defs>
        <marker id="network-arrow" viewBox="0 0 6 6" refX="5" refY="3" markerWidth="6" markerHeight="6" orient="auto">
          <path d="M0 0.5L5 3L0 5.5z" fill="var(--line-strong)" />
        </marker>
      </defs>
      {shapes.sections.map(({ section, y }) => (
        <text key={section.key} className="network-section" x={20} y={y}>
          {section.label}
          <tspan className="network-section-detail" dx={8}>
            {section.detail}
          </tspan>
        </text>
      ))}
      {shapes.arrows.map((d) => (
        <path key={d} className="network-arrow" d={d} markerEnd="url(#network-arrow)" />
      ))}
      {shapes.glyphs.map((glyph, i) => (
        // biome-ignore lint/a11y/useSemanticElements: an SVG group cannot be a button element
        <g
          key={glyph.item.key}
          data-key={glyph.item.key}
          className={`glyph is-${glyph.item.kind}${glyph.item.key === selected ? ' is-selected' : ''}${tracing && glyph.reach.length === 0 ? ' is-away' : ''}`}
          role="button"
          tabIndex={glyph.item.key === focusKey ? 0 : -1}
          aria-label={describe(glyph.item)}
          aria-pressed={glyph.item.key === selected}
          onClick={() => (glyph.item.kind === 'unit' ? onEnter(glyph.item.key) : onSelect(glyph.item.key))}
          onFocus={(e) => e.currentTarget.matches(':focus-visible') && selected !== glyph.item.key && onSelect(glyph.item.key)}
          onKeyDown={keys(glyph, i)}
        >
          <title>{describe(glyph.item)}</title>
          <rect className="glyph-box" x={glyph.x} y={glyph.y} width={glyph.width} height={glyph.height} rx={4} />
          {glyph.item.kind === 'unit' ? <UnitGlyph glyph={glyph} tracing={tracing} /> : <OpGlyph glyph={glyph} tracing={tracing} />}
        </g>
      ))}
    </svg>
  )
}

function UnitGlyph({ glyph, tracing }: { glyph: GlyphShape; tracing: boolean }) {
  const { item, x, y, width, height, share, picture } = glyph
  const narrow = width < NARROW
  const pad = narrow ? 8 : 12
  const facts = [item.groups > 1 ? `g${item.groups}` : '', item.stride > 1 ? `/${item.stride}` : ''].filter(Boolean).join(' ')
  return (
    <>
      <text className="glyph-label" x={x + pad} y={y + 17}>
        {narrow ? item.label.replace(/^Unit /, '') : item.label}
      </text>
      <text className="glyph-facts" x={x + width - pad} y={y + 17}>
        {facts}
      </text>
      {!tracing && picture.map(({ group, d, part }, i) => <path key={i} className={`glyph-${part}`} d={d} fill={groupColour(group)} />)}
      {tracing && <Reach glyph={glyph} />}
      {!tracing && (
        <>
          <rect className="glyph-track" x={x + pad} y={y + height - 10} width={width - 2 * pad} height={4} />
          <rect x={x + pad} y={y + height - 10} width={Math.max((width - 2 * pad) * share, 1)} height={4} fill={costColour(share)} />
        </>
      )}
      <text className="glyph-cost" x={x + width / 2} y={y + height - (tracing ? 9 : 15)}>
        {tracing ? touchedText(glyph) : item.costText}
      </text>
    </>
  )
}

/** What a trace touches of each group, on a track that is the whole group. */
function Reach({ glyph: { reach } }: { glyph: GlyphShape }) {
  return reach.map((bar) => (
    <g key={bar.y}>
      <rect className="glyph-track" x={bar.x} y={bar.y} width={bar.width} height={bar.height} />
      <rect x={bar.x} y={bar.y} width={Math.max(bar.width * bar.share, bar.share > 0 ? 2 : 0)} height={bar.height} fill={groupColour(bar.group)} />
    </g>
  ))
}

function touchedText({ item: { reach } }: GlyphShape): string {
  if (!reach) return ''
  const sum = (of: 'reached' | 'size') => reach.groups.reduce((total, g) => total + g[of], 0)
  return `${reach.side === 'before' ? '→ ' : ''}${sum('reached')} / ${sum('size')}${reach.side === 'after' ? ' →' : ''}`
}

function OpGlyph({ glyph, tracing }: { glyph: GlyphShape; tracing: boolean }) {
  const { item, x, y, width, height, share } = glyph
  const label = item.label.length > 17 ? `${item.label.slice(0, 16)}…` : item.label
  return (
    <>
      <text className="glyph-label is-op" x={x + 10} y={tracing || item.cost > 0 ? y + 15 : y + 23}>
        {label}
      </text>
      {tracing ? (
        <Reach glyph={glyph} />
      ) : (
        <text className="glyph-cost is-op" x={x + 10} y={y + 29}>
          {item.cost > 0 ? item.costText : ''}
        </text>
      )}
      {!tracing && item.cost > 0 && <rect x={x} y={y + height - 3} width={Math.max(width * share, 1)} height={3} fill={costColour(share)} />}
    </>
  )
}

/** The glyph that an arrow key leads to: the next in order, or the nearest one in the row above or below. */
function step(glyphs: readonly GlyphShape[], index: number, key: string): GlyphShape | undefined {
  const here = glyphs[index]
  if (!here) return undefined
  if (key === 'ArrowRight') return glyphs[index + 1]
  if (key === 'ArrowLeft') return glyphs[index - 1]
  if (key === 'Home') return glyphs[0]
  if (key === 'End') return glyphs.at(-1)
  if (key !== 'ArrowUp' && key !== 'ArrowDown') return undefined
  const rows = [...new Set(glyphs.map((g) => g.y))]
  const row = rows[rows.indexOf(here.y) + (key === 'ArrowDown' ? 1 : -1)]
  const candidates = glyphs.filter((g) => g.y === row)
  return candidates.sort((a, b) => Math.abs(a.x - here.x) - Math.abs(b.x - here.x))[0]
}
