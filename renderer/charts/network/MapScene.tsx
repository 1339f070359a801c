/** What the map shows of units and ops, in coordinates of the map: only what is near the window is drawn. */
import { memo, useMemo } from 'react'
import { groupColour } from '../kit/colour.ts'
import { Glyph } from './Glyph.tsx'
import type { ArrowShape, GlyphShape, MapItem, MapShapes } from './layout.ts'
import { type MapOp, OpGraphView } from './OpGraphView.tsx'
import type { OpGraphShape } from './opGraph.ts'
import { flowBands } from './traceFlow.ts'
import { type Box, type Level, meets } from './view.ts'

export interface SceneProps {
  readonly shapes: MapShapes
  readonly level: Level
  readonly k: number
  /** What is drawn; more than the window. */
  readonly near: Box
  readonly selected: string | null
  readonly selectedOp: string | null
  /** Key of the glyph, or name of the op, that the Tab key comes to. */
  readonly focusable: string | null
  readonly tracing: boolean
  readonly graphs: ReadonlyMap<string, OpGraphShape>
  readonly ops: ReadonlyMap<number, MapOp>
  readonly describe: (item: MapItem) => string
  readonly describeOp: (op: MapOp) => string
}

/** Words of the map keep this size on the screen once it is magnified further. */
const WORDS_GROW_TO = 1.25

export const MapScene = memo(function MapScene(props: SceneProps) {
  const { shapes, level, k, near, selected, selectedOp, focusable, tracing, graphs, ops, describe, describeOp } = props
  if (level === 'stages') return null
  const shrink = Math.min(1, WORDS_GROW_TO / k)
  const glyphs = shapes.glyphs.filter((g) => meets(g, near))
  const inside = level === 'ops' && !tracing
  return (
    <>
      <Arrows arrows={shapes.arrows} near={near} />
      <Links links={shapes.links} near={near} />
      {glyphs.map((glyph) => (
        <Glyph
          key={glyph.item.key}
          glyph={glyph}
          selected={glyph.item.key === selected}
          focusable={glyph.item.key === focusable}
          tracing={tracing}
          shrink={shrink}
          opened={inside && glyph.item.kind === 'unit' && graphs.has(glyph.item.key)}
          label={describe(glyph.item)}
        />
      ))}
      {tracing && <Bands glyphs={shapes.glyphs} near={near} />}
      {inside &&
        glyphs.map((glyph) => {
          const shape = glyph.item.kind === 'unit' ? graphs.get(glyph.item.key) : undefined
          if (!shape) return null
          return (
            <OpGraphView
              key={glyph.item.key}
              glyph={glyph}
              shape={shape}
              ops={ops}
              k={k}
              selected={glyph.item.key === selected ? selectedOp : null}
              focusable={focusable}
              describe={describeOp}
            />
          )
        })}
    </>
  )
})

function Arrows({ arrows, near }: { readonly arrows: readonly ArrowShape[]; readonly near: Box }) {
  return arrows.filter((a) => meets(a.box, near)).map(({ d }) => <path key={d} className="network-arrow" d={d} markerEnd="url(#network-arrow)" />)
}

function Links({ links, near }: { readonly links: readonly ArrowShape[]; readonly near: Box }) {
  return links.filter((a) => meets(a.box, near)).map(({ d }) => <path key={d} className="network-link" d={d} markerEnd="url(#network-arrow)" />)
}

function Bands({ glyphs, near }: { readonly glyphs: readonly GlyphShape[]; readonly near: Box }) {
  const bands = useMemo(() => flowBands(glyphs), [glyphs])
  return bands.filter((b) => meets(b.box, near)).map(({ d, group }) => <path key={d} className="flow-band" d={d} fill={groupColour(group)} />)
}

/** The heads of arrows. */
export function Markers() {
  return (
    <defs>
      <marker id="network-arrow" viewBox="0 0 6 6" refX="5" refY="3" markerWidth="6" markerHeight="6" orient="auto">
        <path d="M0 0.5L5 3L0 5.5z" fill="var(--line-strong)" />
      </marker>
      <marker id="op-arrow" viewBox="0 0 6 6" refX="5" refY="3" markerWidth="6" markerHeight="6" orient="auto">
        <path d="M0 0.5L5 3L0 5.5z" fill="var(--line-strong)" />
      </marker>
    </defs>
  )
}
