/** The channel flows of a whole graph, collected once: one link per (input, output) pair of every node, in network order. */
import { type Graph, NONE, type Node, type TensorId, tensorOf } from '../ir/graph.ts'
import { factsOf } from '../ops/facts.ts'
import type { ChannelFlow } from '../ops/op.ts'
import { opOf } from '../ops/registry.ts'
import { channelsOf, identityFlow } from '../ops/shared.ts'

/** How channels of one tensor reach channels of another through one node. */
export interface ChannelLink {
  readonly node: Node
  readonly from: TensorId
  readonly to: TensorId
  readonly flow: Exclude<ChannelFlow, { kind: 'none' }>
  /** Every channel reaches its own position and no other. */
  readonly identity: boolean
}

export interface ChannelGraph {
  /** Channels (axis 1, or 1) of every tensor that is computed at run time. */
  readonly channels: ReadonlyMap<TensorId, number>
  /** A link comes after all links into the tensor that it leaves. */
  readonly links: readonly ChannelLink[]
}

export interface ChannelGraphOptions {
  /** False takes every channel shuffle for the identity, as in the paper's table 3. Default true. */
  readonly shuffle?: boolean
}

/** Links of all nodes of `graph` at any stage. Constants carry no channels: what is computed from weights alone has no link. */
export function channelGraph(graph: Graph, { shuffle = true }: ChannelGraphOptions = {}): ChannelGraph {
  const channels = new Map<TensorId, number>()
  const add = (id: TensorId): void => {
    const { fact, data } = tensorOf(graph, id)
    if (!data) channels.set(id, channelsOf(fact))
  }
  for (const id of graph.inputs) add(id)
  const links: ChannelLink[] = []
  for (const original of graph.nodes) {
    for (const id of original.outputs) add(id)
    const node = !shuffle && original.attrs.shuffle ? { ...original, attrs: { ...original.attrs, shuffle: null } } : original
    const facts = factsOf(graph, node)
    const op = opOf(node.op)
    for (const [input, from] of node.inputs.entries()) {
      if (from === NONE || !channels.has(from)) continue
      for (const [output, to] of node.outputs.entries()) {
        const size = channels.get(to)
        if (size === undefined) continue
        const flow = !shuffle && node.op === 'channelShuffle' ? identityFlow(size) : op.flow(node.attrs, facts, input, output)
        if (flow.kind === 'none') continue
        links.push({ node: original, from, to, flow, identity: flow.kind === 'map' && channels.get(from) === size && isIdentity(flow.source) })
      }
    }
  }
  return { channels, links }
}

function isIdentity(source: Int32Array): boolean {
  for (let c = 0; c < source.length; c++) if (source[c] !== c) return false
  return true
}
