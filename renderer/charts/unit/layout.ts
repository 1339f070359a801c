/**
 * The flow picture of a unit: a bar of channel positions per tensor, ribbons between bars per op. Pure: a unit and a
 * size give shapes. `amount` moves between the unit without shuffle (0) and as it is (1).
 */
import type { UnitLink, UnitOp, UnitTensor, UnitView } from '../../workers/contract/index.ts'
import type { Size } from '../kit/size.ts'
import { BAR_WIDTH, box, type ColouredPath, type Geometry, type LinkShape, mergeSpans, PASS_HEIGHT, round, type Span, type Spot } from './geometry.ts'
import { linkShapes } from './links.ts'
import { type Origins, originsOf } from './origins.ts'
import { type Placed, place } from './place.ts'

const HEADER = 44
const FOOTER = 22
const SIDE = 20
const LANE_GAP = 28
const MIN_GAP_WEIGHT = 27
const MAX_CHANNEL = 12
/** Lowest run of one group that has room for its index. */
const MIN_INDEX = 13

export interface BarShape {
  readonly tensor: UnitTensor
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly stripes: readonly ColouredPath[]
  /** Where the index of a group stands on the bar, so that groups can be told apart without their hues. */
  readonly indices: readonly GroupIndex[]
  /** Whether the count of channels is worth writing: it differs from the bar before. */
  readonly countShown: boolean
}

export interface GroupIndex {
  readonly group: number
  readonly y: number
}

export interface HeaderShape {
  readonly op: UnitOp
  readonly x: number
  readonly width: number
  readonly detail: string
}

export interface UnitShapes {
  readonly width: number
  readonly height: number
  readonly bars: readonly BarShape[]
  readonly links: readonly LinkShape[]
  readonly headers: readonly HeaderShape[]
  readonly geometry: Geometry
}

export function unitLayout(view: UnitView, size: Size, amount: number): UnitShapes {
  const placed = place(view.on)
  const originsOn = originsOf(view.on)
  const originsOff = originsOf(view.off)
  const geometry = geometryOf(view, placed, size)
  const { at } = geometry
  const bars = view.on.tensors.map((tensor): BarShape => {
    const spot = at.get(tensor.id) ?? { x: 0, y: 0, height: 0, perChannel: 0 }
    const on = originsOn.get(tensor.id)
    const off = originsOff.get(tensor.id)
    const before = view.on.links.find((l) => l.to === tensor.id)?.from
    const runs = on && off ? runsOf(on, off, amount) : []
    return {
      tensor,
      x: spot.x,
      y: spot.y,
      width: BAR_WIDTH,
      height: spot.height,
      stripes: runs.map(({ group, spans }) => ({ group, d: spans.map((s) => box(s, spot)).join('') })),
      indices: indicesOf(runs, spot),
      countShown: view.on.tensors.find((t) => t.id === before)?.channels !== tensor.channels,
    }
  })
  const links = view.on.links.map((link, i) =>
    linkShapes({
      on: link,
      off: view.off.links[i] ?? link,
      op: view.on.ops.find((o) => o.node === link.node),
      originsOn,
      originsOff,
      geometry,
      amount,
    }),
  )
  const right = Math.max(0, ...geometry.columnX) + BAR_WIDTH + SIDE
  return { width: Math.max(size.width, right), height: size.height, bars, links, headers: headersOf(placed, geometry), geometry }
}

