/**
 * Structured pruning: whole channels go, so that what is left is an ordinary, narrower network. Takes a recognised graph with
 * its batch norms still there: they say how large a channel is and what it is on average, and the result can be trained on.
 */
import { at } from '../../base/assert.ts'
import { badInput } from '../../base/errors.ts'
import type { Graph } from '../../ir/graph.ts'
import { factsOf } from '../../ops/facts.ts'
import { opOf } from '../../ops/registry.ts'
import { compensate } from './compensate.ts'
import { type CoupledChannels, coupledChannels } from './coupled.ts'
import { importanceOf, type Norm } from './importance.ts'
import { layoutOf, possibleSizes } from './layout.ts'
import { type Removal, removeChannels } from './remove.ts'

export const PRUNING_SCOPES = ['layer', 'global'] as const
/** "layer": every layer loses the same share. "global": the least important of all layers go. */
export type PruningScope = (typeof PRUNING_SCOPES)[number]

export interface StructuredOptions {
  /** Multiply-accumulates of convolutions and fully connected layers to be left. */
  readonly macs: number
  readonly scope: PruningScope
  /** Default l2. */
  readonly norm?: Norm
  /** Whether the averages of removed channels go into the layers that read them; see `compensate`. Default true. */
  readonly compensate?: boolean
  /** Share of its channels that every layer keeps at least; one in each group in any case. Default 0.1. */
  readonly floor?: number
}

export interface PrunedLayer {
  /** The layer that makes the channels. */
  readonly name: string
  readonly before: number
  readonly after: number
}

export interface Pruned {
  readonly graph: Graph
  /** Layers whose channels could be removed. */
  readonly layers: readonly PrunedLayer[]
  readonly removals: readonly Removal[]
}

const FLOOR = 0.1

/** Multiply-accumulates of the convolutions and fully connected layers of a graph. */
export function multiplyAccumulates(graph: Graph): number {
  return graph.nodes.reduce((sum, node) => sum + macsOfNode(graph, node), 0)
}

function macsOfNode(graph: Graph, node: Graph['nodes'][number]): number {
  const { convMacs, linearMacs } = opOf(node.op).cost(node.attrs, factsOf(graph, node))
  return convMacs + linearMacs
}

/**
 * The graph with so many channels removed that `macs` are left, as nearly as whole channels allow. Throws ScopeError
 * `bad-input` where nothing can be removed, or less than is asked for.
 */
export function pruneChannels(graph: Graph, options: StructuredOptions): Pruned {
  const coupled = coupledChannels(graph)
  const count = macsCounter(graph, coupled)
  const layers = candidates(graph, coupled, options)
  const sizes = chooseSizes(layers, count, options)
  const removals = layers.flatMap(({ coupled: c, scores }, i): Removal[] =>
    at(sizes, i) === c.channels ? [] : [{ coupled: c, layout: layoutOf(c, at(sizes, i), scores) }],
  )
  const compensated = options.compensate === false ? graph : compensate(graph, removals)
  return {
    graph: removeChannels(compensated, removals),
    layers: layers.map(({ coupled: c }, i) => ({ name: c.maker.name, before: c.channels, after: at(sizes, i) })),
    removals,
  }
}

interface Candidate {
  readonly coupled: CoupledChannels
  /** Of its channels. */
  readonly scores: Float64Array
  /** The same, ascending, in the unit in which layers are ranked together. */
  readonly ranked: Float64Array
  /** Possible numbers of channels, ascending; the last is all of them. */
  readonly sizes: readonly number[]
}

/**
 * Scores that rest on batch norms are comparable as they are: what a channel gives to the feature map that its readers add to
 * or make. Where those of one layer do not, layers have no common unit, and each is divided by its mean.
 */
function candidates(graph: Graph, coupled: readonly CoupledChannels[], { norm = 'l2', floor = FLOOR }: StructuredOptions): Candidate[] {
  const importance = importanceOf(graph, coupled, norm)
  const isComparable = importance.every((i) => i.isComparable)
  return coupled.map((c, i) => {
    const { scores } = at(importance, i)
    const unit = isComparable ? 1 : scores.reduce((a, b) => a + b, 0) / scores.length
    return { coupled: c, scores, ranked: scores.map((s) => (unit > 0 ? s / unit : 0)).sort(), sizes: possibleSizes(c, Math.ceil(floor * c.channels)) }
  })
}

type Count = (sizes: readonly number[]) => number

