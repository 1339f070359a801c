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
  readonly cost: number
  /** The cost in words. */
  readonly costText: string
  /** What a trace touches of its output, by group; null where it touches nothing, or nothing is traced. */
  readonly reach?: {
    readonly side: 'before' | 'after'
    readonly groups: readonly { readonly reached: number; readonly size: number }[]
  } | null
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
  /** 0..1 of the dearest item. */
  readonly share: number
  /** The small picture of groups and shuffle, in coordinates of the map. */
  readonly picture: readonly { readonly group: number | null; readonly d: string; readonly part: 'bar' | 'ribbon' }[]
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
  readonly y: number
}

export interface MapShapes {
  readonly width: number
  readonly height: number
  readonly sections: readonly SectionShape[]
  readonly glyphs: readonly GlyphShape[]
  readonly arrows: readonly string[]
}

const MARGIN = 20
const TITLE = 24
const UNIT_HEIGHT = 92
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
const DRAWN_GROUPS = 8

export function networkLayout(sections: readonly MapSection[], { width }: Size): MapShapes {
  const dearest = Math.max(1, ...sections.flatMap((s) => s.items.map((i) => i.cost)))
  const inner = Math.max(width - 2 * MARGIN, MIN_UNIT)
  const longest = Math.max(1, ...sections.map((s) => s.items.filter((i) => i.kind === 'unit').length))
  // All units have one size, so that sections can be compared; the longest section fits in a row if it can.
  const gap = inner / Math.min(longest, 10) < NARROW ? NARROW_GAP : GAP
  const unitWidth = Math.min(MAX_UNIT, Math.max(MIN_UNIT, Math.floor((inner + gap) / Math.min(longest, 10)) - gap))
  const glyphs: GlyphShape[] = []
  const titles: SectionShape[] = []
  const arrows: string[] = []
  let y = 12
  for (const section of sections) {
    titles.push({ section, y: y + 14 })
    y += TITLE
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
        share: item.cost / dearest,
        picture: item.kind === 'unit' ? picture(item, x, y, w) : [],
        reach: reachBars(item, x, y, w),
      }
      if (before) arrows.push(`M${before.x + before.width + 3} ${y + Math.min(h, before.height) / 2}H${x - 3}`)
      glyphs.push(glyph)
      before = glyph
      rowHeight = Math.max(rowHeight, h)
      x += w + gap
    }
    y += rowHeight + SECTION_GAP
  }
  return { width, height: y, sections: titles, glyphs, arrows }
}

/** One bar per group from top to bottom; groups beyond those drawn are gathered into their share of the bars. */
function reachBars({ kind, reach }: MapItem, x: number, y: number, width: number): ReachBar[] {
  if (!reach) return []
  const unit = kind === 'unit'
  const pad = !unit ? 10 : width < NARROW ? 8 : 12
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

/** Left bar: groups of the input; right bar: what lies where after the shuffle; ribbons between them. A stride halves the right bar. */
function picture(item: MapItem, x: number, y: number, width: number): GlyphShape['picture'] {
  const pad = width < NARROW ? 8 : 12
  const left = x + pad
  const right = x + width - pad - 6
  const top = y + 26
  const height = 36
  const groups = Math.min(item.groups, DRAWN_GROUPS)
  const rightHeight = item.stride > 1 ? height * 0.62 : height
  const rightTop = top + (height - rightHeight) / 2
  const bar = (bx: number, by: number, h: number) => `M${r(bx)} ${r(by)}h6v${r(h)}h-6z`
  const shapes: { group: number | null; d: string; part: 'bar' | 'ribbon' }[] = []
  if (groups <= 1) {
    shapes.push({ group: null, part: 'ribbon', d: ribbon(left + 6, top, top + height, right, rightTop, rightTop + rightHeight) })
    shapes.push({ group: null, part: 'bar', d: bar(left, top, height) }, { group: null, part: 'bar', d: bar(right, rightTop, rightHeight) })
    return shapes
  }
  const shuffled = item.shuffleGroups !== null
  const unit = height / groups
  const cell = rightHeight / groups / (shuffled ? groups : 1)
  for (let s = 0; s < groups; s++)
    if (shuffled)
      for (let t = 0; t < groups; t++) {
        const from = top + s * unit + (t * unit) / groups
        const to = rightTop + (t * groups + s) * cell
        shapes.push({ group: s, part: 'ribbon', d: ribbon(left + 6, from, from + unit / groups, right, to, to + cell) })
      }
    else {
      const from = top + s * unit
      shapes.push({ group: s, part: 'ribbon', d: ribbon(left + 6, from, from + unit, right, rightTop + s * cell, rightTop + (s + 1) * cell) })
    }
  for (let s = 0; s < groups; s++) {
    shapes.push({ group: s, part: 'bar', d: bar(left, top + s * unit, unit) })
    const cells = shuffled ? Array.from({ length: groups }, (_, t) => t * groups + s) : [s]
    shapes.push({ group: s, part: 'bar', d: cells.map((c) => bar(right, rightTop + c * cell, cell)).join('') })
  }
  return shapes
}

function ribbon(x1: number, a1: number, b1: number, x2: number, a2: number, b2: number): string {
  const m = r((x1 + x2) / 2)
  return `M${r(x1)} ${r(a1)}C${m} ${r(a1)} ${m} ${r(a2)} ${r(x2)} ${r(a2)}V${r(b2)}C${m} ${r(b2)} ${m} ${r(b1)} ${r(x1)} ${r(b1)}z`
}

function r(value: number): number {
  return Math.round(value * 10) / 10
}
