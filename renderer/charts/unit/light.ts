/** Shapes that light the channels reached from one channel: positions in bars, and the parts of ribbons between them. */
import type { UnitFlow } from '../../workers/contract/index.ts'
import { box, type ColouredPath, type Geometry, mergeSpans, type Span } from './geometry.ts'
import { ribbon } from './links.ts'
import { groupsOfRuns, originsOf } from './origins.ts'
import type { Reach } from './reach.ts'

export interface LightShapes {
  readonly bars: readonly ColouredPath[]
  readonly ribbons: readonly ColouredPath[]
}

export function lightShapes(unit: UnitFlow, geometry: Geometry, reach: Reach): LightShapes {
  const origins = originsOf(unit)
  const bars = new Map<number | null, string[]>()
  const ribbons = new Map<number | null, string[]>()
  const put = (map: Map<number | null, string[]>, group: number | null, d: string) => map.set(group, [...(map.get(group) ?? []), d])
  for (const tensor of unit.tensors) {
    const spot = geometry.at.get(tensor.id)
    const mask = reach.get(tensor.id)
    const group = origins.get(tensor.id)?.group
    if (!spot || !mask) continue
    const spans = new Map<number | null, Span[]>()
    mask.forEach((lit, c) => {
      const g = group?.[c] ?? null
      if (lit) spans.set(g, [...(spans.get(g) ?? []), [c, c + 1]])
    })
    for (const [g, list] of spans) for (const span of mergeSpans(list)) put(bars, g, box(span, spot))
  }
  // The geometry knows links by identity; those of the unit without shuffle stand in the same order.
  const passing = new Map([...geometry.pass.keys()].map((l) => [`${l.node}:${l.from}:${l.to}`, l]))
  for (const link of unit.links) {
    const from = reach.get(link.from)
    const to = reach.get(link.to)
    const drawn = passing.get(`${link.node}:${link.from}:${link.to}`) ?? link
    if (!from || !to) continue
    if (link.flow.kind === 'map')
      link.flow.source.forEach((s, c) => {
        if (s >= 0 && from[s] && to[c]) put(ribbons, origins.get(link.from)?.group[s] ?? null, ribbon(drawn, geometry, [s, s + 1], [c, c + 1]))
      })
    else if (link.flow.kind === 'groups') {
      const groups = groupsOfRuns(link.flow.runs)
      const several = new Set(groups).size > 1
      link.flow.runs.forEach((run, r) => {
        for (const a of litSpans(from, run.in))
          for (const b of litSpans(to, run.out)) put(ribbons, several ? (groups[r] ?? null) : null, ribbon(drawn, geometry, a, b))
      })
    }
  }
  const flat = (map: Map<number | null, string[]>) => [...map].map(([group, list]) => ({ group, d: list.join('') }))
  return { bars: flat(bars), ribbons: flat(ribbons) }
}

function litSpans(mask: Uint8Array, [from, to]: readonly [number, number]): Span[] {
  const spans: Span[] = []
  for (let c = from; c < to; c++) if (mask[c]) spans.push([c, c + 1])
  return mergeSpans(spans)
}
