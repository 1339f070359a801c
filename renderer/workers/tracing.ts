/** A channel traced through the whole network, summed up for the map: at each item's output, the channels of each group that are touched. */
import { channelGraph, countInRange, type Graph, type Node, tensorOf, traceChannel } from '../../engine/index.ts'
import type { TraceItem, TraceView } from './contract.ts'
import { placeOf } from './network.ts'
import { isDepthwise } from './opWords.ts'

/** Throws ScopeError where the graph computes no such channel. `shuffle` false takes shuffles for the identity. */
export function traceView(graph: Graph, tensor: number, channel: number, shuffle: boolean): TraceView {
  const channels = channelGraph(graph, { shuffle })
  const { before, after } = traceChannel(channels, tensor, channel)
  const own = graph.nodes.find((n) => n.outputs.includes(tensor))
  const items: TraceItem[] = []
  for (const [key, nodes] of itemsOf(graph)) {
    const output = nodes.at(-1)?.outputs[0] ?? -1
    const side = after.has(output) ? 'after' : 'before'
    const bits = after.get(output) ?? before.get(output)
    if (!bits) continue
    const size = channels.channels.get(output) ?? 0
    const groups = Math.min(groupsOf(graph, nodes), size)
    const edge = (g: number): number => Math.ceil((g * size) / groups)
    items.push({
      key,
      side,
      groups: Array.from({ length: groups }, (_, g) => ({ reached: countInRange(bits, edge(g), edge(g + 1)), size: edge(g + 1) - edge(g) })),
    })
  }
  return {
    name: tensorOf(graph, tensor).name,
    tensor,
    channel,
    channels: channels.channels.get(tensor) ?? 0,
    item: own ? placeOf(own).item : null,
    items,
  }
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

/** Most groups of its convolutions that are not depthwise. */
function groupsOf(graph: Graph, nodes: readonly Node[]): number {
  return Math.max(1, ...nodes.map((n) => (n.op === 'conv2d' && !isDepthwise(graph, n) ? Number(n.attrs.groups ?? 1) : 1)))
}
