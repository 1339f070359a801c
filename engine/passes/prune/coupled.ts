/**
 * Coupled channels: a channel that a layer makes, with every place it passes until other layers read it. What makes it,
 * normalises it, filters it by itself or reads it goes when it goes.
 */
import { consumers, type Graph, NONE, type Node, type TensorId, tensorOf } from '../../ir/graph.ts'
import { channelShuffle } from '../../ops/channelShuffle/op.ts'
import { conv2d } from '../../ops/conv2d/op.ts'
import { factsOf } from '../../ops/facts.ts'
import { flatten } from '../../ops/flatten/op.ts'
import { attrsOf } from '../../ops/op.ts'
import { opOf } from '../../ops/registry.ts'
import { type ShuffleSpec, shuffleSource } from '../../ops/shuffle.ts'

/** A node that the channels pass or end in. */
export interface Place {
  readonly node: Node
  /**
   * "norm": a batch norm. "depthwise": a convolution of each channel by itself. "plain": it has no weights. "reader": a
   * convolution or a fully connected layer that makes channels of its own.
   */
  readonly kind: 'norm' | 'depthwise' | 'plain' | 'reader'
  /** Channel shuffles between the maker and the node's input, in network order. */
  readonly shuffles: readonly ShuffleSpec[]
  /** Elements of the node's axis 1 that each channel has: above 1 behind a flattened feature map. */
  readonly spread: number
  /** The node that gives the place its input. */
  readonly after: Node
}

export interface CoupledChannels {
  /** A convolution or a fully connected layer; its output channels are those in question, in its own order. */
  readonly maker: Node
  readonly channels: number
  /** In network order of each path. */
  readonly places: readonly Place[]
}

/** Ops without weights that leave every channel where it is, whatever the number of channels. */
const PLAIN: ReadonlySet<string> = new Set(['activation', 'unary', 'pool2d', 'globalPool', 'identity', 'squeeze', 'reduce', 'pad'])

/**
 * The channels of a recognised graph that can be removed without touching any others: those whose every way ends in
 * layers that read them. Channels that reach an output, an addition, a concatenation, or anything else that ties them to
 * others, are left out.
 */
export function coupledChannels(graph: Graph): CoupledChannels[] {
  const readersOf = consumers(graph)
  return graph.nodes.flatMap((maker) => (isMaker(graph, maker) ? (follow(graph, readersOf, maker) ?? []) : []))
}

function isMaker(graph: Graph, node: Node): boolean {
  const [, w = NONE, b = NONE] = node.inputs
  if (!isWeight(graph, w) || (b !== NONE && !isWeight(graph, b))) return false
  if (node.op === 'linear') return true
  return node.op === 'conv2d' && !isFused(node) && !isDepthwise(graph, node)
}

function isWeight(graph: Graph, id: TensorId): boolean {
  return id !== NONE && tensorOf(graph, id).data !== undefined
}

/** With an addition or a shuffle of the fused stage inside, or in 8 bits. */
function isFused(node: Node): boolean {
  const { residual, shuffle, quantized } = attrsOf(conv2d, node.attrs)
  return residual || shuffle !== null || quantized !== null
}

/** Each channel by itself, to one channel. */
export function isDepthwise(graph: Graph, node: Node): boolean {
  const { groups } = attrsOf(conv2d, node.attrs)
  const [out, perGroup] = tensorOf(graph, node.inputs[1] ?? NONE).fact.shape
  return groups > 1 && perGroup === 1 && out === groups
}

function follow(graph: Graph, readersOf: ReadonlyMap<TensorId, readonly Node[]>, maker: Node): CoupledChannels | undefined {
  const made = maker.outputs[0] ?? NONE
  const channels = tensorOf(graph, made).fact.shape[1] ?? 0
  const places: Place[] = []
  const open: { id: TensorId; shuffles: readonly ShuffleSpec[]; spread: number; after: Node }[] = [
    { id: made, shuffles: [], spread: 1, after: maker },
  ]
  for (let at = open.pop(); at; at = open.pop()) {
    const { id, shuffles, spread, after } = at
    if (graph.outputs.includes(id)) return undefined
    for (const node of readersOf.get(id) ?? []) {
      if (node.inputs[0] !== id || node.inputs.indexOf(id, 1) > 0) return undefined
      const out = node.outputs[0] ?? NONE
      if (node.op === 'channelShuffle') {
        if (spread > 1) return undefined
        open.push({ id: out, shuffles: [...shuffles, attrsOf(channelShuffle, node.attrs)], spread, after })
        continue
      }
      const flattened = flattens(graph, node)
      const kind = flattened ? 'plain' : kindOf(graph, node, spread)
      if (!kind) return undefined
      places.push({ node, kind, shuffles, spread, after })
      if (kind !== 'reader') open.push({ id: out, shuffles, spread: spread * (flattened ?? 1), after: node })
    }
  }
  return { maker, channels, places }
}

function kindOf(graph: Graph, node: Node, spread: number): Place['kind'] | undefined {
  const [, ...others] = node.inputs
  const given = others.filter((id) => id !== NONE)
  if (node.op === 'linear') return isMaker(graph, node) ? 'reader' : undefined
  if (node.op === 'conv2d') {
    if (isFused(node) || !given.every((id) => isWeight(graph, id)) || spread > 1) return undefined
    const { groups } = attrsOf(conv2d, node.attrs)
    if (isDepthwise(graph, node)) return 'depthwise'
    // One channel to several: whether it can go depends on them.
    return groups > 1 && tensorOf(graph, node.inputs[1] ?? NONE).fact.shape[1] === 1 ? undefined : 'reader'
  }
  if (node.op === 'batchNorm') return spread === 1 && given.every((id) => isWeight(graph, id)) ? 'norm' : undefined
  if (!PLAIN.has(node.op) || given.some((id) => !isWeight(graph, id))) return undefined
  const flow = opOf(node.op).flow(node.attrs, factsOf(graph, node), 0, 0)
  return flow.kind === 'map' && flow.source.every((from, to) => from === to) ? 'plain' : undefined
}

/** How many elements each channel becomes where a node does what `flatten` along axis 1 does. */
export function flattens(graph: Graph, node: Node): number | undefined {
  if (node.op !== 'reshape' && node.op !== 'flatten') return undefined
  if (node.op === 'flatten' && attrsOf(flatten, node.attrs).axis !== 1) return undefined
  const from = tensorOf(graph, node.inputs[0] ?? NONE).fact.shape
  const to = tensorOf(graph, node.outputs[0] ?? NONE).fact.shape
  if (from.length < 2 || to.length !== 2 || from[0] !== to[0]) return undefined
  return (to[1] ?? 0) / (from[1] ?? 1)
}

/** order[p] = the channel (numbered as its maker makes it) at position p behind the shuffles, where there are `channels`. */
export function orderBehind(channels: number, shuffles: readonly ShuffleSpec[]): Int32Array {
  let order = Int32Array.from({ length: channels }, (_, c) => c)
  for (const spec of shuffles) {
    const before = order
    order = shuffleSource(channels, spec).map((from) => before[from] ?? 0)
  }
  return order
}

/** Groups in which a layer makes or reads its channels. */
export function groupsOf(node: Node): number {
  return node.op === 'conv2d' ? attrsOf(conv2d, node.attrs).groups : 1
}
