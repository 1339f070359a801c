/** Where the colour of each channel comes from: the channel is followed back through maps to a convolution or to the unit's input. */
import type { UnitFlow, UnitLink } from '../../workers/contract/index.ts'

/** For every position of a tensor: which channel of which root it carries (`root * 2^16 + channel`), and its group (null: none). */
export interface Origins {
  readonly root: Float64Array
  readonly group: (number | null)[]
}

const STRIDE = 65536

export function originsOf(unit: UnitFlow): Map<number, Origins> {
  const byTarget = new Map<number, UnitLink[]>()
  for (const link of unit.links) byTarget.set(link.to, [...(byTarget.get(link.to) ?? []), link])
  const origins = new Map<number, Origins>()
  for (const tensor of unit.tensors) {
    const links = byTarget.get(tensor.id) ?? []
    const maps = links.filter((l) => l.flow.kind === 'map')
    origins.set(tensor.id, maps.length > 0 ? carried(tensor, maps, origins) : made(tensor, links, unit))
  }
  return origins
}

/** Channels carried over: concat takes from each of its inputs, an addition from the first. */
function carried({ id, channels }: { id: number; channels: number }, links: readonly UnitLink[], origins: ReadonlyMap<number, Origins>): Origins {
  const root = Float64Array.from({ length: channels }, (_, c) => id * STRIDE + c)
  const group = new Array<number | null>(channels).fill(null)
  // The longest branch comes last in network order; its colours are the ones that an addition keeps.
  for (const { from, flow } of [...links].sort((a, b) => a.from - b.from)) {
    const source = origins.get(from)
    if (!source || flow.kind !== 'map') continue
    flow.source.forEach((s, c) => {
      const value = source.root[s]
      if (s < 0 || value === undefined) return
      root[c] = value
      group[c] = source.group[s] ?? null
    })
  }
  return { root, group }
}

/** A tensor that a convolution makes is coloured by its groups; one that comes in, by the groups of the first convolution to read it. */
function made({ id, channels }: { id: number; channels: number }, links: readonly UnitLink[], unit: UnitFlow): Origins {
  const group = new Array<number | null>(channels).fill(null)
  const flow = (links[0] ?? firstGrouping(id, unit))?.flow
  const side = links[0] ? 'out' : 'in'
  if (flow?.kind === 'groups' && flow.runs.length > 1) {
    const groups = groupsOfRuns(flow.runs)
    flow.runs.forEach((run, r) => {
      for (let c = run[side][0]; c < run[side][1]; c++) group[c] = groups[r] ?? null
    })
  } else {
    // A dense convolution has no groups, but a shuffle that follows deals its channels out in groups of its own.
    const dealt = shuffleGroups(id, unit)
    if (dealt > 1) for (let c = 0; c < channels; c++) group[c] = Math.floor((c * dealt) / channels)
  }
  const order = orderByGroup(group)
  return { root: Float64Array.from({ length: channels }, (_, c) => id * STRIDE + (order[c] ?? c)), group }
}

/**
 * The place of each position with the channels of a group side by side. Where a convolution stores its channels shuffled,
 * this is the channel before the shuffle; else the position itself.
 */
function orderByGroup(group: readonly (number | null)[]): readonly number[] {
  const order = new Array<number>(group.length)
  const positions = group.map((_, c) => c).sort((a, b) => (group[a] ?? 0) - (group[b] ?? 0) || a - b)
  positions.forEach((position, place) => {
    order[position] = place
  })
  return order
}

/** The first link that partitions the channels of `id`, looked for through links that keep their order. */
function firstGrouping(id: number, unit: UnitFlow): UnitLink | undefined {
  let at = id
  for (;;) {
    const next = unit.links.filter((l) => l.from === at)
    const grouping = next.find((l) => l.flow.kind === 'groups')
    if (grouping) return grouping
    const map = next.find((l) => l.flow.kind === 'map' && l.flow.source.every((s, c) => s === c))
    if (!map || map.to === at) return undefined
    at = map.to
  }
}

/** Groups of the shuffle that the channels of `id` meet before any other mixing; 0 where there is none. */
function shuffleGroups(id: number, unit: UnitFlow): number {
  let at = id
  for (;;) {
    const next = unit.links.filter((l) => l.from === at && l.flow.kind === 'map')
    const shuffle = next.map((l) => unit.ops.find((o) => o.node === l.node)).find((o) => o?.op === 'channelShuffle')?.shuffle
    if (shuffle) return shuffle.groups
    const map = next.find((l) => l.flow.kind === 'map' && l.flow.source.every((s, c) => s === c))
    if (!map || map.to === at) return 0
    at = map.to
  }
}

/** Group of each run: runs that read the same channels are one group. */
export function groupsOfRuns(runs: readonly { readonly in: readonly [number, number] }[]): number[] {
  const starts = [...new Set(runs.map((r) => r.in[0]))].sort((a, b) => a - b)
  const index = new Map(starts.map((s, i) => [s, i]))
  return runs.map((r) => index.get(r.in[0]) ?? 0)
}
