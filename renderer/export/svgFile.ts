/** A figure of the page as an SVG file that stands alone: drawings with their styles, boxes, text, and images inside it. */
import { type Box, boxMarks } from './boxes.ts'
import { paintOf } from './colour.ts'
import { element, type Markup, markupOf } from './markup.ts'
import { cloneSvg } from './svgClone.ts'
import { linesOf } from './textLines.ts'

export interface Heading {
  readonly title: string
  /** What it is of, in one line below the title. */
  readonly subtitle: string
  /** For screen readers and file managers. */
  readonly description: string
}

export interface SvgFile {
  readonly svg: string
  /** Of the picture, in CSS pixels. */
  readonly width: number
  readonly height: number
}

const MARGIN = 16
const HEAD = 48
/** What answers to a user and says nothing in a picture. */
const CONTROLS = 'input, textarea, fieldset, .button, .sr-only, [data-picture="off"]'
/** A photo need not be finer than twice what the page shows of it. */
const DENSITY = 2

/** Reads the page's layout as it is now; changes nothing of it. Fonts stay names: no file asks a network for anything. */
export function svgFile(root: Element, { title, subtitle, description }: Heading): SvgFile {
  const scrolled = unscroll(root)
  try {
    const painter = new Painter()
    const marks = painter.paint(root)
    const [painted, frame] = [painter.bounds ?? { x: 0, y: 0, width: 1, height: 1 }, frameOf(root)]
    const { x, y, width: inner, height: below } = frame ? common(painted, frame) : painted
    const shown = frame && !holds(frame, painted) ? painter.clipped(marks, frame) : marks
    const style = getComputedStyle(root)
    const ground = paintOf(getComputedStyle(document.body).backgroundColor).colour ?? '#ffffff'
    const ink = paintOf(style.color).colour ?? '#000000'
    const font = { 'font-family': style.fontFamily.replaceAll('"', "'"), fill: ink }
    const head = Math.max(widthOf(title, `600 14px ${style.fontFamily}`), widthOf(subtitle, `12px ${style.fontFamily}`))
    const width = Math.ceil(Math.max(inner, head) + 2 * MARGIN)
    const height = Math.ceil(below + HEAD + 2 * MARGIN)
    const made = element(
      'svg',
      { xmlns: 'http://www.w3.org/2000/svg', width, height, viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-labelledby': 'title desc' },
      element('title', { id: 'title' }, title),
      element('desc', { id: 'desc' }, description),
      element('rect', { width, height, fill: ground }),
      element('text', { x: MARGIN, y: MARGIN + 13, ...font, 'font-size': 14, 'font-weight': 600 }, title),
      element('text', { x: MARGIN, y: MARGIN + 31, ...font, 'font-size': 12, 'fill-opacity': 0.75 }, subtitle),
      element('g', { transform: `translate(${round(MARGIN - x)},${round(MARGIN + HEAD - y)})` }, shown),
    )
    return { svg: `<?xml version="1.0" encoding="UTF-8"?>\n${markupOf(made)}\n`, width, height }
  } finally {
    scrolled()
  }
}

function widthOf(text: string, font: string): number {
  const context = new OffscreenCanvas(1, 1).getContext('2d')
  if (!context) return 0
  context.font = font
  return context.measureText(text).width
}

/** Rolls everything around and inside the figure to its start, where sticky heads are in place; gives the way back. */
function unscroll(root: Element): () => void {
  const rolled: { element: Element; left: number; top: number }[] = []
  const around: Element[] = []
  for (let at: Element | null = root; at; at = at.parentElement) around.push(at)
  for (const at of [...around, ...root.querySelectorAll('*')])
    if (at.scrollTop !== 0 || at.scrollLeft !== 0) {
      rolled.push({ element: at, left: at.scrollLeft, top: at.scrollTop })
      at.scrollTop = 0
      at.scrollLeft = 0
    }
  return () => {
    for (const { element: at, left, top } of rolled) {
      at.scrollLeft = left
      at.scrollTop = top
    }
  }
}

class Painter {
  /** Of all that was painted, in client coordinates. */
  bounds: Box | undefined
  private drawings = 0
  private ids = 0

  paint(source: Element): Markup[] {
    if (source.matches(CONTROLS)) return []
    const style = getComputedStyle(source)
    if (style.display === 'none' || style.visibility === 'hidden') return []
    if (source instanceof SVGSVGElement) return this.drawing(source, style)
    if (source instanceof HTMLCanvasElement || source instanceof HTMLImageElement) return this.image(source, style)
    if (source instanceof HTMLSelectElement) return this.choice(source, style)
    const box = boxOf(source)
    const marks = style.display === 'contents' ? [] : boxMarks(style, box, () => `ramp${this.ids++}`)
    if (marks.length > 0) this.grow(box)
    const before = this.bounds
    this.bounds = undefined
    const children = [...source.childNodes].flatMap((child) => {
      if (child instanceof Element) return this.paint(child)
      return child instanceof Text ? this.text(child, style) : []
    })
    const inner: Box | undefined = this.bounds
    const isCut = inner !== undefined && cuts(style) && !holds(box, inner)
    this.bounds = joined(before, isCut ? common(inner, box) : inner)
    const inside = isCut ? this.clipped(children, box) : children
    const opacity = Number(style.opacity)
    return opacity === 1 ? [...marks, ...inside] : [element('g', { opacity }, marks, inside)]
  }

  clipped(children: readonly Markup[], box: Box): Markup[] {
    const id = `clip${this.ids++}`
    return [element('clipPath', { id }, element('rect', rounded(box))), element('g', { 'clip-path': `url(#${id})` }, children)]
  }

  private drawing(source: SVGSVGElement, style: CSSStyleDeclaration): Markup[] {
    const box = boxOf(source)
    if (box.width === 0 || box.height === 0) return []
    this.grow(box)
    const place: Record<string, number> = { x: round(box.x), y: round(box.y), width: round(box.width), height: round(box.height) }
    const made = cloneSvg(source, { prefix: `d${this.drawings++}-`, place })
    return [...boxMarks(style, box, () => `ramp${this.ids++}`), ...(made ? [made] : [])]
  }

  private image(source: HTMLCanvasElement | HTMLImageElement, style: CSSStyleDeclaration): Markup[] {
    const box = boxOf(source)
    const href = imageData(source, box)
    if (!href) return []
    this.grow(box)
    return [
      element('image', {
        ...rounded(box),
        href,
        preserveAspectRatio: 'none',
        opacity: style.opacity === '1' ? null : style.opacity,
        style: style.imageRendering === 'pixelated' ? 'image-rendering:pixelated' : null,
      }),
    ]
  }

  private text(node: Text, style: CSSStyleDeclaration): Markup[] {
    const { colour, opacity } = paintOf(style.color)
    if (!colour) return []
    const isRight = style.textAlign === 'right' || style.textAlign === 'end'
    return linesOf(node, style).map(({ text, left, right, baseline }) => {
      const size = Number.parseFloat(style.fontSize)
      this.grow({ x: left, y: baseline - size, width: right - left, height: 1.25 * size })
      return element(
        'text',
        {
          x: round(isRight ? right : left),
          y: round(baseline),
          'text-anchor': isRight ? 'end' : null,
          'font-family': style.fontFamily.replaceAll('"', "'"),
          'font-size': style.fontSize,
          'font-weight': style.fontWeight === '400' ? null : style.fontWeight,
          'font-style': style.fontStyle === 'normal' ? null : style.fontStyle,
          fill: colour,
          'fill-opacity': opacity === 1 ? null : opacity,
        },
        text,
      )
    })
  }

  /** What is chosen, as text: a list cannot be opened in a picture. */
  private choice(source: HTMLSelectElement, style: CSSStyleDeclaration): Markup[] {
    const box = boxOf(source)
    const { colour } = paintOf(style.color)
    const size = Number.parseFloat(style.fontSize)
    if (!colour) return []
    this.grow(box)
    const place = { x: round(box.x + (Number.parseFloat(style.paddingLeft) || 0)), y: round(box.y + box.height / 2 + 0.36 * size) }
    const font = { 'font-family': style.fontFamily.replaceAll('"', "'"), 'font-size': style.fontSize, fill: colour }
    return [element('text', { ...place, ...font }, source.selectedOptions[0]?.text ?? '')]
  }

  private grow(box: Box): void {
    this.bounds = joined(this.bounds, box)
  }
}

/** A picture's pixels as an address that holds them; undefined where there are none. */
function imageData(source: HTMLCanvasElement | HTMLImageElement, { width, height }: Box): string | undefined {
  if (source instanceof HTMLCanvasElement) return source.width > 0 && source.height > 0 ? source.toDataURL('image/png') : undefined
  if (!source.complete || source.naturalWidth === 0) return undefined
  const scale = Math.min(1, (DENSITY * width) / source.naturalWidth, (DENSITY * height) / source.naturalHeight)
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(source.naturalWidth * scale))
  canvas.height = Math.max(1, Math.round(source.naturalHeight * scale))
  canvas.getContext('2d')?.drawImage(source, 0, 0, canvas.width, canvas.height)
  return canvas.toDataURL('image/jpeg', 0.92)
}

