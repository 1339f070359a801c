/** The ops of one unit as a directed graph, laid out by dagre: pure, slow enough for a worker. */
import { Graph, layout } from '@dagrejs/dagre'
import type { Box } from './view.ts'

export interface OpGraph {
  readonly key: string
  /** Room for it in the map: it is laid out in the direction that fills this best. */
  readonly aspect: number
  /** Indices of its layers. */
  readonly ops: readonly number[]
  /** Layers that read from each other; -1 stands for what comes in from outside. */
  readonly edges: readonly (readonly [number, number])[]
}

export interface OpGraphShape {
  readonly key: string
  readonly width: number
  readonly height: number
  readonly ops: readonly (Box & { readonly layer: number })[]
  /** Where what comes in from outside begins; null where nothing does. */
  readonly inlet: { readonly x: number; readonly y: number } | null
  readonly edges: readonly { readonly from: number; readonly to: number; readonly d: string }[]
}

export const OP_WIDTH = 138
export const OP_HEIGHT = 44
const RANK_GAP = 20
const NODE_GAP = 14
const COLUMN_GAP = 30
const MARGIN = 4
/** Stands for what comes in from outside. */
const INLET = -1
const INLET_SIZE = 10

function heightOf(layer: number): number {
  return layer === INLET ? INLET_SIZE : OP_HEIGHT
}
/** A long chain is folded into at most this many columns. */
const MOST_COLUMNS = 6

/** Ops as boxes of one size, edges as curves between them. Ranks go downwards, folded into as many columns as fill a box of aspect `graph.aspect` best. */
export function opGraphLayout(graph: OpGraph): OpGraphShape {
  const chain = ranked(graph)
  const scale = (shape: OpGraphShape) => Math.min(graph.aspect / shape.width, 1 / shape.height)
  let best = folded(chain, 1)
  for (let columns = 2; columns <= Math.min(MOST_COLUMNS, chain.ranks.length); columns++) {
    const other = folded(chain, columns)
    if (scale(other) > scale(best)) best = other
  }
  return best
}

interface Point {
  readonly x: number
  readonly y: number
}

interface Ranked {
  readonly key: string
  /** Middles of the boxes, by layer. */
  readonly places: ReadonlyMap<number, Point>
  /** Heights at which there are boxes, ascending. */
  readonly ranks: readonly number[]
  readonly edges: readonly { readonly from: number; readonly to: number; readonly points: readonly Point[] }[]
}

/** By dagre, from top to bottom. */
function ranked({ key, ops, edges }: OpGraph): Ranked {
  const graph = new Graph({ multigraph: false })
  graph.setGraph({ rankdir: 'TB', ranksep: RANK_GAP, nodesep: NODE_GAP, edgesep: 8 })
  graph.setDefaultEdgeLabel(() => ({}))
  const all = edges.some(([from]) => from === INLET) ? [INLET, ...ops] : ops
  const inside = new Set(all)
  for (const op of all) graph.setNode(String(op), { width: op === INLET ? INLET_SIZE : OP_WIDTH, height: heightOf(op) })
  for (const [from, to] of edges) if (from !== to && inside.has(from) && inside.has(to)) graph.setEdge(String(from), String(to))
  layout(graph)
  const places = new Map(
    all.map((op) => {
      const { x = 0, y = 0 } = graph.node(String(op)) as Partial<Point>
      return [op, { x, y }]
    }),
  )
  return {
    key,
    places,
    ranks: [...new Set([...places.values()].map((p) => Math.round(p.y)))].sort((a, b) => a - b),
    edges: graph.edges().map((edge) => {
      const { points = [] } = graph.edge(edge) as { points?: readonly Point[] }
      return { from: Number(edge.v), to: Number(edge.w), points }
    }),
  }
}

