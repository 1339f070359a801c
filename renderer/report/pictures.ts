/** The charts of a report: the shapes of the application's own layouts as still drawings. Colours come from the report's style sheet. */
import { costColour, groupColour } from '../charts/kit/colour.ts'
import type { Size } from '../charts/kit/size.ts'
import { type MixingPanel, mixingLayout } from '../charts/mixing/layout.ts'
import { type GlyphShape, type MapSection, NARROW, networkLayout, padOf } from '../charts/network/layout.ts'
import { pictureOf } from '../charts/network/picture.ts'
import { type RooflineData, rooflineLayout, symbolOf } from '../charts/roofline/layout.ts'
import { element, type Markup, type Part } from '../export/markup.ts'
import type { LayerKind } from '../workers/contract/index.ts'

function drawing({ width, height }: Size, label: string, ...children: Part[]): Markup {
  return element(
    'svg',
    { class: 'drawing', viewBox: `0 0 ${round(width)} ${round(height)}`, width, height, role: 'img', 'aria-label': label },
    children,
  )
}

const text = (kind: string, x: number, y: number, of: string, more: Readonly<Record<string, string | number>> = {}): Markup =>
  element('text', { class: kind, x: round(x), y: round(y), ...more }, of)

const line = (kind: string, x1: number, y1: number, x2: number, y2: number): Markup =>
  element('line', { class: kind, x1: round(x1), y1: round(y1), x2: round(x2), y2: round(y2) })

export function mapPicture(sections: readonly MapSection[], width: number, label: string): Markup {
  const shapes = networkLayout(sections, { width, height: 0 })
  return drawing(
    shapes,
    label,
    element(
      'defs',
      {},
      element(
        'marker',
        { id: 'arrow', viewBox: '0 0 6 6', refX: 5, refY: 3, markerWidth: 6, markerHeight: 6, orient: 'auto' },
        element('path', { class: 'arrow-head', d: 'M0 0.5L5 3L0 5.5z' }),
      ),
    ),
    shapes.sections.map(({ section, y }) =>
      element('text', { class: 'section', x: 20, y: round(y) }, section.label, element('tspan', { class: 'quiet', dx: 8 }, section.detail)),
    ),
    [...shapes.arrows, ...shapes.links].map(({ d }) => element('path', { class: 'arrow', d, 'marker-end': 'url(#arrow)' })),
    shapes.glyphs.map((glyph) => (glyph.item.kind === 'unit' ? unit(glyph) : op(glyph))),
  )
}

function unit(glyph: GlyphShape): Markup {
  const { item, x, y, width, height, share } = glyph
  const isNarrow = width < NARROW
  const pad = padOf(width)
  const facts = [item.groups > 1 ? `g${item.groups}` : '', item.stride > 1 ? `/${item.stride}` : ''].filter(Boolean).join(' ')
  return element(
    'g',
    {},
    element('title', {}, item.key),
    element('rect', { class: 'glyph', x, y, width, height, rx: 4 }),
    text('label', x + pad, y + 17, isNarrow ? item.label.replace(/^\D+ /, '') : item.label),
    text('facts', x + width - pad, y + 17, facts),
    pictureOf(glyph).map(({ group, d, part }) => element('path', { class: part, d, fill: groupColour(group) })),
    element('rect', { class: 'track', x: x + pad, y: y + height - 10, width: width - 2 * pad, height: 4 }),
    share !== null && bar(x + pad, y + height - 10, (width - 2 * pad) * share, 4, share),
    text('cost', x + width / 2, y + height - 15, item.costText, { 'text-anchor': 'middle' }),
  )
}

function op({ item, x, y, width, height, share }: GlyphShape): Markup {
  const label = item.label.length > 17 ? `${item.label.slice(0, 16)}…` : item.label
  return element(
    'g',
    {},
    element('title', {}, item.key.replace(/^op:/, '')),
    element('rect', { class: 'glyph', x, y, width, height, rx: 4 }),
    text('label', x + 10, item.costText ? y + 15 : y + 23, label),
    item.costText !== '' && text('cost', x + 10, y + 29, item.costText),
    share !== null && share > 0 && bar(x, y + height - 3, width * share, 3, share),
  )
}

function bar(x: number, y: number, width: number, height: number, share: number): Markup {
  return element('rect', { x, y, width: round(Math.max(width, 1)), height, fill: costColour(share) })
}

