/** The edges between layers: which reads what another computes. */
import { type Graph, NONE, type Node, producers, type TensorId, tensorOf } from '../../engine/index.ts'
import type { NetworkEdge } from './contract/index.ts'
import type { Placed } from './network.ts'

/**
 * One edge per reading layer, computing layer and tensor. A node may have several layers (the steps of a plan): the first
 * reads, the last computes. A node without a layer (a view of its input) passes on what it reads.
 */
export function edgesOf(graph: Graph, placed: readonly Placed[]): NetworkEdge[] {
  const first = new Map<Node, number>()
  const last = new Map<Node, number>()
  for (const { node, layer } of placed) {
    if (!first.has(node)) first.set(node, layer.index)
    last.set(node, layer.index)
  }
  const producer = producers(graph)
  const known = new Map<TensorId, readonly number[]>()
  /** Layers behind a tensor; nodes are in order, so whatever a view reads is known by then. */
  const layersBehind = (id: TensorId): readonly number[] => {
    const found = known.get(id)
    if (found) return found
    const node = producer.get(id)
    if (!node) return graph.inputs.includes(id) ? [-1] : []
    const own = last.get(node)
    return own === undefined ? [] : [own]
  }
  const edges: NetworkEdge[] = []
  for (const node of graph.nodes) {
    const to = first.get(node)
    const inputs = [...new Set(node.inputs)].filter((id) => id !== NONE && !tensorOf(graph, id).data)
    if (to === undefined) {
      const behind = [...new Set(inputs.flatMap(layersBehind))]
      for (const id of node.outputs) known.set(id, behind)
      continue
    }
    for (const id of inputs) for (const from of layersBehind(id)) edges.push({ from, to, tensor: tensorOf(graph, id).name })
    for (let step = to; step < (last.get(node) ?? to); step++)
      edges.push({ from: step, to: step + 1, tensor: tensorOf(graph, node.outputs[0] ?? NONE).name })
  }
  for (const id of graph.outputs) for (const from of layersBehind(id)) edges.push({ from, to: -1, tensor: tensorOf(graph, id).name })
  return edges
}
