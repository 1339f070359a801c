/** A trace as flows on the map: ribbons through units from group to group, and bands between units; widths are numbers of channels. */
import { type ArrowShape, DRAWN_GROUPS, type GlyphShape, type ItemFlow, padOf, type ReachGroup } from './layout.ts'
import { BAR, PICTURE_TOP, r, ribbon } from './picture.ts'

export interface FlowPart {
  readonly group: number | null
  readonly d: string
  readonly part: 'track' | 'bar' | 'ribbon'
}

/** Height of the picture of a traced unit. */
export const FLOW_HEIGHT = 42
/** Where everything passes through one channel. */
const PINCH = 3

interface Slot {
  /** Begin of the group's track, and its length. */
  readonly y: number
  readonly height: number
  /** What of it is touched, from its begin. */
  readonly touched: number
}

/** Groups beyond those that can be drawn are gathered. */
function gathered(groups: readonly ReachGroup[]): {
  readonly groups: readonly ReachGroup[]
  readonly bucket: (g: number) => number
  readonly coloured: boolean
} {
  const drawn = Math.min(groups.length, DRAWN_GROUPS)
  const bucket = (g: number) => Math.floor((g * drawn) / groups.length)
  const sums = Array.from({ length: drawn }, () => ({ reached: 0, size: 0 }))
  for (const [g, { reached, size }] of groups.entries()) {
    const sum = sums[bucket(g)]
    if (!sum) continue
    sum.reached += reached
    sum.size += size
  }
  return { groups: sums, bucket, coloured: groups.length > 1 && drawn === groups.length }
}

/** One slot per group, as long as the group is large, with a hair between them. */
function slots(groups: readonly ReachGroup[], top: number): Slot[] {
  const gap = groups.length > 4 ? 1 : 2
  const all = groups.reduce((sum, g) => sum + g.size, 0)
  const room = FLOW_HEIGHT - gap * (groups.length - 1)
  let y = top
  return groups.map(({ reached, size }) => {
    const height = (room * size) / Math.max(all, 1)
    const touched = (height * reached) / Math.max(size, 1)
    const slot = { y, height, touched: reached > 0 ? Math.max(touched, 0.6) : 0 }
    y += height + gap
    return slot
  })
}

/** Bars of what goes in and out by group, and ribbons between them, of one traced unit. */
export function flowParts({ item, x, y, width }: Pick<GlyphShape, 'item' | 'x' | 'y' | 'width'>): FlowPart[] {
  const { reach } = item
  if (!reach) return []
  const pad = padOf(width)
  const [left, right] = [x + pad, x + width - pad - BAR]
  const top = y + PICTURE_TOP
  const out = gathered(reach.groups)
  const outSlots = slots(out.groups, top)
  const colour = (coloured: boolean, g: number) => (coloured ? g : null)
  const bar = (at: number, slot: Slot, group: number | null): FlowPart[] => [
    { group: null, part: 'track', d: `M${r(at)} ${r(slot.y)}h${BAR}v${r(slot.height)}h-${BAR}z` },
    ...(slot.touched > 0 ? [{ group, part: 'bar', d: `M${r(at)} ${r(slot.y)}h${BAR}v${r(slot.touched)}h-${BAR}z` } as const] : []),
  ]
  const parts: FlowPart[] = []
  const { flow } = reach
  if (flow) {
    const into = gathered(flow.groups)
    const inSlots = slots(into.groups, top)
    parts.push(...ribbons(flow, into, out, inSlots, outSlots, left + BAR, right))
    for (const [g, slot] of inSlots.entries()) parts.push(...bar(left, slot, colour(into.coloured, g)))
  }
  for (const [g, slot] of outSlots.entries()) parts.push(...bar(right, slot, colour(out.coloured, g)))
  return parts
}

type Gathered = ReturnType<typeof gathered>

