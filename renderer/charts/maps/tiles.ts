/** Places of a layer's channel images: runs of channels side by side, each a grid of tiles as large as fits. */
import type { Size } from '../kit/size.ts'

export interface TilesData {
  readonly channels: number
  /** Runs of equally many channels. */
  readonly groups: number
  /** Channel at each position after the shuffle, or null. */
  readonly order: ArrayLike<number> | null
  /** Height of a feature map over its width. */
  readonly aspect: number
  /** Room above the tiles of a run; for its name where absent. */
  readonly head?: number
}

export interface TileRun {
  readonly index: number
  readonly x: number
  readonly y: number
  readonly width: number
}

export interface TileShapes {
  readonly width: number
  /** More than the size given where tiles would be too small to see. */
  readonly height: number
  readonly tileWidth: number
  readonly tileHeight: number
  readonly runs: readonly TileRun[]
  /** Top left corner of each position. */
  readonly slots: readonly (readonly [number, number])[]
  /** Position of each channel before and after the shuffle. */
  readonly before: readonly number[]
  readonly after: readonly number[]
}

/** Room for the name of a run above its tiles. */
export const RUN_HEAD = 30
const GAP = 4
const RUN_GAP = 20
const LARGEST = 120
const SMALLEST = 16

interface Grid {
  readonly across: number
  readonly columns: number
  readonly tile: number
}

export function tilesLayout({ channels, groups, order, aspect, head = RUN_HEAD }: TilesData, { width, height }: Size): TileShapes {
  const each = channels / groups
  const { across, columns, tile } = bestGrid(groups, each, aspect, width, height, head)
  const tileHeight = Math.max(4, Math.round(tile * aspect))
  const runWidth = columns * (tile + GAP) - GAP
  const runHeight = head + Math.ceil(each / columns) * (tileHeight + GAP) - GAP
  const runs = Array.from({ length: groups }, (_, index) => ({
    index,
    x: (index % across) * (runWidth + RUN_GAP),
    y: Math.floor(index / across) * (runHeight + RUN_GAP),
    width: runWidth,
  }))
  const slots = Array.from({ length: channels }, (_, position): [number, number] => {
    const run = runs[Math.floor(position / each)]
    const inRun = position % each
    return [(run?.x ?? 0) + (inRun % columns) * (tile + GAP), (run?.y ?? 0) + head + Math.floor(inRun / columns) * (tileHeight + GAP)]
  })
  const before = Array.from({ length: channels }, (_, c) => c)
  const after = [...before]
  if (order) for (let position = 0; position < channels; position++) after[order[position] ?? position] = position
  const total = Math.ceil(groups / across) * (runHeight + RUN_GAP) - RUN_GAP
  return { width, height: Math.max(height, total), tileWidth: tile, tileHeight, runs, slots, before, after }
}

/** The way to set up the runs that gives the largest tiles; of equal ones, that with more runs side by side. */
function bestGrid(groups: number, each: number, aspect: number, width: number, height: number, head: number): Grid {
  let best: Grid = { across: 1, columns: Math.max(1, Math.floor((width + GAP) / (SMALLEST + GAP))), tile: SMALLEST }
  let found = false
  for (let across = groups; across >= 1; across--) {
    const down = Math.ceil(groups / across)
    const room = { width: (width - RUN_GAP * (across - 1)) / across, height: (height - RUN_GAP * (down - 1)) / down - head }
    for (let tile = LARGEST; tile >= SMALLEST; tile--) {
      const columns = Math.floor((room.width + GAP) / (tile + GAP))
      const rows = Math.floor((room.height + GAP) / (Math.max(4, Math.round(tile * aspect)) + GAP))
      if (columns < 1 || rows * columns < each) continue
      // Columns that would stay empty only push the runs apart.
      if (!found || tile > best.tile) best = { across, columns: Math.min(columns, each), tile }
      found = true
      break
    }
  }
  return best
}

/** Top left corner of a channel's tile, `amount` of the way (0..1) from before the shuffle to after it. */
export function tileCorner(shapes: TileShapes, channel: number, amount: number): [number, number] {
  const [x0, y0] = shapes.slots[shapes.before[channel] ?? 0] ?? [0, 0]
  const [x1, y1] = shapes.slots[shapes.after[channel] ?? 0] ?? [0, 0]
  return [x0 + (x1 - x0) * amount, y0 + (y1 - y0) * amount]
}

/** The channel whose tile is at a point. */
export function tileAt(shapes: TileShapes, amount: number, x: number, y: number): number | undefined {
  const found = shapes.before.findIndex((_, channel) => {
    const [left, top] = tileCorner(shapes, channel, amount)
    return x >= left && x < left + shapes.tileWidth && y >= top && y < top + shapes.tileHeight
  })
  return found < 0 ? undefined : found
}

/** The channel that an arrow key leads to; undefined for other keys and at the ends. */
export function tileBeside(shapes: TileShapes, isAfter: boolean, channel: number | null, key: string): number | undefined {
  const places = isAfter ? shapes.after : shapes.before
  const channelAt = (position: number): number | undefined => {
    const found = places.indexOf(position)
    return found < 0 ? undefined : found
  }
  if (channel === null) return key.startsWith('Arrow') || key === 'Home' ? channelAt(0) : undefined
  const position = places[channel] ?? 0
  if (key === 'ArrowRight') return channelAt(position + 1)
  if (key === 'ArrowLeft') return channelAt(position - 1)
  if (key === 'Home') return channelAt(0)
  if (key === 'End') return channelAt(places.length - 1)
  if (key !== 'ArrowUp' && key !== 'ArrowDown') return undefined
  const [x, y] = shapes.slots[position] ?? [0, 0]
  const way = key === 'ArrowUp' ? -1 : 1
  let best: number | undefined
  let nearest = Number.POSITIVE_INFINITY
  shapes.slots.forEach(([sx, sy], i) => {
    if ((sy - y) * way <= 0) return
    const distance = Math.abs(sy - y) + 3 * Math.abs(sx - x)
    if (distance >= nearest) return
    nearest = distance
    best = i
  })
  return best === undefined ? undefined : channelAt(best)
}
