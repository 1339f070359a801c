/** Where the map is looked at, said so that it holds for windows of any size: by the item in the middle, not by pixels. */
import type { Size } from '../kit/size.ts'
import type { Transform } from '../kit/zoom.ts'
import type { MapShapes } from './layout.ts'
import { firstLook, scalesOf } from './view.ts'

export interface MapPlace {
  /** Key of the item that is nearest to the middle of the window. */
  readonly item: string
  readonly k: number
  /** From the item's middle to the window's, in widths and heights of the item. */
  readonly dx: number
  readonly dy: number
}

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits))

export function samePlace(a: MapPlace | null, b: MapPlace | null): boolean {
  return a === b || (a !== null && b !== null && a.item === b.item && a.k === b.k && a.dx === b.dx && a.dy === b.dy)
}

/** Null for the first look, which needs no saying. */
export function placeOf(shapes: MapShapes, size: Size, at: Transform): MapPlace | null {
  const first = firstLook(shapes, size)
  if (Math.abs(at.k - first.k) < 1e-3 && Math.abs(at.x - first.x) < 1 && Math.abs(at.y - first.y) < 1) return null
  const middle = { x: (size.width / 2 - at.x) / at.k, y: (size.height / 2 - at.y) / at.k }
  let nearest: MapShapes['glyphs'][number] | undefined
  let least = Number.POSITIVE_INFINITY
  for (const glyph of shapes.glyphs) {
    const distance = Math.hypot(glyph.x + glyph.width / 2 - middle.x, glyph.y + glyph.height / 2 - middle.y)
    if (distance < least) [nearest, least] = [glyph, distance]
  }
  if (!nearest) return null
  return {
    item: nearest.item.key,
    k: rounded(at.k, 3),
    dx: rounded((middle.x - nearest.x) / nearest.width - 0.5, 2),
    dy: rounded((middle.y - nearest.y) / nearest.height - 0.5, 2),
  }
}

/** Null where the map has no such item. */
export function transformOf(shapes: MapShapes, size: Size, place: MapPlace | null): Transform | null {
  const glyph = place && shapes.glyphs.find((g) => g.item.key === place.item)
  if (!place || !glyph) return null
  const [least, most] = scalesOf(shapes, size)
  const k = Math.min(most, Math.max(least, place.k))
  const x = glyph.x + (place.dx + 0.5) * glyph.width
  const y = glyph.y + (place.dy + 0.5) * glyph.height
  return { k, x: size.width / 2 - k * x, y: size.height / 2 - k * y }
}
