/** Which channels a channel comes from and goes to through a whole unit, by following the ops' channel flows. */
import type { UnitFlow, UnitLink } from '../../workers/contract/index.ts'

/** One byte per channel of each tensor: 1 where it is reached. */
export type Reach = ReadonlyMap<number, Uint8Array>

/** Everything that flows into channel `channel` of `tensor`, everything it flows into, and itself. */
export function reachOf(unit: UnitFlow, tensor: number, channel: number): Reach {
  const reach = new Map(unit.tensors.map((t) => [t.id, new Uint8Array(t.channels)]))
  const here = reach.get(tensor)
  if (!here || channel < 0 || channel >= here.length) return reach
  const back = new Map([[tensor, mark(here.length, channel)]])
  // Links are in network order, so one sweep in each direction is enough.
  for (const link of [...unit.links].reverse()) {
    const to = back.get(link.to)
    if (to) merge(back, link.from, reach.get(link.from)?.length ?? 0, (from) => backwards(link, from, to))
  }
  const forth = new Map([[tensor, mark(here.length, channel)]])
  for (const link of unit.links) {
    const from = forth.get(link.from)
    if (from) merge(forth, link.to, reach.get(link.to)?.length ?? 0, (to) => forwards(link, from, to))
  }
  for (const side of [back, forth]) for (const [id, mask] of side) addInto(reach.get(id), mask)
  return reach
}

function mark(length: number, channel: number): Uint8Array {
  const mask = new Uint8Array(length)
  mask[channel] = 1
  return mask
}

function merge(masks: Map<number, Uint8Array>, id: number, length: number, fill: (mask: Uint8Array) => void): void {
  const mask = masks.get(id) ?? new Uint8Array(length)
  fill(mask)
  masks.set(id, mask)
}

function backwards({ flow }: UnitLink, from: Uint8Array, to: Uint8Array): void {
  if (flow.kind === 'map') {
    for (let c = 0; c < to.length; c++) {
      const s = flow.source[c] ?? -1
      if (to[c] && s >= 0) from[s] = 1
    }
  } else if (flow.kind === 'groups') for (const run of flow.runs) if (to.subarray(...run.out).includes(1)) from.fill(1, ...run.in)
}

function forwards({ flow }: UnitLink, from: Uint8Array, to: Uint8Array): void {
  if (flow.kind === 'map') {
    for (let c = 0; c < to.length; c++) if (from[flow.source[c] ?? -1]) to[c] = 1
  } else if (flow.kind === 'groups') for (const run of flow.runs) if (from.subarray(...run.in).includes(1)) to.fill(1, ...run.out)
}

/** For every channel of `output`, the channels of `input` that reach it: rows of one byte per input channel. */
export function composed(unit: UnitFlow, input: number, output: number): Uint8Array[] {
  const columns = unit.tensors.find((t) => t.id === input)?.channels ?? 0
  const rows = new Map<number, Uint8Array[]>([[input, Array.from({ length: columns }, (_, c) => mark(columns, c))]])
  for (const { from, to, flow } of unit.links) {
    const source = rows.get(from)
    if (!source) continue
    const channels = unit.tensors.find((t) => t.id === to)?.channels ?? 0
    const target = rows.get(to) ?? Array.from({ length: channels }, () => new Uint8Array(columns))
    if (flow.kind === 'map') for (let c = 0; c < channels; c++) addInto(target[c], source[flow.source[c] ?? -1])
    else if (flow.kind === 'groups')
      for (const run of flow.runs) {
        const union = new Uint8Array(columns)
        for (const row of source.slice(...run.in)) addInto(union, row)
        for (const row of target.slice(...run.out)) addInto(row, union)
      }
    rows.set(to, target)
  }
  return rows.get(output) ?? []
}

function addInto(target: Uint8Array | undefined, source: Uint8Array | undefined): void {
  if (!target || !source) return
  for (let c = 0; c < target.length; c++) if (source[c]) target[c] = 1
}
