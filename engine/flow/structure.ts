/** Mixing by structure: which channels of a stage's first feature map each later channel can see at all. */
import type { TensorId } from '../ir/graph.ts'
import { addAll, addBit, type Bits, countBits, countInRange, emptyBits } from './bits.ts'
import type { ChannelGraph, ChannelLink } from './links.ts'
import type { FlowStage } from './units.ts'

/** Shares 0..1 over all output channels of a unit. */
export interface Spread {
  readonly mean: number
  readonly least: number
  readonly most: number
}

export interface Seen {
  /** Of the channels of the stage's first feature map. */
  readonly channels: Spread
  /** Of its groups: a group is seen where one of its channels is. */
  readonly groups: Spread
}

/** For each channel of a tensor, the channels of the source that reach it. Sets are shared between channels, so none may be changed. */
type Rows = readonly Bits[]

/**
 * What each unit's output sees of the stage's source, in the order of the units; the source sees itself.
 * `groups` divides the source by position: channel c of C lies in group floor(c * groups / C).
 */
export function seenThrough(graph: ChannelGraph, stage: FlowStage, groups: number): Seen[] {
  const { channels, source, units } = stage
  const self = Array.from({ length: channels }, (_, c) => {
    const bits = emptyBits(channels)
    addBit(bits, c)
    return bits
  })
  const rows = new Map<TensorId, Rows>([[source, self]])
  const inside = new Set(units.slice(1).flatMap((u) => u.nodes.map((n) => n.id)))
  for (const link of graph.links) {
    const from = inside.has(link.node.id) ? rows.get(link.from) : undefined
    if (from) rows.set(link.to, joined(rows.get(link.to), through(link, from, graph.channels.get(link.to) ?? 0, channels)))
  }
  return units.map(({ output }) => seen(rows.get(output) ?? [], channels, groups))
}

function through({ flow, identity }: ChannelLink, from: Rows, size: number, channels: number): Rows {
  if (identity) return from
  const nothing = emptyBits(channels)
  const to = new Array<Bits>(size).fill(nothing)
  if (flow.kind === 'map') return to.map((_, c) => from[flow.source[c] ?? -1] ?? nothing)
  // A fused shuffle splits a group's outputs into runs of one channel that all see the same inputs.
  const unions = new Map<string, Bits>()
  for (const run of flow.runs) {
    const key = run.in.join()
    let union = unions.get(key)
    if (!union) {
      union = emptyBits(channels)
      for (const bits of new Set(from.slice(...run.in))) addAll(union, bits)
      unions.set(key, union)
    }
    for (let c = run.out[0]; c < run.out[1]; c++) to[c] = to[c] === nothing ? union : either(to[c] ?? nothing, union)
  }
  return to
}

function joined(a: Rows | undefined, b: Rows): Rows {
  return a && a !== b ? b.map((bits, c) => either(a[c] ?? bits, bits)) : b
}

function either(a: Bits, b: Bits): Bits {
  if (a === b) return a
  const union = a.slice()
  addAll(union, b)
  return union
}

function seen(rows: Rows, channels: number, groups: number): Seen {
  const edges = Array.from({ length: groups + 1 }, (_, g) => Math.ceil((g * channels) / groups))
  const groupsIn = (bits: Bits): number => {
    let count = 0
    for (let g = 0; g < groups; g++) if (countInRange(bits, edges[g] ?? 0, edges[g + 1] ?? 0) > 0) count++
    return count
  }
  return {
    channels: spread(rows, (bits) => countBits(bits) / channels),
    groups: spread(rows, (bits) => groupsIn(bits) / groups),
  }
}

function spread(rows: Rows, shareOf: (bits: Bits) => number): Spread {
  if (rows.length === 0) return { mean: 0, least: 0, most: 0 }
  let sum = 0
  let least = Number.POSITIVE_INFINITY
  let most = 0
  const known = new Map<Bits, number>()
  for (const bits of rows) {
    const share = known.get(bits) ?? shareOf(bits)
    known.set(bits, share)
    sum += share
    least = Math.min(least, share)
    most = Math.max(most, share)
  }
  return { mean: sum / rows.length, least, most }
}
