/** An SVG element of the page as markup that stands alone: its computed styles written out, everything else left behind. */
import { paintOf } from './colour.ts'
import { element, type Markup, type Part } from './markup.ts'

/** Elements that draw, or that drawings refer to. No scripts, no foreignObject, no animation. */
const KEPT = new Set(
  'svg g path rect circle ellipse line polyline polygon text tspan defs marker linearGradient radialGradient stop pattern clipPath mask use symbol'.split(
    ' ',
  ),
)
const GEOMETRY =
  'x y width height rx ry cx cy r fx fy x1 x2 y1 y2 d points transform dx dy rotate viewBox preserveAspectRatio offset markerWidth markerHeight refX refY orient markerUnits gradientUnits gradientTransform patternUnits patternTransform patternContentUnits clipPathUnits maskUnits spreadMethod textLength lengthAdjust pathLength'.split(
    ' ',
  )
/** Where a drawing names another part of itself. */
const REFERENCES = ['marker-start', 'marker-mid', 'marker-end', 'clip-path', 'mask'] as const

/** Properties that children inherit, with what they are where nobody says anything. */
const INHERITED: Readonly<Record<string, string>> = {
  'fill-rule': 'nonzero',
  'clip-rule': 'nonzero',
  'stroke-width': '1px',
  'stroke-dasharray': 'none',
  'stroke-dashoffset': '0px',
  'stroke-linecap': 'butt',
  'stroke-linejoin': 'miter',
  'paint-order': 'normal',
  'shape-rendering': 'auto',
  'text-anchor': 'start',
  'font-family': '',
  'font-size': '',
  'font-weight': '400',
  'font-style': 'normal',
  'letter-spacing': 'normal',
}
const OWN: Readonly<Record<string, string>> = { opacity: '1', 'dominant-baseline': 'auto' }
const SHAPES = new Set(['path', 'rect', 'circle', 'ellipse', 'line', 'polyline', 'polygon'])

export interface CloneOptions {
  /** Put before every id, so that several drawings can share a file. */
  readonly prefix: string
  /** Attributes of the outermost element: where it lies in the file. */
  readonly place: Readonly<Record<string, number>>
}

type Styles = Readonly<Record<string, string>>

/** Marks keep their names as `title`, which viewers show at the pointer. */
export function cloneSvg(root: SVGSVGElement, { prefix, place }: CloneOptions): Markup | null {
  return clone(root, { ...INHERITED, fill: '#000000', stroke: 'none' }, prefix, place)
}

function clone(source: Element, inherited: Styles, prefix: string, place?: Readonly<Record<string, number>>): Markup | null {
  const name = source.localName
  if (!KEPT.has(name)) return null
  const style = getComputedStyle(source)
  if (style.display === 'none' || style.visibility === 'hidden') return null
  const [attributes, passedOn] = attributesOf(source, style, inherited, prefix)
  if (SHAPES.has(name) && isInvisible(style) && !source.closest('clipPath, mask, marker')) return null
  const children: Part[] = []
  const label = nameOf(source)
  if (label !== '' && !place) children.push(element('title', {}, label))
  for (const child of source.childNodes) {
    if (child instanceof Element) children.push(clone(child, passedOn, prefix))
    else if (child.nodeType === Node.TEXT_NODE && (name === 'text' || name === 'tspan')) children.push(child.textContent)
  }
  if (name === 'g' && children.every((c) => c === null)) return null
  return element(name, { ...attributes, ...place }, ...children)
}

function attributesOf(source: Element, style: CSSStyleDeclaration, inherited: Styles, prefix: string): [Record<string, string>, Styles] {
  const out: Record<string, string> = {}
  const passedOn: Record<string, string> = { ...inherited }
  for (const name of GEOMETRY) {
    const value = source.getAttribute(name)
    if (value !== null) out[name] = value
  }
  if (source.id !== '') out.id = prefix + source.id
  const href = source.getAttribute('href') ?? source.getAttribute('xlink:href')
  if (href?.startsWith('#')) out.href = `#${prefix}${href.slice(1)}`
  for (const name of REFERENCES) {
    const target = /url\(["']?#([^"')]+)["']?\)/.exec(source.getAttribute(name) ?? style.getPropertyValue(name))?.[1]
    if (target !== undefined) out[name] = `url(#${prefix}${target})`
  }
  for (const [name, initial] of Object.entries(OWN)) {
    const value = style.getPropertyValue(name)
    if (value !== '' && value !== initial) out[name] = value
  }
  for (const name of Object.keys(INHERITED)) {
    const value = plain(name, style.getPropertyValue(name))
    if (value !== '' && value !== inherited[name]) {
      out[name] = value
      passedOn[name] = value
    }
  }
  for (const name of ['fill', 'stroke'] as const) {
    const { value, opacity } = paintValue(style, name, prefix)
    if (value !== inherited[name]) {
      out[name] = value
      passedOn[name] = value
    }
    // Opacities of paints are inherited too, so each drawing element says its own.
    if (value !== 'none' && opacity !== 1 && (SHAPES.has(source.localName) || source.localName === 'text' || source.localName === 'tspan'))
      out[`${name}-opacity`] = String(opacity)
  }
  if (source.localName === 'stop') {
    const { colour, opacity } = paintOf(style.getPropertyValue('stop-color'))
    out['stop-color'] = colour ?? '#000000'
    out['stop-opacity'] = String(colour === null ? 0 : opacity)
  }
  return [out, passedOn]
}

function paintValue(style: CSSStyleDeclaration, name: 'fill' | 'stroke', prefix: string): { value: string; opacity: number } {
  const css = style.getPropertyValue(name)
  const target = /^url\(["']?#([^"')]+)["']?\)/.exec(css)?.[1]
  const own = Number(style.getPropertyValue(`${name}-opacity`) || 1)
  if (target !== undefined) return { value: `url(#${prefix}${target})`, opacity: own }
  const { colour, opacity } = paintOf(css)
  return colour === null ? { value: 'none', opacity: 1 } : { value: colour, opacity: Number((opacity * own).toFixed(3)) }
}

/** Nothing to see and nothing to point at: areas that only answer to the pointer. */
function isInvisible(style: CSSStyleDeclaration): boolean {
  return ['fill', 'stroke'].every((name) => {
    const css = style.getPropertyValue(name)
    return !css.startsWith('url(') && paintOf(css).colour === null
  })
}

function plain(name: string, value: string): string {
  return name === 'font-family' ? value.replaceAll('"', "'") : value
}

function nameOf(source: Element): string {
  const title = [...source.children].find((c) => c.localName === 'title')
  return title?.textContent ?? source.getAttribute('aria-label') ?? ''
}
