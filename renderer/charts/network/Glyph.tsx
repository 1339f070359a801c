/** One unit or op of the map. */
import { memo, useMemo } from 'react'
import { costColour, groupColour } from '../kit/colour.ts'
import { type GlyphShape, NARROW, padOf } from './layout.ts'
import { pictureOf } from './picture.ts'
import { flowParts } from './traceFlow.ts'

export interface GlyphProps {
  readonly glyph: GlyphShape
  readonly selected: boolean
  readonly focusable: boolean
  readonly tracing: boolean
  /** Words shrink by this where the map is magnified, so that they stay words and do not become posters. */
  readonly shrink: number
  /** Its ops are drawn in place of its picture. */
  readonly opened: boolean
  readonly label: string
}

/** Events are handled by the map, which finds the glyph by its key. */
export const Glyph = memo(function Glyph({ glyph, selected, focusable, tracing, shrink, opened, label }: GlyphProps) {
  const { item, x, y, width, height, reach } = glyph
  return (
    // biome-ignore lint/a11y/useSemanticElements: an SVG group cannot be a button element
    <g
      data-key={item.key}
      className={`glyph is-${item.kind}${selected ? ' is-selected' : ''}${tracing && reach.length === 0 ? ' is-away' : ''}`}
      role="button"
      tabIndex={focusable ? 0 : -1}
      aria-label={label}
      aria-pressed={selected}
    >
      <title>{label}</title>
      <rect className="glyph-box" x={x} y={y} width={width} height={height} rx={4 * shrink} />
      {item.kind === 'unit' ? (
        <UnitGlyph glyph={glyph} tracing={tracing} shrink={shrink} opened={opened} />
      ) : (
        <OpGlyph glyph={glyph} tracing={tracing} shrink={shrink} />
      )}
    </g>
  )
})

function UnitGlyph({ glyph, tracing, shrink, opened }: { glyph: GlyphShape; tracing: boolean; shrink: number; opened: boolean }) {
  const { item, x, y, width, height, share } = glyph
  const narrow = width < NARROW
  const pad = padOf(width) * (shrink < 1 ? Math.max(shrink, 0.3) : 1)
  const facts = [item.groups > 1 ? `g${item.groups}` : '', item.stride > 1 ? `/${item.stride}` : ''].filter(Boolean).join(' ')
  const head = y + 4 + 13 * shrink
  return (
    <>
      <text className="glyph-label" x={x + pad} y={head} style={{ fontSize: 12 * shrink }}>
        {narrow && shrink === 1 ? item.label.replace(/^\D+ /, '') : item.label}
      </text>
      <text className="glyph-facts" x={x + width - pad} y={head} style={{ fontSize: 11 * shrink }}>
        {opened && item.costText ? `${facts}  ${item.costText}` : facts}
      </text>
      {!opened && !tracing && <Picture glyph={glyph} />}
      {!opened && tracing && <Flow glyph={glyph} />}
      {!opened && !tracing && (
        <>
          <rect className="glyph-track" x={x + pad} y={y + height - 10} width={width - 2 * pad} height={4} />
          {share !== null && (
            <rect x={x + pad} y={y + height - 10} width={Math.max((width - 2 * pad) * share, 1)} height={4} fill={costColour(share)} />
          )}
        </>
      )}
      {!opened && (
        <text className="glyph-cost" x={x + width / 2} y={y + height - (tracing ? 9 : 15)} style={{ fontSize: 11 * Math.max(shrink, 0.7) }}>
          {tracing ? touchedText(glyph) : item.costText}
        </text>
      )}
    </>
  )
}

const Picture = memo(function Picture({ glyph }: { glyph: GlyphShape }) {
  const parts = useMemo(() => pictureOf(glyph), [glyph])
  return parts.map(({ group, d, part }, i) => <path key={i} className={`glyph-${part}`} d={d} fill={groupColour(group)} />)
})

const Flow = memo(function Flow({ glyph }: { glyph: GlyphShape }) {
  const parts = useMemo(() => flowParts(glyph), [glyph])
  return parts.map(({ group, d, part }, i) => (
    <path key={i} className={`flow-${part}`} d={d} {...(part === 'track' ? {} : { fill: groupColour(group) })} />
  ))
})

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

function OpGlyph({ glyph, tracing, shrink }: { glyph: GlyphShape; tracing: boolean; shrink: number }) {
  const { item, x, y, width, height, share } = glyph
  const room = Math.round(17 / shrink)
  const label = item.label.length > room ? `${item.label.slice(0, room - 1)}…` : item.label
  const valued = item.costText !== ''
  const size = Math.max(shrink, 0.6)
  return (
    <>
      <text className="glyph-label is-op" x={x + 10} y={tracing || valued ? y + 15 : y + 23} style={{ fontSize: 12 * size }}>
        {label}
      </text>
      {tracing ? (
        <Reach glyph={glyph} />
      ) : (
        <text className="glyph-cost is-op" x={x + 10} y={y + 29} style={{ fontSize: 11 * size }}>
          {item.costText}
        </text>
      )}
      {!tracing && share !== null && valued && (
        <rect x={x} y={y + height - 3} width={Math.max(width * share, 1)} height={3} fill={costColour(share)} />
      )}
    </>
  )
}
