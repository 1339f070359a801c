/** From stage to stage, what stands for the same thing moves from its old place to its new one. */
import { type RefObject, useLayoutEffect, useRef } from 'react'
import type { GlyphShape, MapShapes } from './layout.ts'
import { type MapOp, placedIn } from './OpGraphView.tsx'
import type { OpGraphShape } from './opGraph.ts'

interface Drawn {
  /** Names the model, and the stage of it. */
  readonly network: string
  readonly stage: string
  readonly shapes: MapShapes
  readonly graphs: ReadonlyMap<string, OpGraphShape>
  readonly ops: ReadonlyMap<number, MapOp>
}

interface Point {
  readonly x: number
  readonly y: number
}

const DURATION_MS = 300
/** Layouts that come later than this find the new stage looked at already. */
const PATIENCE_MS = 2000

/** Items of one stage by the item of another that stands for the same nodes of the loaded graph. Items of the same key need no match. */
export function matchItems(before: ReadonlyMap<number, MapOp>, after: ReadonlyMap<number, MapOp>): ReadonlyMap<string, string> {
  const kept = new Set([...before.values()].map((o) => o.item))
  const bySource = new Map<string, string>()
  for (const { item, name, sources } of before.values())
    for (const source of [name, ...sources]) if (!bySource.has(source)) bySource.set(source, item)
  const matches = new Map<string, string>()
  for (const { item, name, sources } of after.values()) {
    if (kept.has(item) || matches.has(item)) continue
    const same = [name, ...sources].find((s) => bySource.has(s))
    const old = same === undefined ? undefined : bySource.get(same)
    if (old !== undefined) matches.set(item, old)
  }
  return matches
}

/** Where ops are drawn on the map, by the names of the nodes that they stand for. */
export function opPlaces({ shapes, graphs, ops }: Pick<Drawn, 'shapes' | 'graphs' | 'ops'>): ReadonlyMap<string, Point> {
  const places = new Map<string, Point>()
  for (const glyph of shapes.glyphs) {
    const graph = graphs.get(glyph.item.key)
    if (!graph) continue
    const { scale, x, y } = placedIn(glyph, graph)
    for (const box of graph.ops) {
      const op = ops.get(box.layer)
      if (!op) continue
      for (const name of [op.name, ...op.sources]) places.set(name, { x: x + scale * box.x, y: y + scale * box.y })
    }
  }
  return places
}

/** Animates what is in `root` when `drawn` has become another stage of the same network. */
export function useMorph(root: RefObject<Element | null>, drawn: Drawn): void {
  const last = useRef(drawn)
  const from = useRef<{ readonly places: ReadonlyMap<string, Point>; readonly until: number; readonly moved: Set<string> } | null>(null)
  const { network, stage, shapes, graphs, ops } = drawn
  useLayoutEffect(() => {
    const old = last.current
    last.current = { network, stage, shapes, graphs, ops }
    const element = root.current
    if (!element || old.network !== network || matchMedia('(prefers-reduced-motion: reduce)').matches) {
      from.current = null
      return
    }
    if (old.stage !== stage) {
      from.current = { places: opPlaces(old), until: performance.now() + PATIENCE_MS, moved: new Set() }
      moveGlyphs(element, old, shapes, ops)
    }
    const start = from.current
    if (!start || performance.now() > start.until) return
    for (const [key, graph] of graphs) {
      const glyph = start.moved.has(key) ? undefined : shapes.glyphs.find((g) => g.item.key === key)
      if (!glyph) continue
      start.moved.add(key)
      moveOps(element, glyph, graph, ops, start.places)
    }
  }, [root, network, stage, shapes, graphs, ops])
}

function moveGlyphs(root: Element, old: Drawn, shapes: MapShapes, ops: ReadonlyMap<number, MapOp>): void {
  const places = new Map(old.shapes.glyphs.map((g) => [g.item.key, g]))
  const matches = matchItems(old.ops, ops)
  const glyphs = new Map(shapes.glyphs.map((g) => [g.item.key, g]))
  for (const element of root.querySelectorAll<SVGElement>('[data-key]')) {
    const key = element.dataset.key ?? ''
    const to = glyphs.get(key)
    const at = places.get(key) ?? places.get(matches.get(key) ?? '')
    if (!to) continue
    if (!at) element.animate([{ opacity: 0 }, { opacity: 1 }], { duration: DURATION_MS })
    else if (at.x !== to.x || at.y !== to.y) slide(element, `translate(${at.x - to.x}px, ${at.y - to.y}px)`, 'none')
  }
}

function moveOps(root: Element, glyph: GlyphShape, graph: OpGraphShape, ops: ReadonlyMap<number, MapOp>, places: ReadonlyMap<string, Point>): void {
  const { scale, x, y } = placedIn(glyph, graph)
  for (const box of graph.ops) {
    const op = ops.get(box.layer)
    const element = op && root.querySelector(`[data-op="${CSS.escape(op.name)}"]`)
    const behind = op ? [op.name, ...op.sources].flatMap((name) => places.get(name) ?? []) : []
    if (!element || behind.length === 0) continue
    const mean = (of: (p: Point) => number) => behind.reduce((sum, p) => sum + of(p), 0) / behind.length
    slide(element, `translate(${(mean((p) => p.x) - x) / scale}px, ${(mean((p) => p.y) - y) / scale}px)`, `translate(${box.x}px, ${box.y}px)`)
  }
}

function slide(element: Element, from: string, to: string): void {
  element.animate([{ transform: from }, { transform: to }], { duration: DURATION_MS, easing: 'cubic-bezier(0.65, 0, 0.35, 1)' })
}
