/** Backgrounds and borders of a page's boxes as SVG. */
import { paintOf } from './colour.ts'
import { element, type Markup } from './markup.ts'

export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** What a box paints of its own: background colour, a linear gradient, borders. `id` names a gradient. */
export function boxMarks(style: CSSStyleDeclaration, box: Box, id: () => string): Markup[] {
  const marks: Markup[] = []
  const radius = Number.parseFloat(style.borderTopLeftRadius) || 0
  const shape = { ...box, rx: radius > 0 ? Math.min(radius, box.width / 2, box.height / 2) : null }
  const background = paintOf(style.backgroundColor)
  if (background.colour) marks.push(element('rect', { ...shape, fill: background.colour, 'fill-opacity': partOf(background.opacity) }))
  const gradient = gradientOf(style.backgroundImage)
  if (gradient) {
    const name = id()
    const stops = gradient.map(({ at, css }) => {
      const { colour, opacity } = paintOf(css)
      return element('stop', { offset: at, 'stop-color': colour ?? '#000000', 'stop-opacity': colour ? partOf(opacity) : 0 })
    })
    marks.push(element('linearGradient', { id: name }, stops), element('rect', { ...shape, fill: `url(#${name})` }))
  }
  return [...marks, ...borders(style, box, shape.rx)]
}

const SIDES = ['top', 'right', 'bottom', 'left'] as const

function borders(style: CSSStyleDeclaration, { x, y, width, height }: Box, rx: number | null): Markup[] {
  const sides = SIDES.map((side) => {
    const kind = style.getPropertyValue(`border-${side}-style`)
    const { colour, opacity } = paintOf(style.getPropertyValue(`border-${side}-color`))
    const size = kind === 'none' || kind === 'hidden' || !colour ? 0 : Number.parseFloat(style.getPropertyValue(`border-${side}-width`)) || 0
    return { kind, colour, opacity, size }
  })
  const [first] = sides
  if (!first || sides.every((s) => s.size === 0)) return []
  const stroke = ({ kind, colour, opacity, size }: (typeof sides)[number]) => ({
    fill: 'none',
    stroke: colour,
    'stroke-width': size,
    'stroke-opacity': partOf(opacity),
    'stroke-dasharray': kind === 'dashed' ? `${3 * size} ${2 * size}` : kind === 'dotted' ? `${size} ${size}` : null,
  })
  if (sides.every((s) => s.size === first.size && s.colour === first.colour && s.kind === first.kind && s.opacity === first.opacity)) {
    const half = first.size / 2
    return [
      element('rect', {
        x: x + half,
        y: y + half,
        width: Math.max(width - first.size, 0),
        height: Math.max(height - first.size, 0),
        rx,
        ...stroke(first),
      }),
    ]
  }
  return sides.flatMap((side, i) => {
    if (side.size === 0) return []
    const half = side.size / 2
    const line = [
      `M${x} ${y + half}h${width}`,
      `M${x + width - half} ${y}v${height}`,
      `M${x} ${y + height - half}h${width}`,
      `M${x + half} ${y}v${height}`,
    ][i]
    return [element('path', { d: line, ...stroke(side) })]
  })
}

/** Stops of a computed gradient from left to right; undefined for anything else. */
function gradientOf(image: string): { at: number; css: string }[] | undefined {
  const inner = /^linear-gradient\((.*)\)$/.exec(image)?.[1]
  const parts = inner?.split(/,(?![^(]*\))/).map((p) => p.trim())
  if (!parts?.[0]?.startsWith('to right') && !parts?.[0]?.startsWith('90deg')) return undefined
  const isOklab = parts[0].includes('oklab')
  const colours = parts.slice(1).map((p) => p.replace(/\s+[\d.]+%$/, ''))
  if (colours.length < 2) return undefined
  const stops = colours.map((css, i) => ({ at: i / (colours.length - 1), css }))
  if (!isOklab) return stops
  // SVG mixes in sRGB: enough steps between make it look the same.
  return stops.flatMap((stop, i) => {
    const next = stops[i + 1]
    if (!next) return [stop]
    return Array.from({ length: 8 }, (_, s) => ({
      at: stop.at + (s / 8) * (next.at - stop.at),
      css: `color-mix(in oklab, ${next.css} ${(100 * s) / 8}%, ${stop.css})`,
    }))
  })
}

function partOf(opacity: number): number | null {
  return opacity === 1 ? null : opacity
}
