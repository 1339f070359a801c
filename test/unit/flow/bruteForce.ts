/** Reachability the long way: every single channel a vertex, edges from what each op means, search vertex by vertex. Shares no code with the engine's flow. */
import { type Graph, NONE, type Node, producers, type TensorId, tensorOf } from '../../../engine/index.ts'

export type Vertex = readonly [tensor: TensorId, channel: number]
export const vertex = (tensor: TensorId, channel: number): string => `${tensor}/${channel}`

const channelsIn = (graph: Graph, id: TensorId): number => tensorOf(graph, id).fact.shape[1] ?? 1

/** The channels that channel `d` of output `y` of a node is computed from. Throws on ops that the networks here do not have. */
export function computedFrom(graph: Graph, node: Node, y: TensorId, d: number): Vertex[] {
  const [x = NONE] = node.inputs
  const into = channelsIn(graph, x)
  const all = Array.from({ length: into }, (_, c) => c)
  switch (node.op) {
    case 'linear':
      return all.map((c) => [x, c])
    case 'conv2d': {
      const groups = Number(node.attrs.groups)
      const group = Math.floor((d * groups) / channelsIn(graph, y))
      return all.filter((c) => Math.floor((c * groups) / into) === group).map((c) => [x, c])
    }
    case 'channelShuffle': {
      const groups = Number(node.attrs.groups)
      const each = into / groups
      // (g,n): position j * g + k holds channel j of group k. (n,g) is the way back.
      return node.attrs.order === '(g,n)' ? [[x, (d % groups) * each + Math.floor(d / groups)]] : [[x, (d % each) * groups + Math.floor(d / each)]]
    }
    case 'concat': {
      let start = 0
      for (const part of node.inputs) {
        if (d < start + channelsIn(graph, part)) return [[part, d - start]]
        start += channelsIn(graph, part)
      }
      return []
    }
    case 'split': {
      let start = 0
      for (const part of node.outputs) {
        if (part === y) return [[x, start + d]]
        start += channelsIn(graph, part)
      }
      return []
    }
    case 'activation':
    case 'batchNorm':
    case 'pool2d':
    case 'globalPool':
    case 'binary':
      return node.inputs.filter((id) => id !== NONE && !tensorOf(graph, id).data).map((id) => [id, d])
    default:
      throw new Error(`op ${node.op} is not expanded here`)
  }
}

export interface Expanded {
  readonly next: ReadonlyMap<string, readonly string[]>
  readonly previous: ReadonlyMap<string, readonly string[]>
}

/** Every edge between single channels. */
export function expand(graph: Graph): Expanded {
  const next = new Map<string, string[]>()
  const previous = new Map<string, string[]>()
  for (const node of graph.nodes)
    for (const y of node.outputs)
      for (let d = 0; d < channelsIn(graph, y); d++) {
        const from = computedFrom(graph, node, y, d).map((v) => vertex(...v))
        previous.set(vertex(y, d), from)
        for (const v of from) {
          const list = next.get(v)
          if (list) list.push(vertex(y, d))
          else next.set(v, [vertex(y, d)])
        }
      }
  return { next, previous }
}

export function search(edges: ReadonlyMap<string, readonly string[]>, start: string): Set<string> {
  const found = new Set([start])
  const queue = [start]
  for (let v = queue.pop(); v !== undefined; v = queue.pop())
    for (const w of edges.get(v) ?? [])
      if (!found.has(w)) {
        found.add(w)
        queue.push(w)
      }
  return found
}

/** Channels of `source` that channel `channel` of `tensor` sees, by a search that makes edges as it meets them. */
export function seenOf(graph: Graph, tensor: TensorId, channel: number, source: TensorId): Set<number> {
  const producer = producers(graph)
  const seen = new Set<number>()
  const found = new Set<number>()
  const queue: Vertex[] = [[tensor, channel]]
  for (let v = queue.pop(); v; v = queue.pop()) {
    const [id, c] = v
    if (found.has(id * 65536 + c)) continue
    found.add(id * 65536 + c)
    const node = producer.get(id)
    if (id === source) seen.add(c)
    else if (node) for (const from of computedFrom(graph, node, id, c)) if (!found.has(from[0] * 65536 + from[1])) queue.push(from)
  }
  return seen
}
