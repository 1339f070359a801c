/** The channel tracer: every channel of every tensor that a channel comes from, and every one that it reaches. */
import { badInput } from '../base/errors.ts'
import type { TensorId } from '../ir/graph.ts'
import { addAll, addBit, addRange, anyInRange, type Bits, emptyBits, hasBit } from './bits.ts'
import type { ChannelGraph, ChannelLink } from './links.ts'

/** Channels by tensor; a tensor that is not touched has no entry. */
export type ReachedChannels = ReadonlyMap<TensorId, Bits>

export interface ChannelTrace {
  readonly tensor: TensorId
  readonly channel: number
  /** What flows into the channel, itself included. */
  readonly before: ReachedChannels
  /** What it flows into, itself included. */
  readonly after: ReachedChannels
}

/**
 * Follows channel `channel` of `tensor` through all links, backwards and forwards. Linear in the channels of the graph.
 * Throws ScopeError `bad-input` where the graph computes no such channel.
 */
export function traceChannel(graph: ChannelGraph, tensor: TensorId, channel: number): ChannelTrace {
  const size = graph.channels.get(tensor)
  if (size === undefined || !Number.isInteger(channel) || channel < 0 || channel >= size)
    throw badInput(
      `Channel ${channel} of tensor ${tensor}`,
      size === undefined ? 'the graph computes no such tensor' : `it has ${size} channels`,
      'Choose a channel of a feature map',
    )
  const start = (): Map<TensorId, Bits> => {
    const bits = emptyBits(size)
    addBit(bits, channel)
    return new Map([[tensor, bits]])
  }
  // Links are in network order, so one sweep in each direction is enough.
  const before = start()
  for (let i = graph.links.length - 1; i >= 0; i--) {
    const link = graph.links[i]
    const to = link && before.get(link.to)
    if (link && to) backwards(link, to, setOf(before, link.from, graph))
  }
  const after = start()
  for (const link of graph.links) {
    const from = after.get(link.from)
    if (from) forwards(link, from, setOf(after, link.to, graph), graph.channels.get(link.to) ?? 0)
  }
  for (const side of [before, after]) for (const [id, bits] of side) if (bits.every((word) => word === 0)) side.delete(id)
  return { tensor, channel, before, after }
}

/** The set of a tensor, empty where there is none yet. */
export function setOf(sets: Map<TensorId, Bits>, id: TensorId, graph: ChannelGraph): Bits {
  let bits = sets.get(id)
  if (!bits) {
    bits = emptyBits(graph.channels.get(id) ?? 0)
    sets.set(id, bits)
  }
  return bits
}

/** Adds to `from` what reaches `to` through the link. */
export function backwards({ flow, identity }: ChannelLink, to: Bits, from: Bits): void {
  if (identity) addAll(from, to)
  else if (flow.kind === 'groups') {
    for (const run of flow.runs) if (anyInRange(to, ...run.out)) addRange(from, ...run.in)
  } else
    for (let c = 0; c < flow.source.length; c++) {
      const source = flow.source[c] ?? -1
      if (source >= 0 && hasBit(to, c)) addBit(from, source)
    }
}

/** Adds to `to` what `from` reaches through the link. */
export function forwards({ flow, identity }: ChannelLink, from: Bits, to: Bits, channels: number): void {
  if (identity) addAll(to, from)
  else if (flow.kind === 'groups') {
    for (const run of flow.runs) if (anyInRange(from, ...run.in)) addRange(to, ...run.out)
  } else
    for (let c = 0; c < channels; c++) {
      const source = flow.source[c] ?? -1
      if (source >= 0 && hasBit(from, source)) addBit(to, c)
    }
}
