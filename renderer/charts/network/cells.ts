/** Far out, units are cells on a canvas: as many as there are, in the colours of the measure, with their groups as stripes. */
import type { Transform } from '../kit/zoom.ts'
import { DRAWN_GROUPS, groupsShown, type MapShapes } from './layout.ts'
import { type Box, holds, meets } from './view.ts'

/** Colours of the theme as they are now, for a canvas, which knows no CSS variables. */
export interface CellColours {
  /** From little to much. */
  readonly cost: readonly string[]
  readonly groups: readonly string[]
  readonly unmeasured: string
  readonly block: string
  readonly line: string
  readonly accent: string
}

const SHADES = 64

export function cellColours(element: Element): CellColours {
  const style = getComputedStyle(element)
  const value = (name: string) => style.getPropertyValue(name).trim()
  const [low, high] = [value('--cost-low'), value('--cost-high')]
  return {
    cost: Array.from({ length: SHADES + 1 }, (_, i) => `color-mix(in oklab, ${high} ${(100 * i) / SHADES}%, ${low})`),
    groups: Array.from({ length: DRAWN_GROUPS }, (_, g) => value(`--group-${g}`)),
    unmeasured: value('--bar-track'),
    block: value('--panel'),
    line: value('--line'),
    accent: value('--accent'),
  }
}

export interface CellsToDraw {
  readonly shapes: MapShapes
  readonly transform: Transform
  readonly seen: Box
  /** What a finished drawing lies over: nothing of it is drawn here; null far out, where cells are all there is. */
  readonly covered: Box | null
  readonly selected: string | null
  /** A trace is shown: what it does not touch steps back. */
  readonly tracing: boolean
}

/** `pixels`: device pixels per CSS pixel. The canvas is as large as the window. */
export function drawCells(
  context: CanvasRenderingContext2D,
  pixels: number,
  { shapes, transform, seen, covered, selected, tracing }: CellsToDraw,
  colours: CellColours,
): void {
  const { k, x, y } = transform
  const { canvas } = context
  context.setTransform(1, 0, 0, 1, 0, 0)
  context.clearRect(0, 0, canvas.width, canvas.height)
  if (covered && holds(covered, seen)) return
  context.setTransform(pixels * k, 0, 0, pixels * k, pixels * x, pixels * y)
  const striped = k > 0.16
  context.lineWidth = 1 / k
  if (!covered) blocks(context, shapes, k, colours)
  for (const glyph of shapes.glyphs) {
    if (!meets(glyph, seen) || (covered && holds(covered, glyph))) continue
    const { item, share, reach, width, height } = glyph
    context.globalAlpha = tracing && reach.length === 0 ? 0.35 : 1
    context.fillStyle = share === null ? colours.unmeasured : (colours.cost[Math.round(share * SHADES)] ?? colours.unmeasured)
    context.fillRect(glyph.x, glyph.y, width, height)
    if (item.key === selected) {
      context.strokeStyle = colours.accent
      context.lineWidth = 3 / k
      context.strokeRect(glyph.x, glyph.y, width, height)
    }
    const groups = groupsShown(item)
    if (!striped || groups < 2 || item.kind !== 'unit') continue
    // What goes in on the left, in whole groups; what leaves on the right, shuffled or not.
    const stripe = width * 0.16
    const times = item.shuffleGroups === null ? 1 : Math.min(groups, 3)
    for (let g = 0; g < groups; g++) {
      context.fillStyle = colours.groups[g] ?? colours.unmeasured
      context.fillRect(glyph.x, glyph.y + (height * g) / groups, stripe, height / groups)
      for (let r = 0; r < times; r++)
        context.fillRect(glyph.x + width - stripe, glyph.y + (height * (r * groups + g)) / (groups * times), stripe, height / (groups * times))
    }
  }
  context.globalAlpha = 1
}

/** Stages as blocks behind their units. */
function blocks(context: CanvasRenderingContext2D, shapes: MapShapes, k: number, colours: CellColours): void {
  for (const { box } of shapes.sections) {
    const pad = Math.min(4 / k, 8)
    context.fillStyle = colours.block
    context.strokeStyle = colours.line
    context.beginPath()
    context.roundRect(box.x - pad, box.y - pad, box.width + 2 * pad, box.height + 2 * pad, 4 / k)
    context.fill()
    context.stroke()
  }
}
