/** A channel traced through the whole network, summed up for the map: touched channels by group, and their flow through each item. */
import {
  type ChannelGraph,
  type ChannelTrace,
  channelGraph,
  countInRange,
  type Graph,
  groupFlows,
  type Node,
  type TensorId,
  tensorOf,
  traceChannel,
} from '../../engine/index.ts'
import type { TraceFlow, TraceItem, TraceView } from './contract/index.ts'
import { placeOf } from './network.ts'
import { isDepthwise, shuffleOf } from './opWords.ts'

type Counts = TraceItem['groups']

/** Throws ScopeError where the graph computes no such channel. `shuffle` false takes shuffles for the identity. */
export function traceView(graph: Graph, tensor: number, channel: number, shuffle: boolean): TraceView {
  const channels = channelGraph(graph, { shuffle })
  const trace = traceChannel(channels, tensor, channel)
  const { before, after } = trace
  const own = graph.nodes.find((n) => n.outputs.includes(tensor))
  const parts = itemsOf(graph)
  const items: TraceItem[] = []
  const flows: TraceFlow[] = []
  const madeIn = new Map<TensorId, string>()
  for (const [key, nodes] of parts) for (const node of nodes) for (const id of node.outputs) madeIn.set(id, key)
  for (const [key, nodes] of parts) {
    const output = nodes.at(-1)?.outputs[0] ?? -1
    const bits = after.get(output) ?? before.get(output)
    if (!bits) continue
    items.push({ key, side: after.has(output) ? 'after' : 'before', groups: countsOf(channels, output, bits, groupsOf(graph, nodes)) })
    flows.push(...flowsInto(graph, channels, trace, key, parts, madeIn))
  }
  return {
    name: tensorOf(graph, tensor).name,
    tensor,
    channel,
    channels: channels.channels.get(tensor) ?? 0,
    item: own ? placeOf(own).item : null,
    items,
    flows,
  }
}

/** One flow per tensor that comes into the item from outside. */
function flowsInto(
  graph: Graph,
  channels: ChannelGraph,
  trace: ChannelTrace,
  key: string,
  parts: ReadonlyMap<string, readonly Node[]>,
  madeIn: ReadonlyMap<TensorId, string>,
): TraceFlow[] {
  const nodes = parts.get(key) ?? []
  const piece = { nodes: new Set(nodes.map((n) => n.id)), output: nodes.at(-1)?.outputs[0] ?? -1, groups: 1 }
  piece.groups = Math.min(groupsOf(graph, nodes), channels.channels.get(piece.output) ?? 1)
  const through = madeIn.get(trace.tensor) === key && trace.tensor !== piece.output
  const comesIn = [...new Set(nodes.flatMap((n) => n.inputs))].filter((id) => channels.channels.has(id) && madeIn.get(id) !== key)
  return comesIn.flatMap((id): TraceFlow[] => {
    const from = madeIn.get(id) ?? null
    const size = channels.channels.get(id) ?? 0
    const groups = Math.min(from === null ? 1 : groupsOf(graph, parts.get(from) ?? []), size)
    const flows = groupFlows(channels, trace, piece, id, groups)
    const bits = trace.before.has(piece.output) || through ? trace.before.get(id) : trace.after.get(id)
    return flows.length === 0 || !bits ? [] : [{ from, to: key, groups: countsOf(channels, id, bits, groups), flows, through }]
  })
}

function countsOf(channels: ChannelGraph, tensor: TensorId, bits: Uint32Array, most: number): Counts {
  const size = channels.channels.get(tensor) ?? 0
  const groups = Math.min(most, size)
  const edge = (g: number): number => Math.ceil((g * size) / groups)
  return Array.from({ length: groups }, (_, g) => ({ reached: countInRange(bits, edge(g), edge(g + 1)), size: edge(g + 1) - edge(g) }))
}

function itemsOf(graph: Graph): Map<string, Node[]> {
  const items = new Map<string, Node[]>()
  for (const node of graph.nodes) {
    const { item } = placeOf(node)
    const nodes = items.get(item)
    if (nodes) nodes.push(node)
    else items.set(item, [node])
  }
  return items
}

/** Most groups of its convolutions that are not depthwise; where they have none, those that its shuffle mixes. */
function groupsOf(graph: Graph, nodes: readonly Node[]): number {
  const groups = Math.max(1, ...nodes.map((n) => (n.op === 'conv2d' && !isDepthwise(graph, n) ? Number(n.attrs.groups ?? 1) : 1)))
  return groups > 1 ? groups : Math.max(1, ...nodes.map((n) => shuffleOf(n)?.groups ?? 1))
}
