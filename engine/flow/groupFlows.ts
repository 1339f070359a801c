/** A trace in terms of groups: how many of the touched channels pass from each group at one end of a piece of the network to each at its other end. */
import type { NodeId, TensorId } from '../ir/graph.ts'
import { type Bits, countInRange, emptyBits } from './bits.ts'
import type { ChannelGraph, ChannelLink } from './links.ts'
import { backwards, type ChannelTrace, forwards, setOf } from './reach.ts'

/** A piece of the network and the tensor that leaves it. */
export interface FlowPiece {
  readonly nodes: ReadonlySet<NodeId>
  readonly output: TensorId
  /** Equal runs of positions of its output. */
  readonly groups: number
}

export interface GroupFlow {
  readonly source: number
  readonly target: number
  /** Touched channels of the source group from which touched channels of the target group come. */
  readonly from: number
  /** Touched channels of the target group that come from touched channels of the source group. */
  readonly to: number
}

/** First channel of group `g` of `groups` equal runs of `size` channels; for g = groups, the end of the last. */
export function groupEdge(g: number, size: number, groups: number): number {
  return Math.ceil((g * size) / groups)
}

/**
 * Flow of `trace` through `piece`, from `input` (in `sourceGroups` equal runs) to its output. Before the traced channel that
 * is what leads to it, after it what it leads to; where the traced channel lies inside of the piece, everything goes
 * through it. Pairs of groups that nothing passes between are left out; a piece that is not touched has no flow.
 */
export function groupFlows(graph: ChannelGraph, trace: ChannelTrace, piece: FlowPiece, input: TensorId, sourceGroups: number): GroupFlow[] {
  const links = graph.links.filter((l) => piece.nodes.has(l.node.id))
  const leads = trace.before.get(piece.output)
  const inside = links.some((l) => l.to === trace.tensor)
  const sources = leads || inside ? trace.before.get(input) : trace.after.get(input)
  const targets = leads ?? trace.after.get(piece.output)
  if (!sources || !targets) return []
  const [rows, columns] = [graph.channels.get(input) ?? 0, graph.channels.get(piece.output) ?? 0]
  const sourceEnds = (g: number): [number, number] => [groupEdge(g, rows, sourceGroups), groupEdge(g + 1, rows, sourceGroups)]
  const targetEnds = (g: number): [number, number] => [groupEdge(g, columns, piece.groups), groupEdge(g + 1, columns, piece.groups)]
  const through = inside && !leads
  const reached = Array.from({ length: sourceGroups }, (_, s) =>
    through ? targets : both(swept(graph, links, input, within(sources, ...sourceEnds(s)), piece.output, true), targets),
  )
  const flows: GroupFlow[] = []
  for (let target = 0; target < piece.groups; target++) {
    const own = within(targets, ...targetEnds(target))
    const led = through ? sources : both(swept(graph, links, piece.output, own, input, false), sources)
    const arrives = countInRange(targets, ...targetEnds(target)) > 0
    for (let source = 0; source < sourceGroups; source++) {
      const from = arrives ? countInRange(led, ...sourceEnds(source)) : 0
      const to = countInRange(reached[source] ?? emptyBits(columns), ...targetEnds(target))
      if (from > 0 && to > 0) flows.push({ source, target, from, to })
    }
  }
  return flows
}

/** What `start` of tensor `at` reaches of tensor `end` along the links, or what of `end` reaches it. */
function swept(graph: ChannelGraph, links: readonly ChannelLink[], at: TensorId, start: Bits, end: TensorId, onwards: boolean): Bits {
  const sets = new Map<TensorId, Bits>([[at, start]])
  if (onwards)
    for (const link of links) {
      const from = sets.get(link.from)
      if (from) forwards(link, from, setOf(sets, link.to, graph), graph.channels.get(link.to) ?? 0)
    }
  else
    for (let i = links.length - 1; i >= 0; i--) {
      const link = links[i]
      const to = link && sets.get(link.to)
      if (link && to) backwards(link, to, setOf(sets, link.from, graph))
    }
  return sets.get(end) ?? emptyBits(graph.channels.get(end) ?? 0)
}

function both(a: Bits, b: Bits): Bits {
  return a.map((word, i) => word & (b[i] ?? 0))
}

/** The channels of [from, to) that are in the set. */
function within(bits: Bits, from: number, to: number): Bits {
  return bits.map((word, w) => {
    const low = Math.max(from - w * 32, 0)
    const high = Math.min(to - w * 32, 32)
    if (high <= low) return 0
    return word & ((high === 32 ? -1 : (1 << high) - 1) & (-1 << low))
  })
}
