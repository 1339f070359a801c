/** Text of the page as lines with a place: what a text node shows, where, and on which baseline. */

export interface TextLine {
  readonly text: string
  /** Client coordinates. */
  readonly left: number
  readonly right: number
  readonly baseline: number
}

/** The lines of a text node; cut with an ellipsis where the page cuts it. */
export function linesOf(node: Text, style: CSSStyleDeclaration): TextLine[] {
  const words = [...node.data.matchAll(/\S+/g)]
  const [first, last] = [words[0], words.at(-1)]
  if (!first || !last) return []
  const range = document.createRange()
  const box = (from: number, to: number): DOMRect => {
    range.setStart(node, from)
    range.setEnd(node, to)
    return range.getBoundingClientRect()
  }
  const ends = (match: RegExpExecArray): [number, number] => [match.index, match.index + match[0].length]
  range.setStart(node, first.index)
  range.setEnd(node, ends(last)[1])
  const tops = new Set([...range.getClientRects()].map((r) => Math.round(r.top)))
  const runs: [number, number][] = []
  if (tops.size <= 1) runs.push([first.index, ends(last)[1]])
  else {
    let top = Number.NaN
    for (const word of words) {
      const [from, to] = ends(word)
      const own = Math.round(box(from, to).top)
      const run = runs.at(-1)
      if (run && own === top) run[1] = to
      else runs.push([from, to])
      top = own
    }
  }
  return runs.flatMap(([from, to]): TextLine[] => {
    const rect = box(from, to)
    if (rect.width === 0) return []
    const text = spoken(node.data.slice(from, to), style)
    const { left, right, top, height } = rect
    const { ascent, descent } = metricsOf(style)
    const baseline = top + (height - ascent - descent) / 2 + ascent
    const limit = ellipsisAt(node.parentElement)
    if (limit === undefined || right <= limit + 1) return [{ text, left, right, baseline }]
    const shown = fitting(from, to, limit - 0.8 * Number.parseFloat(style.fontSize), (end) => box(from, end).right)
    return [{ text: `${spoken(node.data.slice(from, shown), style).trimEnd()}…`, left, right: limit, baseline }]
  })
}

function fitting(from: number, to: number, limit: number, rightAt: (end: number) => number): number {
  let [low, high] = [from, to]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (rightAt(middle) <= limit) low = middle
    else high = middle - 1
  }
  return low
}

/** The right edge at which an ancestor cuts its text with an ellipsis. */
function ellipsisAt(element: Element | null): number | undefined {
  for (let at = element, up = 0; at && up < 3; at = at.parentElement, up++)
    if (getComputedStyle(at).textOverflow === 'ellipsis' && at.scrollWidth > at.clientWidth) return at.getBoundingClientRect().right
  return undefined
}

function spoken(text: string, { textTransform, whiteSpace }: CSSStyleDeclaration): string {
  const plain = whiteSpace.startsWith('pre') ? text : text.replace(/\s+/g, ' ')
  return textTransform === 'uppercase' ? plain.toUpperCase() : plain
}

const metrics = new Map<string, { ascent: number; descent: number }>()

/** Of the font alone, in pixels above and below the baseline. */
function metricsOf({ fontStyle, fontWeight, fontSize, fontFamily }: CSSStyleDeclaration): { ascent: number; descent: number } {
  const font = `${fontStyle} ${fontWeight} ${fontSize} ${fontFamily}`
  const found = metrics.get(font)
  if (found) return found
  const context = new OffscreenCanvas(1, 1).getContext('2d')
  if (context) context.font = font
  const size = context?.measureText('x')
  const made = { ascent: size?.fontBoundingBoxAscent ?? 0, descent: size?.fontBoundingBoxDescent ?? 0 }
  metrics.set(font, made)
  return made
}
