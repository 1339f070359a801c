/** The small picture of a unit: how its groups go in, and what its shuffle makes of them. */
import { type GlyphShape, groupsShown, padOf } from './layout.ts'

export interface PicturePart {
  readonly group: number | null
  readonly d: string
  readonly part: 'bar' | 'ribbon'
}

/** Height of the picture, and where it begins in a unit. */
const HEIGHT = 36
export const PICTURE_TOP = 26
export const BAR = 6

/** Left bar: groups of the input; right bar: what lies where after the shuffle; ribbons between them. A stride halves the right bar. */
export function pictureOf({ item, x, y, width }: Pick<GlyphShape, 'item' | 'x' | 'y' | 'width'>): PicturePart[] {
  const pad = padOf(width)
  const left = x + pad
  const right = x + width - pad - BAR
  const top = y + PICTURE_TOP
  const groups = groupsShown(item)
  const rightHeight = item.stride > 1 ? HEIGHT * 0.62 : HEIGHT
  const rightTop = top + (HEIGHT - rightHeight) / 2
  const bar = (bx: number, by: number, h: number) => `M${r(bx)} ${r(by)}h${BAR}v${r(h)}h-${BAR}z`
  /** One shape for each group and part: a map has thousands of them. */
  const merged = new Map<string, { group: number | null; part: PicturePart['part']; d: string }>()
  const shapes = {
    push(...parts: PicturePart[]) {
      for (const { group, part, d } of parts) {
        const same = merged.get(`${part}${group}`)
        if (same) same.d += d
        else merged.set(`${part}${group}`, { group, part, d })
      }
    },
  }
  if (groups <= 1) {
    shapes.push({ group: null, part: 'ribbon', d: ribbon(left + BAR, top, top + HEIGHT, right, rightTop, rightTop + rightHeight) })
    shapes.push({ group: null, part: 'bar', d: bar(left, top, HEIGHT) }, { group: null, part: 'bar', d: bar(right, rightTop, rightHeight) })
    return [...merged.values()]
  }
  const shuffled = item.shuffleGroups !== null
  const unit = HEIGHT / groups
  const cell = rightHeight / groups / (shuffled ? groups : 1)
  for (let s = 0; s < groups; s++)
    if (shuffled)
      for (let t = 0; t < groups; t++) {
        const from = top + s * unit + (t * unit) / groups
        const to = rightTop + (t * groups + s) * cell
        shapes.push({ group: s, part: 'ribbon', d: ribbon(left + BAR, from, from + unit / groups, right, to, to + cell) })
      }
    else {
      const from = top + s * unit
      shapes.push({ group: s, part: 'ribbon', d: ribbon(left + BAR, from, from + unit, right, rightTop + s * cell, rightTop + (s + 1) * cell) })
    }
  for (let s = 0; s < groups; s++) {
    shapes.push({ group: s, part: 'bar', d: bar(left, top + s * unit, unit) })
    const cells = shuffled ? Array.from({ length: groups }, (_, t) => t * groups + s) : [s]
    shapes.push({ group: s, part: 'bar', d: cells.map((c) => bar(right, rightTop + c * cell, cell)).join('') })
  }
  return [...merged.values()]
}

/** From [a1, b1] at x1 to [a2, b2] at x2. */
export function ribbon(x1: number, a1: number, b1: number, x2: number, a2: number, b2: number): string {
  const m = r((x1 + x2) / 2)
  return `M${r(x1)} ${r(a1)}C${m} ${r(a1)} ${m} ${r(a2)} ${r(x2)} ${r(a2)}V${r(b2)}C${m} ${r(b2)} ${m} ${r(b1)} ${r(x1)} ${r(b1)}z`
}

export function r(value: number): number {
  return Math.round(value * 10) / 10
}
