/** Where the arrow keys lead: right and left along the edges, up and down to what is drawn there. */
import type { GlyphShape } from './layout.ts'
import type { Box } from './view.ts'

/** The glyph that a key leads to from `key`; the first one where nothing is selected. */
export function stepFrom(glyphs: readonly GlyphShape[], key: string, pressed: string): GlyphShape | undefined {
  const index = glyphs.findIndex((g) => g.item.key === key)
  const here = glyphs[index]
  if (!here) return undefined
  if (pressed === 'ArrowRight') return glyphs.find((g, i) => i > index && here.item.next.includes(g.item.key)) ?? glyphs[index + 1]
  if (pressed === 'ArrowLeft') return glyphs.findLast((g, i) => i < index && g.item.next.includes(key)) ?? glyphs[index - 1]
  if (pressed === 'Home') return glyphs[0]
  if (pressed === 'End') return glyphs.at(-1)
  if (pressed !== 'ArrowUp' && pressed !== 'ArrowDown') return undefined
  const rows = [...new Set(glyphs.map((g) => g.y))]
  const row = rows[rows.indexOf(here.y) + (pressed === 'ArrowDown' ? 1 : -1)]
  const candidates = glyphs.filter((g) => g.y === row)
  return candidates.sort((a, b) => Math.abs(a.x - here.x) - Math.abs(b.x - here.x))[0]
}

/** The layer that a key leads to from `layer`; `boxes` are those drawn beside it. */
export function opStepFrom(
  layer: number,
  pressed: string,
  edges: readonly (readonly [number, number])[],
  boxes: readonly (Box & { readonly layer: number })[],
): number | undefined {
  if (pressed === 'ArrowRight') return edges.find(([from, to]) => from === layer && to >= 0)?.[1]
  if (pressed === 'ArrowLeft') return edges.findLast(([from, to]) => to === layer && from >= 0)?.[0]
  if (pressed === 'Home') return boxes[0]?.layer
  if (pressed === 'End') return boxes.at(-1)?.layer
  const here = boxes.find((b) => b.layer === layer)
  if (!here || (pressed !== 'ArrowUp' && pressed !== 'ArrowDown')) return undefined
  const down = pressed === 'ArrowDown' ? 1 : -1
  const beyond = boxes.filter((b) => (b.y - here.y) * down > 1)
  const distance = (b: Box) => Math.abs(b.y - here.y) + 2 * Math.abs(b.x - here.x)
  return beyond.sort((a, b) => distance(a) - distance(b))[0]?.layer
}
