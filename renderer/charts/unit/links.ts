/** Ribbons between two bars: fans within groups, bands where channels keep their place, one ribbon per pair of groups in a shuffle. */
import type { UnitLink, UnitOp } from '../../workers/contract/index.ts'
import { BAR_WIDTH, type ColouredPath, type Geometry, type LinkShape, mergeSpans, PASS_HEIGHT, round, type Span } from './geometry.ts'
import { groupsOfRuns, type Origins } from './origins.ts'

/** Up to so many channels are seen apart as lines of their own. */
export const SINGLE_LINES = 64

interface LinkInput {
  readonly on: UnitLink
  readonly off: UnitLink
  readonly op: UnitOp | undefined
  readonly originsOn: ReadonlyMap<number, Origins>
  readonly originsOff: ReadonlyMap<number, Origins>
  readonly geometry: Geometry
  readonly amount: number
}

export function linkShapes(input: LinkInput): LinkShape {
  const { on, off, op, geometry, amount } = input
  const link = amount < 0.5 ? off : on
  if (link.flow.kind === 'groups') return { link: on, kind: 'groups', ribbons: groupRibbons(link, geometry) }
  if (geometry.pass.has(on)) return { link: on, kind: 'pass', ribbons: passRibbons(input) }
  if (op?.op === 'channelShuffle' && on.flow.kind === 'map' && on.flow.source.length > SINGLE_LINES)
    return { link: on, kind: 'shuffle', ribbons: shuffleRibbons(input, op.shuffle?.groups ?? 1) }
  return { link: on, kind: op?.op === 'channelShuffle' ? 'shuffle' : 'map', ribbons: mapRibbons(input) }
}

/** Every output of a group sees every input of the group: one fan per group. */
function groupRibbons(link: UnitLink, geometry: Geometry): ColouredPath[] {
  if (link.flow.kind !== 'groups') return []
  const { runs } = link.flow
  const groups = groupsOfRuns(runs)
  const several = new Set(groups).size > 1
  return runs.map((run, r) => ({ group: several ? (groups[r] ?? null) : null, d: ribbon(link, geometry, run.in, run.out) }))
}

/** Channels one by one, joined where they run beside each other in one colour. */
function mapRibbons({ on, originsOn, originsOff, geometry, amount }: LinkInput): ColouredPath[] {
  if (on.flow.kind !== 'map') return []
  const origins = originsOn.get(on.from)
  const from = mover(on.from, originsOn, originsOff, amount)
  const to = mover(on.to, originsOn, originsOff, amount)
  const pieces = new Map<number | null, { in: Span; out: Span }[]>()
  on.flow.source.forEach((s, c) => {
    if (s < 0) return
    const group = origins?.group[s] ?? null
    const start = from(s)
    // Where the channel of this map is not the one the bar is coloured by (an addition), the bar's position stands.
    const carriesColour = originsOn.get(on.to)?.root[c] === origins?.root[s]
    const end = carriesColour ? to(c) : c
    const list = pieces.get(group) ?? []
    const last = list.at(-1)
    if (last && Math.abs(last.in[1] - start) < 1e-6 && Math.abs(last.out[1] - end) < 1e-6) {
      last.in[1] = start + 1
      last.out[1] = end + 1
    } else list.push({ in: [start, start + 1], out: [end, end + 1] })
    pieces.set(group, list)
  })
  return [...pieces].map(([group, list]) => ({ group, d: list.map((p) => ribbon(on, geometry, p.in, p.out)).join('') }))
}

/** Position of a channel of `tensor` on its way between the unit without shuffle and with it. */
function mover(tensor: number, on: ReadonlyMap<number, Origins>, off: ReadonlyMap<number, Origins>, amount: number): (position: number) => number {
  const rootsOn = on.get(tensor)?.root
  const rootsOff = off.get(tensor)?.root
  if (!rootsOn || !rootsOff || amount === 1) return (p) => p
  const offAt = new Map([...rootsOff].map((root, position) => [root, position]))
  return (p) => {
    const start = offAt.get(rootsOn[p] ?? -1)
    return start === undefined ? p : start + (p - start) * amount
  }
}