function ribbons(
  flow: ItemFlow,
  into: Gathered,
  out: Gathered,
  inSlots: readonly Slot[],
  outSlots: readonly Slot[],
  left: number,
  right: number,
): FlowPart[] {
  const cells = new Map<string, { source: number; target: number; from: number; to: number }>()
  for (const { source, target, from, to } of flow.flows) {
    const [s, t] = [into.bucket(source), out.bucket(target)]
    const cell = cells.get(`${s}/${t}`) ?? { source: s, target: t, from: 0, to: 0 }
    cells.set(`${s}/${t}`, { ...cell, from: cell.from + from, to: cell.to + to })
  }
  const all = [...cells.values()].sort((a, b) => a.source - b.source || a.target - b.target)
  const sum = (own: typeof all, of: 'from' | 'to') =>
    Math.max(
      own.reduce((total, c) => total + c[of], 0),
      1,
    )
  // Each end of a ribbon has its share of what is touched of the group there.
  const leftUsed = inSlots.map((s) => s.y)
  const rightUsed = outSlots.map((s) => s.y)
  const middle = (left + right) / 2
  const pinch = (inSlots[0]?.y ?? 0) + FLOW_HEIGHT / 2
  return all.flatMap((cell): FlowPart[] => {
    const { source, target, from, to } = cell
    const [start, end] = [inSlots[source], outSlots[target]]
    if (!start || !end) return []
    const a = leftUsed[source] ?? start.y
    const b =
      a +
      (start.touched * from) /
        sum(
          all.filter((c) => c.source === source),
          'from',
        )
    const c = rightUsed[target] ?? end.y
    const d =
      c +
      (end.touched * to) /
        sum(
          all.filter((o) => o.target === target),
          'to',
        )
    leftUsed[source] = b
    rightUsed[target] = d
    const group = into.coloured ? source : null
    if (!flow.through) return [{ group, part: 'ribbon', d: ribbon(left, a, b, right, c, d) }]
    const [high, low] = [pinch - PINCH / 2, pinch + PINCH / 2]
    return [
      { group, part: 'ribbon', d: ribbon(left, a, b, middle, high, low) },
      { group: out.coloured ? target : null, part: 'ribbon', d: ribbon(middle, high, low, right, c, d) },
    ]
  })
}

export interface FlowBand extends ArrowShape {
  readonly group: number | null
}

/** How far a band goes on into the margin, where the row ends before the unit that it leads to. */
const STUB = 14

/** What passes from unit to unit, by group: across the gap, or out of one row and into the next. */
export function flowBands(glyphs: readonly GlyphShape[]): FlowBand[] {
  const byKey = new Map(glyphs.map((g) => [g.item.key, g]))
  const bands: FlowBand[] = []
  for (const to of glyphs) {
    const flow = to.item.reach?.flow
    const from = flow?.from === null || flow?.from === undefined ? undefined : byKey.get(flow.from)
    if (!flow || to.item.kind !== 'unit') continue
    const into = gathered(flow.groups)
    const leads = from?.item.kind === 'unit'
    const neighbours = leads && from.y === to.y && to.x > from.x && to.x - from.x - from.width < 2 * STUB
    const arrive = slots(into.groups, to.y + PICTURE_TOP)
    const leave = from ? slots(into.groups, from.y + PICTURE_TOP) : []
    for (const [g, slot] of arrive.entries()) {
      const start = leave[g]
      if (slot.touched === 0) continue
      const group = into.coloured ? g : null
      const end = to.x + padOf(to.width)
      const band = (x1: number, y1: number, x2: number, y2: number) =>
        bands.push({
          group,
          d: ribbon(x1, y1, y1 + slot.touched, x2, y2, y2 + slot.touched),
          box: { x: x1, y: Math.min(y1, y2), width: x2 - x1, height: Math.abs(y2 - y1) + slot.touched },
        })
      if (neighbours && start) band(from.x + from.width - padOf(from.width), start.y, end, slot.y)
      else {
        band(to.x - STUB, slot.y, end, slot.y)
        if (leads && start) band(from.x + from.width - padOf(from.width), start.y, from.x + from.width + STUB, start.y)
      }
    }
  }
  return bands
}
