/** Entry of the layout worker: lays out graphs of ops one after the other, and stops where it is told to. */
import { moved, type OpGraph, type OpGraphShape, opGraphLayout, structureOf } from '../charts/network/opGraph.ts'

export type ToLayout = { readonly id: number; readonly graphs: readonly OpGraph[] } | { readonly id: number; readonly cancel: true }
export interface FromLayout {
  readonly id: number
  readonly shapes: readonly OpGraphShape[]
  /** Nothing more will come for this id. */
  readonly done: boolean
}

/** What is sent back at once: long enough to be worth a message, short enough to be cancelled and to be seen. */
const SLICE_MS = 24

const known = new Map<string, { readonly graph: OpGraph; readonly shape: OpGraphShape }>()
const MOST_KNOWN = 500
const cancelled = new Set<number>()

function layoutOf(graph: OpGraph): OpGraphShape {
  const structure = structureOf(graph)
  const same = known.get(structure)
  if (same) return moved(same.shape, same.graph, graph)
  const shape = opGraphLayout(graph)
  if (known.size >= MOST_KNOWN) known.clear()
  known.set(structure, { graph, shape })
  return shape
}

async function answer(id: number, graphs: readonly OpGraph[]): Promise<void> {
  let at = 0
  while (at < graphs.length && !cancelled.has(id)) {
    const start = performance.now()
    const shapes: OpGraphShape[] = []
    for (; at < graphs.length && performance.now() - start < SLICE_MS; at++) {
      const graph = graphs[at]
      if (graph) shapes.push(layoutOf(graph))
    }
    self.postMessage({ id, shapes, done: at >= graphs.length } satisfies FromLayout)
    // Lets a cancel come in.
    await new Promise((resolve) => setTimeout(resolve))
  }
  if (cancelled.delete(id) && at < graphs.length) self.postMessage({ id, shapes: [], done: true } satisfies FromLayout)
}

self.addEventListener('message', ({ data }: MessageEvent<ToLayout>) => {
  if ('cancel' in data) cancelled.add(data.id)
  else void answer(data.id, data.graphs)
})