/** Whether a box hides what reaches beyond it; text that ends in an ellipsis is cut where it is written. */
function cuts({ overflowX, overflowY, textOverflow }: CSSStyleDeclaration): boolean {
  return textOverflow !== 'ellipsis' && [overflowX, overflowY].every((value) => value === 'hidden' || value === 'clip')
}

/** What the page around a figure leaves to be seen of it, up to where it can be rolled. */
function frameOf(root: Element): Box | undefined {
  let frame: Box | undefined
  for (let at = root.parentElement; at && at !== document.body; at = at.parentElement) {
    const style = getComputedStyle(at)
    if (/auto|scroll/.test(`${style.overflowX} ${style.overflowY}`)) break
    if (cuts(style)) frame = frame ? common(frame, boxOf(at)) : boxOf(at)
  }
  return frame
}

function boxOf(source: Element): Box {
  const { x, y, width, height } = source.getBoundingClientRect()
  return { x, y, width, height }
}

function joined(a: Box | undefined, b: Box | undefined): Box | undefined {
  if (!a || !b) return a ?? b
  const x = Math.min(a.x, b.x)
  const y = Math.min(a.y, b.y)
  return { x, y, width: Math.max(a.x + a.width, b.x + b.width) - x, height: Math.max(a.y + a.height, b.y + b.height) - y }
}

function common(a: Box, b: Box): Box {
  const x = Math.max(a.x, b.x)
  const y = Math.max(a.y, b.y)
  const [right, bottom] = [Math.min(a.x + a.width, b.x + b.width), Math.min(a.y + a.height, b.y + b.height)]
  return { x, y, width: Math.max(right - x, 0), height: Math.max(bottom - y, 0) }
}

/** But for a pixel, which rounding may take. */
function holds(outer: Box, inner: Box): boolean {
  const { x, y, width, height } = common(outer, inner)
  return x - inner.x < 1 && y - inner.y < 1 && inner.width - width < 1 && inner.height - height < 1
}

function rounded({ x, y, width, height }: Box): Record<string, number> {
  return { x: round(x), y: round(y), width: round(width), height: round(height) }
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