/** MACs of the graph for numbers of channels: those of a layer go with the channels that it makes, and with those that it reads. */
function macsCounter(graph: Graph, coupled: readonly CoupledChannels[]): Count {
  const scaledBy = new Map<number, number[]>()
  const scale = (node: number, by: number): void => {
    scaledBy.set(node, [...(scaledBy.get(node) ?? []), by])
  }
  coupled.forEach(({ maker, places }, i) => {
    scale(maker.id, i)
    for (const { node, kind } of places) if (kind === 'reader' || kind === 'depthwise') scale(node.id, i)
  })
  const costs = graph.nodes.map((node) => ({ macs: macsOfNode(graph, node), by: scaledBy.get(node.id) ?? [] })).filter(({ macs }) => macs > 0)
  return (sizes) => costs.reduce((sum, { macs, by }) => sum + by.reduce((m, i) => (m * at(sizes, i)) / at(coupled, i).channels, macs), 0)
}

/** Halvings of the search; the channels of any network are told apart long before. */
const HALVINGS = 40

/**
 * Ranked over all layers, a layer loses at most so many times the share that is asked for, the first of these with which enough
 * can go: what few layers lose in full, those behind them see, and no score tells (docs/pruning.md has figures).
 */
const CEILINGS = [1.5, 2, 3, Number.POSITIVE_INFINITY]

function chooseSizes(layers: readonly Candidate[], count: Count, { macs, scope }: StructuredOptions): number[] {
  if (layers.length === 0) throw badInput('The network', 'it has no channels that could be removed without others', 'Prune it unstructured')
  const all = layers.map(({ coupled }) => coupled.channels)
  const least = (list: readonly Candidate[]): number[] => list.map(({ sizes }) => at(sizes, 0))
  const [most, fewest] = [count(all), count(least(layers))]
  if (fewest > macs)
    throw badInput(
      'Pruning',
      `at most ${(100 * (1 - fewest / most)).toFixed(1)} % of the multiply-accumulates can be removed`,
      'Ask for less, or prune it unstructured',
    )
  const share = 1 - macs / most
  const bounded = CEILINGS.map((ceiling) =>
    layers.map((l) => ({ ...l, sizes: l.sizes.filter((size) => size >= (1 - ceiling * share) * l.coupled.channels) })),
  )
  const within = scope === 'layer' ? layers : (bounded.find((list) => count(least(list)) <= macs) ?? layers)
  const sizesAt = scope === 'layer' ? layerSizes(within) : globalSizes(within)
  let [low, high] = [0, 1]
  let [more, less] = [all, least(within)]
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2
    const sizes = sizesAt(middle)
    if (count(sizes) > macs) [low, more] = [middle, sizes]
    else [high, less] = [middle, sizes]
  }
  return stepwise(within, more, less, count, macs)
}

/** Between two neighbours of the search, layer by layer, where the least is lost first; ends as near to `macs` as it can. */
function stepwise(layers: readonly Candidate[], more: number[], less: number[], count: Count, macs: number): number[] {
  let sizes = more
  const lost = layers.map(({ ranked }, i) => ranked.subarray(ranked.length - at(more, i), ranked.length - at(less, i)).reduce((a, b) => a + b, 0))
  const order = layers.map((_, i) => i).filter((i) => at(less, i) < at(more, i))
  for (const i of order.sort((a, b) => at(lost, a) - at(lost, b) || a - b)) {
    const next = sizes.map((size, j) => (j === i ? at(less, i) : size))
    if (count(next) < macs && macs - count(next) > count(sizes) - macs) break
    sizes = next
    if (count(sizes) <= macs) break
  }
  return sizes
}

/** Every layer without the same share of its channels. */
function layerSizes(layers: readonly Candidate[]): (share: number) => number[] {
  return (share) => layers.map(({ coupled, sizes }) => nearest(sizes, coupled.channels * (1 - share)))
}

/** Every layer with the channels above one threshold, which so many channels of all layers do not reach. */
function globalSizes(layers: readonly Candidate[]): (share: number) => number[] {
  const all = Float64Array.from(layers.flatMap(({ ranked }) => [...ranked])).sort()
  return (share) => {
    const threshold = all[Math.floor(share * all.length)] ?? Number.POSITIVE_INFINITY
    return layers.map(({ ranked, sizes }) =>
      nearest(
        sizes,
        ranked.reduce((n, s) => n + (s >= threshold ? 1 : 0), 0),
      ),
    )
  }
}

/** The larger of two equally near. */
function nearest(sizes: readonly number[], wanted: number): number {
  return sizes.reduce((best, size) => (Math.abs(size - wanted) <= Math.abs(best - wanted) ? size : best))
}