/** One ribbon per (source group, target group), as wide as its number of channels; ends are stacked inside their group. */
function shuffleRibbons({ on, originsOn, geometry, amount }: LinkInput, groups: number): ColouredPath[] {
  if (on.flow.kind !== 'map') return []
  const { source } = on.flow
  const size = source.length / groups
  const counts = Array.from({ length: groups }, () => new Array<number>(groups).fill(0))
  for (let c = 0; c < source.length; c++) {
    const row = counts[Math.floor((source[c] ?? 0) / size)]
    const t = Math.floor(c / size)
    if (row) row[t] = (row[t] ?? 0) + 1
  }
  const filled = new Array<number>(groups).fill(0)
  const origins = originsOn.get(on.from)
  const ribbons: ColouredPath[] = []
  for (let s = 0; s < groups; s++) {
    let start = s * size
    for (let t = 0; t < groups; t++) {
      const n = counts[s]?.[t] ?? 0
      if (n === 0) continue
      const shuffled = t * size + (filled[t] ?? 0)
      const end = start + (shuffled - start) * amount
      ribbons.push({ group: origins?.group[start] ?? s, d: ribbon(on, geometry, [start, start + n], [end, end + n]) })
      filled[t] = (filled[t] ?? 0) + n
      start += n
    }
  }
  return ribbons
}

/** A band that keeps the order of the channels and goes round the bars in its way, narrowed to a fixed height. */
function passRibbons({ on, originsOn, geometry }: LinkInput): ColouredPath[] {
  if (on.flow.kind !== 'map') return []
  const origins = originsOn.get(on.from)
  const spans = new Map<number | null, Span[]>()
  on.flow.source.forEach((s) => {
    if (s < 0) return
    const group = origins?.group[s] ?? null
    spans.set(group, [...(spans.get(group) ?? []), [s, s + 1]])
  })
  return [...spans].map(([group, list]) => ({
    group,
    d: mergeSpans(list)
      .map((span) => passBand(on, geometry, span))
      .join(''),
  }))
}

export function passBand(link: UnitLink, geometry: Geometry, [from, to]: Span): string {
  const start = geometry.at.get(link.from)
  const end = geometry.at.get(link.to)
  const y = geometry.pass.get(link)
  if (!start || !end || y === undefined) return ''
  const { columnX, column } = geometry
  const x1 = start.x + BAR_WIDTH
  const x2 = (columnX[(column.get(link.from) ?? 0) + 1] ?? x1) - 4
  const x3 = (columnX[(column.get(link.to) ?? 0) - 1] ?? x1) + BAR_WIDTH + 4
  const x4 = end.x
  const narrow = (c: number) => y - PASS_HEIGHT / 2 + ((c * start.perChannel) / Math.max(start.height, 1)) * PASS_HEIGHT
  const edge = (c: number) => [start.y + c * start.perChannel, narrow(c), end.y + c * end.perChannel] as const
  const [a1, a2, a3] = edge(from)
  const [b1, b2, b3] = edge(to)
  const there = `M${round(x1)} ${round(a1)}${curve(x1, a1, x2, a2)}H${round(x3)}${curve(x3, a2, x4, a3)}`
  return `${there}V${round(b3)}${curve(x4, b3, x3, b2)}H${round(x2)}${curve(x2, b2, x1, b1)}z`
}

/** A ribbon from positions `a` of one bar to positions `b` of the next. */
export function ribbon(link: UnitLink, geometry: Geometry, a: readonly [number, number], b: readonly [number, number]): string {
  if (geometry.pass.has(link)) return passBand(link, geometry, [a[0], a[1]])
  const from = geometry.at.get(link.from)
  const to = geometry.at.get(link.to)
  if (!from || !to) return ''
  const [x1, x2] = [from.x + BAR_WIDTH, to.x]
  const [y1, y4] = a.map((c) => from.y + c * from.perChannel) as [number, number]
  const [y2, y3] = b.map((c) => to.y + c * to.perChannel) as [number, number]
  return `M${round(x1)} ${round(y1)}${curve(x1, y1, x2, y2)}V${round(y3)}${curve(x2, y3, x1, y4)}z`
}

function curve(x1: number, y1: number, x2: number, y2: number): string {
  const middle = round((x1 + x2) / 2)
  return `C${middle} ${round(y1)} ${middle} ${round(y2)} ${round(x2)} ${round(y2)}`
}