function geometryOf({ on }: UnitView, placed: Placed, size: Size): Geometry {
  const { column, lane, columns, lanes, gaps } = placed
  const bars = columns * BAR_WIDTH + 2 * SIDE
  const perWeight = Math.max(
    MIN_GAP_WEIGHT,
    (size.width - bars) /
      Math.max(
        1,
        gaps.reduce((a, b) => a + b, 0),
      ),
  )
  const columnX = [SIDE]
  for (const gap of gaps) columnX.push((columnX.at(-1) ?? 0) + BAR_WIDTH + gap * perWeight)

  const tallest = new Array<number>(lanes).fill(0)
  for (const t of on.tensors) {
    const l = lane.get(t.id) ?? 0
    tallest[l] = Math.max(tallest[l] ?? 0, extentOf(t.channels))
  }
  const passing = on.links.filter((l) => isBlocked(l, on.tensors, placed))
  const room = size.height - HEADER - FOOTER - (lanes - 1) * LANE_GAP - passing.length * (PASS_HEIGHT + LANE_GAP)
  const most = Math.max(1, ...on.tensors.map((t) => t.channels))
  const scale = Math.min(
    (most * MAX_CHANNEL) / extentOf(most),
    Math.max(40, room) /
      Math.max(
        1,
        tallest.reduce((a, b) => a + b, 0),
      ),
  )

  const laneTop: number[] = []
  let y = HEADER
  for (const extent of tallest) {
    laneTop.push(y)
    y += extent * scale + LANE_GAP
  }
  const pass = new Map(passing.map((link, i) => [link, y + i * (PASS_HEIGHT + LANE_GAP) + PASS_HEIGHT / 2]))
  const at = new Map(
    on.tensors.map((t): [number, Spot] => {
      const l = lane.get(t.id) ?? 0
      const height = extentOf(t.channels) * scale
      const slack = (tallest[l] ?? 0) * scale - height
      return [
        t.id,
        { x: columnX[column.get(t.id) ?? 0] ?? 0, y: (laneTop[l] ?? 0) + slack / 2, height, perChannel: height / Math.max(t.channels, 1) },
      ]
    }),
  )
  return { at, pass, columnX, column }
}

/** Bars grow slower than their channels: a bottleneck of a quarter of the width must still be read channel by channel. */
function extentOf(channels: number): number {
  return channels ** 0.6
}

/** Whether bars of its own lane stand between the ends of a link, so that it must go round them. */
function isBlocked(link: UnitLink, tensors: readonly UnitTensor[], { column, lane }: Placed): boolean {
  const from = column.get(link.from) ?? 0
  const to = column.get(link.to) ?? 0
  const own = lane.get(link.from)
  return tensors.some((t) => lane.get(t.id) === own && (column.get(t.id) ?? 0) > from && (column.get(t.id) ?? 0) < to)
}

interface Run {
  readonly group: number | null
  readonly spans: readonly Span[]
}

/** Runs of a bar by group. A channel on the move is drawn between where it lies without and with the shuffle. */
function runsOf(on: Origins, off: Origins, amount: number): Run[] {
  const offAt = new Map([...off.root].map((root, position) => [root, position]))
  const spans = new Map<number | null, Span[]>()
  on.root.forEach((root, position) => {
    const start = offAt.get(root)
    const p = start === undefined ? position : start + (position - start) * amount
    const group = on.group[position] ?? null
    const own = spans.get(group)
    if (own) own.push([p, p + 1])
    else spans.set(group, [[p, p + 1]])
  })
  return [...spans].map(([group, own]) => ({ group, spans: mergeSpans(own) }))
}

function indicesOf(runs: readonly Run[], { y, perChannel }: Spot): GroupIndex[] {
  return runs.flatMap(({ group, spans }) =>
    group === null
      ? []
      : spans.flatMap(([from, to]) => ((to - from) * perChannel < MIN_INDEX ? [] : [{ group, y: round(y + ((from + to) / 2) * perChannel) }])),
  )
}

function headersOf({ ops }: Placed, { columnX }: Geometry): HeaderShape[] {
  return ops.flatMap((op, i) => {
    if (!op) return []
    const left = (columnX[i] ?? 0) + BAR_WIDTH
    const right = columnX[i + 1] ?? left
    const depthwise = op.label.startsWith('DW')
    const detail = op.shuffle ? `g=${op.shuffle.groups} ${op.shuffle.order}` : op.groups > 1 && !depthwise ? `g=${op.groups}` : ''
    return [{ op, x: (left + right) / 2, width: right - left, detail }]
  })
}
