/** The map of a network: sections from top to bottom, their units from left to right, wrapped where the window is narrow. */
import type { Size } from '../kit/size.ts'

export interface MapItem {
  readonly key: string
  readonly kind: 'unit' | 'op'
  readonly label: string
  readonly groups: number
  readonly stride: number
  readonly shuffleGroups: number | null
  readonly join: 'add' | 'concat' | null
  readonly channelsIn: number
  readonly channelsOut: number
  /** By the measure that is shown; null where it is not measured. */
  readonly cost: number | null
  /** The cost in words. */
  readonly costText: string
  /** With its unit; empty where it is not measured. */
  readonly costWords: string
  /** Keys of the items that read what it computes. */
  readonly next: readonly string[]
  /** What a trace touches of its output, by group; null where it touches nothing, or nothing is traced. */
  readonly reach?: {
    readonly side: 'before' | 'after'
    readonly groups: readonly ReachGroup[]
    /** How what is touched passes through it; null where nothing that is drawn comes in. */
    readonly flow?: ItemFlow | null
  } | null
}

/** Channels of a group that are touched, of all that it has. */
export interface ReachGroup {
  readonly reached: number
  readonly size: number
}

/** Touched channels by groups of what comes in (source) and of what leaves (target). */
export interface ItemFlow {
  /** Key of the item that it comes from; null for an input of the network. */
  readonly from: string | null
  readonly groups: readonly ReachGroup[]
  readonly flows: readonly { readonly source: number; readonly target: number; readonly from: number; readonly to: number }[]
  /** All of it passes through the traced channel. */
  readonly through: boolean
}

export interface MapSection {
  readonly key: string
  readonly label: string
  readonly detail: string
  readonly items: readonly MapItem[]
}

export interface GlyphShape {
  readonly item: MapItem
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  /** 0..1 of the dearest item; null where it is not measured. */
  readonly share: number | null
  /** Bars of a trace: how much of each group is touched, on a track that is the whole group. */
  readonly reach: readonly ReachBar[]
}

export interface ReachBar {
  readonly group: number | null
  readonly x: number
  readonly y: number
  readonly height: number
  readonly width: number
  /** Of the width. */
  readonly share: number
}

export interface SectionShape {
  readonly section: MapSection
  /** Baseline of its title. */
  readonly y: number
  /** All its items. */
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
}

export interface ArrowShape {
  readonly d: string
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
}

export interface MapShapes {
  readonly width: number
  readonly height: number
  readonly sections: readonly SectionShape[]
  readonly glyphs: readonly GlyphShape[]
  readonly arrows: readonly ArrowShape[]
  /** Edges to items that do not stand next: side branches. */
  readonly links: readonly ArrowShape[]
}

export const MARGIN = 20
const TITLE = 24
export const UNIT_HEIGHT = 92
const OP_HEIGHT = 38
const ROW_GAP = 20
/** Where the bar of a trace lies in a single op. */
const OP_BAR = 23
const SECTION_GAP = 20
const MIN_UNIT = 68
/** Units narrower than this have room for their number alone. */
export const NARROW = 92
const MAX_UNIT = 132
const OP_WIDTH = 112
/** Room for the arrow between two items. */
const GAP = 18
const NARROW_GAP = 13
/** More groups than this would be thinner than a pixel in a glyph. */
export const DRAWN_GROUPS = 8

/** `title`: room for the name of a section, in pixels of the map. */
export function networkLayout(sections: readonly MapSection[], { width }: Size, title = TITLE): MapShapes {
  const dearest = Math.max(Number.MIN_VALUE, ...sections.flatMap((s) => s.items.map((i) => i.cost ?? 0)))
  const inner = Math.max(width - 2 * MARGIN, MIN_UNIT)
  const longest = Math.max(1, ...sections.map((s) => s.items.filter((i) => i.kind === 'unit').length))
  // All units have one size, so that sections can be compared; the longest section fits in a row if it can.
  const gap = inner / Math.min(longest, 10) < NARROW ? NARROW_GAP : GAP
  const unitWidth = Math.min(MAX_UNIT, Math.max(MIN_UNIT, Math.floor((inner + gap) / Math.min(longest, 10)) - gap))
  const glyphs: GlyphShape[] = []
  const titles: SectionShape[] = []
  const arrows: ArrowShape[] = []
  let y = 12
  for (const section of sections) {
    const titleAt = y + title - 10
    y += title
    const top = y
    let right = MARGIN
    let x = MARGIN
    let rowHeight = 0
    let before: GlyphShape | undefined
    for (const item of section.items) {
      const w = item.kind === 'unit' ? unitWidth : Math.min(OP_WIDTH, inner)
      const h = item.kind === 'unit' ? UNIT_HEIGHT : OP_HEIGHT
      if (x > MARGIN && x + w > width - MARGIN + 1) {
        x = MARGIN
        y += rowHeight + ROW_GAP
        rowHeight = 0
        before = undefined
      }
      const glyph: GlyphShape = {
        item,
        x,
        y,
        width: w,
        height: h,
        share: item.cost === null ? null : item.cost / dearest,
        reach: reachBars(item, x, y, w),
      }
      if (before?.item.next.includes(item.key)) arrows.push(arrow(before, glyph))
      glyphs.push(glyph)
      before = glyph
      rowHeight = Math.max(rowHeight, h)
      right = Math.max(right, x + w)
      x += w + gap
    }
    titles.push({ section, y: titleAt, box: { x: MARGIN, y: top, width: right - MARGIN, height: y + rowHeight - top } })
    y += rowHeight + SECTION_GAP
  }
  return { width, height: y, sections: titles, glyphs, arrows, links: linksOf(glyphs) }
}

