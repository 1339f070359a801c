/** The ops of one unit as a directed graph, laid out by dagre: pure, slow enough for a worker. */
import { Graph, layout } from '@dagrejs/dagre'
import type { Box } from './view.ts'

export interface OpGraph {
  readonly key: string
  /** Room for it in the map: it is laid out in the direction that fills this best. */
  readonly aspect: number
  /** Indices of its layers. */
  readonly ops: readonly number[]
  /** Layers that read from each other; from -1 comes in from outside, to -1 goes out. */
  readonly edges: readonly (readonly [number, number])[]
}

export interface OpGraphShape {
  readonly key: string
  readonly width: number
  readonly height: number
  readonly ops: readonly (Box & { readonly layer: number })[]
  readonly edges: readonly { readonly from: number; readonly to: number; readonly d: string }[]
}

export const OP_WIDTH = 104
export const OP_HEIGHT = 46
const RANK_GAP = 22
const NODE_GAP = 14
const EDGE = 4

/** Ops as boxes of one size, edges as curves between them. A box of aspect `graph.aspect` is filled as far as one direction allows. */
export function opGraphLayout(graph: OpGraph): OpGraphShape {
  const lengthwise = laidOut(graph, 'LR')
  const downwards = laidOut(graph, 'TB')
  const scale = (shape: OpGraphShape) => Math.min(graph.aspect / shape.width, 1 / shape.height)
  return scale(lengthwise) >= scale(downwards) ? lengthwise : downwards
}

function laidOut({ key, ops, edges }: OpGraph, direction: 'LR' | 'TB'): OpGraphShape {
  const graph = new Graph({ multigraph: false })
  graph.setGraph({ rankdir: direction, ranksep: RANK_GAP, nodesep: NODE_GAP, edgesep: 8, marginx: EDGE, marginy: EDGE })
  graph.setDefaultEdgeLabel(() => ({}))
  const inside = new Set(ops)
  for (const op of ops) graph.setNode(String(op), { width: OP_WIDTH, height: OP_HEIGHT })
  for (const [from, to] of edges) if (inside.has(from) && inside.has(to)) graph.setEdge(String(from), String(to))
  layout(graph)
  const { width = OP_WIDTH, height = OP_HEIGHT } = graph.graph() as { width?: number; height?: number }
  return {
    key,
    width,
    height,
    ops: ops.map((layer) => {
      const { x = 0, y = 0 } = graph.node(String(layer)) as { x?: number; y?: number }
      return { layer, x: x - OP_WIDTH / 2, y: y - OP_HEIGHT / 2, width: OP_WIDTH, height: OP_HEIGHT }
    }),
    edges: graph.edges().map((edge) => {
      const { points = [] } = graph.edge(edge) as { points?: readonly { x: number; y: number }[] }
      return { from: Number(edge.v), to: Number(edge.w), d: curve(points, direction) }
    }),
  }
}

/** Smooth through dagre's points, leaving and arriving along the direction of the layout. */
function curve(points: readonly { readonly x: number; readonly y: number }[], direction: 'LR' | 'TB'): string {
  const [first, ...rest] = points
  if (!first) return ''
  let d = `M${round(first.x)} ${round(first.y)}`
  let from = first
  for (const to of rest) {
    const [mx, my] = [(from.x + to.x) / 2, (from.y + to.y) / 2]
    d +=
      direction === 'LR'
        ? `C${round(mx)} ${round(from.y)} ${round(mx)} ${round(to.y)} `
        : `C${round(from.x)} ${round(my)} ${round(to.x)} ${round(my)} `
    d += `${round(to.x)} ${round(to.y)}`
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
    edges: shape.edges.map((e) => ({ ...e, from: e.from + by, to: e.to + by })),
  }
}