/** The ranks in columns from left to right; an edge into a later column goes down, over, and in from the top. */
function folded({ key, places, ranks, edges }: Ranked, columns: number): OpGraphShape {
  const each = Math.ceil(ranks.length / columns)
  const columnOf = (p: Point) => Math.floor(ranks.indexOf(Math.round(p.y)) / each)
  const count = Math.ceil(ranks.length / each)
  const own = Array.from({ length: count }, (_, c) => [...places].filter(([, p]) => columnOf(p) === c))
  const moves: Point[] = []
  const lefts: number[] = []
  let right = MARGIN
  for (const points of own) {
    const left = Math.min(...points.map(([, p]) => p.x)) - OP_WIDTH / 2
    lefts.push(right)
    moves.push({ x: right - left, y: MARGIN - Math.min(...points.map(([layer, p]) => p.y - heightOf(layer) / 2)) })
    right += Math.max(...points.map(([, p]) => p.x)) + OP_WIDTH / 2 - left + COLUMN_GAP
  }
  const placed = (layer: number): Point & { readonly column: number } => {
    const at = places.get(layer) ?? { x: 0, y: 0 }
    const column = columnOf(at)
    const by = moves[column] ?? { x: 0, y: 0 }
    return { x: at.x + by.x, y: at.y + by.y, column }
  }
  const ops = [...places.keys()].flatMap((layer) => {
    if (layer === INLET) return []
    const { x, y } = placed(layer)
    return [{ layer, x: x - OP_WIDTH / 2, y: y - OP_HEIGHT / 2, width: OP_WIDTH, height: OP_HEIGHT }]
  })
  const inlet = places.has(INLET) ? placed(INLET) : null
  return {
    key,
    inlet: inlet && { x: inlet.x, y: inlet.y },
    width: right - COLUMN_GAP + MARGIN,
    height: Math.max(...ops.map((o) => o.y)) + OP_HEIGHT + MARGIN,
    ops,
    edges: edges.map(({ from, to, points }) => {
      const [a, b] = [placed(from), placed(to)]
      const by = moves[a.column] ?? { x: 0, y: 0 }
      const d =
        a.column === b.column
          ? curve(points.map((p) => ({ x: p.x + by.x, y: p.y + by.y })))
          : over({ x: a.x, y: a.y + heightOf(from) / 2 }, b, (lefts[b.column] ?? 0) - COLUMN_GAP / 2)
      return { from, to, d }
    }),
  }
}

/** From a point below one box to above another in a column further right, by way of `between` the columns. */
function over(a: Point, b: Point, between: number): string {
  const [y1, y2] = [a.y, b.y - OP_HEIGHT / 2]
  const bend = RANK_GAP * 0.9
  const down = y2 - y1 > 2 * bend
  // Down to what lies lower; else out below and up again to come in from above.
  const [low, high] = down ? [y1 + bend / 2, y1 + bend] : [y1 + MARGIN + 8, y1 - bend]
  const [last, end] = down ? [y2 - bend, y2 - bend / 2] : [y2 + bend, y2 - bend]
  return (
    `M${round(a.x)} ${round(y1)}C${round(a.x)} ${round(low)} ${round(between)} ${round(down ? y1 : low)} ${round(between)} ${round(high)}` +
    `L${round(between)} ${round(last)}C${round(between)} ${round(down ? y2 : end)} ${round(b.x)} ${round(end)} ${round(b.x)} ${round(y2)}`
  )
}

/** Smooth through dagre's points, leaving and arriving downwards. */
function curve(points: readonly Point[]): string {
  const [first, ...rest] = points
  if (!first) return ''
  let d = `M${round(first.x)} ${round(first.y)}`
  let from = first
  for (const to of rest) {
    const middle = round((from.y + to.y) / 2)
    d += `C${round(from.x)} ${middle} ${round(to.x)} ${middle} ${round(to.x)} ${round(to.y)}`
    from = to
  }
  return d
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

/** Graphs of one structure have one layout: units of a stage are mostly alike. */
export function structureOf({ aspect, ops, edges }: OpGraph): string {
  const first = ops[0] ?? 0
  return `${aspect.toFixed(2)}|${ops.map((o) => o - first).join()}|${edges.map(([a, b]) => `${a < 0 ? 'i' : a - first}>${b < 0 ? 'o' : b - first}`).join()}`
}

/** The layout of a graph of the same structure, for another one. */
export function moved(shape: OpGraphShape, from: OpGraph, to: OpGraph): OpGraphShape {
  const by = (to.ops[0] ?? 0) - (from.ops[0] ?? 0)
  if (by === 0 && from.key === to.key) return shape
  return {
    ...shape,
    key: to.key,
    ops: shape.ops.map((o) => ({ ...o, layer: o.layer + by })),
    edges: shape.edges.map((e) => ({ ...e, from: e.from === INLET ? INLET : e.from + by, to: e.to + by })),
  }
}