function arrow(from: GlyphShape, to: GlyphShape): ArrowShape {
  const at = to.y + Math.min(to.height, from.height) / 2
  const [start, end] = [from.x + from.width + 3, to.x - 3]
  return { d: `M${start} ${at}H${end}`, box: { x: start, y: at - 3, width: end - start, height: 6 } }
}

/** Curves along edges that leave out the item that stands next: below the row, or down to a later one. */
function linksOf(glyphs: readonly GlyphShape[]): ArrowShape[] {
  const place = new Map(glyphs.map((g, i) => [g.item.key, i]))
  const links: ArrowShape[] = []
  for (const [i, from] of glyphs.entries())
    for (const key of from.item.next) {
      const at = place.get(key)
      const to = at === undefined || at === i + 1 ? undefined : glyphs[at]
      if (!to || to === from) continue
      const [x1, y1] = [from.x + from.width / 2, from.y + from.height]
      const same = to.y === from.y
      const [x2, y2] = [to.x + to.width / 2, same ? to.y + to.height : to.y]
      const bend = same ? ROW_GAP * 0.9 : Math.max(ROW_GAP, Math.abs(y2 - y1) / 3)
      const d = same
        ? `M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 + bend} ${x2} ${y2 + 1}`
        : `M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2 - 1}`
      links.push({ d, box: { x: Math.min(x1, x2), y: Math.min(y1, y2) - bend, width: Math.abs(x2 - x1) + 1, height: Math.abs(y2 - y1) + 2 * bend } })
    }
  return links
}

/** Groups that a picture of the item shows: of its convolutions, or else those that its shuffle mixes, as the halves of a ShuffleNet v2 unit. */
export function groupsShown({ groups, shuffleGroups }: Pick<MapItem, 'groups' | 'shuffleGroups'>): number {
  return Math.min(groups > 1 ? groups : (shuffleGroups ?? 1), DRAWN_GROUPS)
}

/** Room at the sides of what is in a unit. */
export function padOf(width: number): number {
  return width < NARROW ? 8 : 12
}

/** Widths to try, in windows: the larger the network, the more units stand in a row. */
const WIDTHS = [1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 12, 16]
/** A map that needs no more than this of shrinking keeps the width of its window. */
const NEARLY_FITS = 0.6

/** The map in the shape of its window: as wide as it, or where it would be far too high, as wide as shows the most of it at once. */
export function mapLayout(sections: readonly MapSection[], size: Size): MapShapes {
  let best = networkLayout(sections, size)
  const scaleOf = (map: Size) => Math.min(size.width / map.width, size.height / map.height)
  if (scaleOf(best) >= NEARLY_FITS) return best
  for (const factor of WIDTHS) {
    // Names keep their size on the screen, where the map is that much smaller.
    const other = networkLayout(sections, { width: size.width * factor, height: size.height * factor }, TITLE * factor)
    if (scaleOf(other) > scaleOf(best)) best = other
  }
  return best
}

/** One bar per group from top to bottom; groups beyond those drawn are gathered into their share of the bars. */
function reachBars({ kind, reach }: MapItem, x: number, y: number, width: number): ReachBar[] {
  if (!reach) return []
  const unit = kind === 'unit'
  const pad = unit ? padOf(width) : 10
  const drawn = Math.min(reach.groups.length, unit ? DRAWN_GROUPS : 1)
  const [top, height] = unit ? [y + 26, 42] : [y + OP_BAR, 6]
  const gap = drawn > 4 ? 1 : 2
  const each = (height - gap * (drawn - 1)) / drawn
  return Array.from({ length: drawn }, (_, b) => {
    const own = reach.groups.slice(Math.ceil((b * reach.groups.length) / drawn), Math.ceil(((b + 1) * reach.groups.length) / drawn))
    const sum = (of: 'reached' | 'size') => own.reduce((total, g) => total + g[of], 0)
    return {
      group: reach.groups.length > 1 && drawn === reach.groups.length ? b : null,
      x: x + pad,
      y: r(top + b * (each + gap)),
      height: r(each),
      width: width - 2 * pad,
      share: sum('reached') / Math.max(sum('size'), 1),
    }
  })
}

function r(value: number): number {
  return Math.round(value * 10) / 10
}
