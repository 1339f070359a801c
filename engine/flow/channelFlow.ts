/** Channel flow of a node in its graph: which input channels reach which output channels. */
import { assert } from '../base/assert.ts'
import type { Graph, Node, NodeId } from '../ir/graph.ts'
import { factsOf } from '../ops/facts.ts'
import type { ChannelFlow } from '../ops/op.ts'
import { opOf } from '../ops/registry.ts'

export function nodeOf(graph: Graph, id: NodeId): Node {
  const node = graph.nodes.find((n) => n.id === id)
  assert(node, `no node ${id} in graph "${graph.name}"`)
  return node
}

/** Flow from one input of a node to one of its outputs; see ChannelFlow. */
export function flowOf(graph: Graph, id: NodeId, input = 0, output = 0): ChannelFlow {
  const node = nodeOf(graph, id)
  return opOf(node.op).flow(node.attrs, factsOf(graph, node), input, output)
}

/** Input channels that reach output channel `channel`, ascending. */
export function sourcesOf(flow: ChannelFlow, channel: number): number[] {
  if (flow.kind === 'none') return []
  if (flow.kind === 'map') {
    const source = flow.source[channel]
    return source === undefined || source < 0 ? [] : [source]
  }
  const found = new Set<number>()
  for (const { out, in: from } of flow.runs) if (channel >= out[0] && channel < out[1]) for (let c = from[0]; c < from[1]; c++) found.add(c)
  return [...found].sort((a, b) => a - b)
}

/** Output channels that input channel `channel` reaches, ascending. */
export function targetsOf(flow: ChannelFlow, channel: number): number[] {
  if (flow.kind === 'none') return []
  if (flow.kind === 'map') return Array.from(flow.source.keys()).filter((c) => flow.source[c] === channel)
  const found = new Set<number>()
  for (const { out, in: from } of flow.runs) if (channel >= from[0] && channel < from[1]) for (let c = out[0]; c < out[1]; c++) found.add(c)
  return [...found].sort((a, b) => a - b)
}