export function mixingPicture(panel: MixingPanel, size: Size, label: string): Markup {
  const { left, right, top, bottom, stages, yTicks, reference, curves } = mixingLayout(panel, size)
  return drawing(
    size,
    label,
    stages.map((s) => [
      element('rect', { class: 'stage', x: s.x, y: top - 4, width: s.width, height: bottom - top + 8, rx: 3 }),
      text('tick', s.centre, bottom + 19, s.label, { 'text-anchor': 'middle' }),
    ]),
    yTicks.map((tick) => [line('grid', left, tick.at, right, tick.at), text('tick', left - 6, tick.at + 4, tick.label, { 'text-anchor': 'end' })]),
    reference && [line('reference', left, reference.y, right, reference.y), text('tick', right + 5, reference.y + 4, reference.label)],
    curves.map((curve) =>
      element(
        'g',
        { class: `curve is-${curve.id}` },
        curve.bands.map((d) => element('path', { class: 'band', d })),
        curve.lines.map((d) => element('path', { class: 'line', d })),
        curve.dots.map(({ x, y }) => element('circle', { class: 'dot', cx: x, cy: y, r: 3 })),
      ),
    ),
  )
}

export interface RooflineWords {
  readonly label: string
  readonly x: string
  readonly y: string
  readonly peak: string
  readonly memory: string
  /** Name and numbers of a layer, by its index. */
  readonly describe: (index: number) => string
}

export function rooflinePicture(data: RooflineData, size: Size, words: RooflineWords): Markup {
  const { left, right, top, bottom, xTicks, yTicks, roof, peak, memory, marks } = rooflineLayout(data, size)
  const slope = `translate(${round(memory.x)},${round(memory.y)}) rotate(${round(memory.angle)}) translate(0,-6)`
  return drawing(
    size,
    words.label,
    xTicks.map((tick) => [line('grid', tick.at, top, tick.at, bottom), text('tick', tick.at, bottom + 15, tick.label, { 'text-anchor': 'middle' })]),
    yTicks.map((tick) => [line('grid', left, tick.at, right, tick.at), text('tick', left - 8, tick.at + 4, tick.label, { 'text-anchor': 'end' })]),
    text('tick', 0, 12, words.y),
    text('tick', right, bottom + 32, words.x, { 'text-anchor': 'end' }),
    element('path', { class: 'roof', d: roof }),
    text('roof-name', peak.x, peak.y - 6, words.peak, { 'text-anchor': 'end' }),
    element('text', { class: 'roof-name', transform: slope, 'text-anchor': 'middle' }, words.memory),
    marks.map(({ index, x, y, d, share }) =>
      element(
        'path',
        { class: 'mark', transform: `translate(${round(x)},${round(y)})`, d, fill: costColour(share) },
        element('title', {}, words.describe(index)),
      ),
    ),
  )
}

/** Which outline is which kind of layer. */
export function kindLegend(kinds: readonly { readonly kind: LayerKind; readonly name: string }[]): Markup {
  return element(
    'ul',
    { class: 'legend' },
    kinds.map(({ kind, name }) =>
      element(
        'li',
        {},
        element(
          'svg',
          { class: 'drawing', width: 14, height: 14, viewBox: '-7 -7 14 14', 'aria-hidden': 'true' },
          element('path', { class: 'mark', d: symbolOf(kind), fill: 'var(--cost-low)' }),
        ),
        name,
      ),
    ),
  )
}

const BINS = 40

/** How often a run took how long, with lines at the quantiles. */
export function latencyPicture(
  samples: readonly number[],
  lines: readonly { readonly at: number; readonly label: string }[],
  { width, height }: Size,
  label: string,
): Markup {
  const [left, right, top, bottom] = [8, width - 8, 24, height - 22]
  const low = Math.min(...lines.map((l) => l.at))
  // One stray run a hundred times as long would leave nothing to see of the others.
  const high = Math.max(...lines.map((l) => l.at)) * 1.1
  const span = Math.max(high - low, Number.MIN_VALUE)
  const x = (ms: number): number => left + ((ms - low) / span) * (right - left)
  const counts = new Array<number>(BINS).fill(0)
  for (const ms of samples) {
    const bin = Math.floor(((ms - low) / span) * BINS)
    if (bin >= 0 && bin < BINS) counts[bin] = (counts[bin] ?? 0) + 1
  }
  const most = Math.max(1, ...counts)
  const step = (right - left) / BINS
  return drawing(
    { width, height },
    label,
    counts.map((count, i) => {
      const tall = (count / most) * (bottom - top)
      return (
        count > 0 &&
        element('rect', { class: 'bin', x: round(left + i * step), y: round(bottom - tall), width: round(step - 1), height: round(tall) })
      )
    }),
    line('axis', left, bottom, right, bottom),
    lines.map((l, i) => [
      line('quantile', x(l.at), top - 4, x(l.at), bottom),
      text('tick', x(l.at) + (i === lines.length - 1 ? -4 : 4), i % 2 === 0 ? bottom + 15 : top - 10, l.label, {
        'text-anchor': i === lines.length - 1 ? 'end' : 'start',
      }),
    ]),
  )
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
