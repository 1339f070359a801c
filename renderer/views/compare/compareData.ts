/** What Compare shows: rows of aligned layers, their values by measure, differences in words. */
import type { Translate } from '../../app/strings/index.ts'
import { differenceOf } from '../../charts/compare/layout.ts'
import { bytes, exact, short, significant } from '../../charts/kit/format.ts'
import type { FigureTable } from '../../export/figures.ts'
import type { Comparison } from '../../store/compareSlice.ts'
import type { ConventionId, LayerRow, ModelView, NetworkView, NodeCost, Prediction } from '../../workers/contract/index.ts'
import { sectionName } from '../explore/mapData.ts'

export const COMPARE_MEASURES = ['macs', 'params', 'bytes', 'ms'] as const
export type CompareMeasure = (typeof COMPARE_MEASURES)[number]

export interface CompareRow {
  readonly a: LayerRow | null
  readonly b: LayerRow | null
  /** Place in the alignment's sections. */
  readonly section: number
}

/** One row of a table of differences, with what it is called on each side. */
export interface DifferenceRow {
  readonly key: string
  readonly a: string | null
  readonly b: string | null
  readonly detail: string
  readonly values: { readonly a: number | null; readonly b: number | null }
  /** Side a's layer by name and by place in network order; null where it has none. */
  readonly node: string | null
  readonly index: number | null
}

export type Values = (row: LayerRow) => number
export interface SideValues {
  readonly a: Values
  readonly b: Values
}

export function rowsOf({ a, b, alignment }: Pick<Comparison, 'a' | 'b' | 'alignment'>): CompareRow[] {
  return alignment.sections.flatMap(({ units }, section) =>
    units.flatMap(({ layers }) =>
      layers.map((pair) => ({
        a: pair.a === null ? null : (a.layers[pair.a] ?? null),
        b: pair.b === null ? null : (b.layers[pair.b] ?? null),
        section,
      })),
    ),
  )
}

/** Milliseconds of each layer by its name: the sum over the nodes of the loaded graph that it stands for. */
export function timesOf(nodes: readonly NodeCost[], network: NetworkView): ReadonlyMap<string, number> {
  const ms = new Map(nodes.map((n) => [n.name, n.ms]))
  return new Map(
    network.layers.map(({ name, sources }) => [name, [...new Set([name, ...sources])].reduce((sum, source) => sum + (ms.get(source) ?? 0), 0)]),
  )
}

export type Times = ReadonlyMap<string, number> | null

/** Null for times where a side has not been timed. */
export function valuesOf(measure: CompareMeasure, convention: ConventionId, times: { readonly a: Times; readonly b: Times }): SideValues | null {
  if (measure === 'ms') {
    const { a, b } = times
    return a && b && { a: (l) => a.get(l.name) ?? 0, b: (l) => b.get(l.name) ?? 0 }
  }
  const value: Values = measure === 'macs' ? (l) => l.macs[convention] : (l) => l[measure]
  return { a: value, b: value }
}

export function layerRows(rows: readonly CompareRow[], values: SideValues): DifferenceRow[] {
  return rows.map(({ a, b }, i) => ({
    key: `${i}`,
    a: a?.name ?? null,
    b: b?.name ?? null,
    detail: detailOf(a, b),
    values: { a: a && values.a(a), b: b && values.b(b) },
    node: a?.name ?? null,
    index: a?.index ?? null,
  }))
}

/** What the op is, and what of it differs. */
function detailOf(a: LayerRow | null, b: LayerRow | null): string {
  const text = (l: LayerRow) => (l.groups !== null && l.groups > 1 && l.kind !== 'depthwise' ? `${l.title}, g=${l.groups}` : l.title)
  const [one, other] = [a && text(a), b && text(b)]
  return one === other || !one || !other ? (one ?? other ?? '') : `${one} → ${other}`
}

export function sectionRows(t: Translate, comparison: Comparison, rows: readonly CompareRow[], values: SideValues): DifferenceRow[] {
  const sums = comparison.alignment.sections.map(() => ({ a: 0, b: 0 }))
  for (const { a, b, section } of rows) {
    const sum = sums[section]
    if (!sum) continue
    if (a) sum.a += values.a(a)
    if (b) sum.b += values.b(b)
  }
  return comparison.alignment.sections.map((section, i) => ({
    key: `${i}`,
    a: section.a && sectionText(t, comparison.a, section.a),
    b: section.b && sectionText(t, comparison.b, section.b),
    detail: '',
    values: { a: section.a && (sums[i]?.a ?? 0), b: section.b && (sums[i]?.b ?? 0) },
    node: null,
    index: null,
  }))
}

/** First and last layer of side a in each section; undefined where it has none there. */
export function sectionSpans(rows: readonly CompareRow[]): ReadonlyArray<readonly [number, number] | undefined> {
  const spans: (readonly [number, number] | undefined)[] = []
  for (const { a, section } of rows) if (a) spans[section] = [spans[section]?.[0] ?? a.index, a.index]
  return spans
}

/** "Stage 2, 28 × 28"; sections that go by no name but their size are called that. */
function sectionText(
  t: Translate,
  network: NetworkView,
  { name, size }: { readonly name: string; readonly size: readonly [number, number] | null },
): string {
  const extent = size?.join(' × ') ?? ''
  if (name === '' || /^\d+x\d+$/.test(name)) return extent || t('explore.section.head')
  const label = sectionName(t, name, network.sections.find((s) => s.key === name)?.label ?? name)
  return extent ? `${label}, ${extent}` : label
}

/** How many shuffles side b does without, where nothing else sets the networks apart; null where something does. */
export function missingShuffles({ a, b }: Pick<Comparison, 'a' | 'b'>): number | null {
  const rest = ({ layers }: NetworkView) => layers.filter((l) => l.op !== 'channelShuffle')
  const [own, other] = [rest(a), rest(b)]
  const alike = (l: LayerRow, m: LayerRow | undefined) =>
    m?.op === l.op && m.groups === l.groups && m.params === l.params && m.inputShape.join() === l.inputShape.join() && m.macs.all === l.macs.all
  const isSame = own.length === other.length && own.every((l, i) => alike(l, other[i]))
  const shuffles = a.layers.length - own.length
  return isSame && shuffles > 0 && other.length === b.layers.length ? shuffles : null
}

/** What is looked at first: times of a trace, else MACs, or what else differs where those do not. */
export function firstMeasure({ a, b, side }: Pick<Comparison, 'a' | 'b' | 'side'>, convention: ConventionId): CompareMeasure {
  if (side.trace) return 'ms'
  if (a.totals[convention] !== b.totals[convention]) return 'macs'
  if (a.params !== b.params) return 'params'
  const bytesOf = ({ layers }: NetworkView) => totalOf(layers, (l) => l.bytes)
  return bytesOf(a) === bytesOf(b) ? 'macs' : 'bytes'
}

/** The rows as data for files. */
export function differenceTable(t: Translate, measure: CompareMeasure, rows: readonly DifferenceRow[]): FigureTable {
  const unit = measure === 'bytes' ? { unit: 'bytes' } : measure === 'ms' ? { unit: 'ms' } : {}
  return {
    columns: [
      { key: 'a', label: 'A' },
      { key: 'b', label: 'B' },
      { key: 'op', label: t('costs.op') },
      { key: 'valueA', label: t('compare.column.a'), ...unit },
      { key: 'valueB', label: t('compare.column.b'), ...unit },
      { key: 'difference', label: 'B − A', ...unit },
      { key: 'ratio', label: 'B ÷ A' },
    ],
    rows: rows.map(({ a, b, detail, values }) => [
      a,
      b,
      detail,
      values.a,
      values.b,
      differenceOf(values),
      values.a !== null && values.b !== null && values.a !== 0 ? values.b / values.a : null,
    ]),
  }
}

export function totalOf(layers: readonly LayerRow[], values: Values): number {
  return layers.reduce((sum, layer) => sum + values(layer), 0)
}

/** Three significant digits, with the measure's unit. */
export function valueText(measure: CompareMeasure, value: number): string {
  if (measure === 'bytes') return bytes(value)
  if (measure === 'ms') return significant(value, 3)
  return short(value)
}

export function exactText(measure: CompareMeasure, value: number): string {
  return measure === 'ms' ? significant(value, 4) : exact(value)
}

/** "+1.2 M", "−1.2 M", "±0". */
export function signed(value: number, text: (magnitude: number) => string): string {
  return value === 0 ? '±0' : `${value > 0 ? '+' : '−'}${text(Math.abs(value))}`
}

/** b as a multiple of a: "×0.98"; none where a is nothing. */
export function ratioText({ a, b }: { readonly a: number | null; readonly b: number | null }): string {
  if (a === null || b === null || a === 0) return ''
  if (a === b) return '×1'
  return `×${significant(b / a, 3)}`
}

export function rowText(t: Translate, measure: CompareMeasure, { a, b, values }: DifferenceRow): string {
  const difference = signed(differenceOf(values), (v) => exactText(measure, v))
  if (a === null) return t('compare.row.onlyB', { name: b ?? '', difference })
  if (b === null) return t('compare.row.onlyA', { name: a, difference })
  return t('compare.row.both', {
    name: a === b ? a : `${a} ↔ ${b}`,
    a: exactText(measure, values.a ?? 0),
    b: exactText(measure, values.b ?? 0),
    difference,
  })
}

export interface Agreement {
  readonly sameFirst: boolean
  readonly shared: number
  readonly of: number
}

/** By labels where both have them, by index where both know as many classes; null where neither can be. */
export function agreementOf(
  a: { readonly model: ModelView; readonly top: readonly Prediction[] },
  b: { readonly model: ModelView; readonly top: readonly Prediction[] },
): Agreement | null {
  if (a.top.length === 0 || b.top.length === 0) return null
  const labelled = [...a.top, ...b.top].every((p) => p.label !== null)
  if (!labelled && (a.model.classes === null || a.model.classes !== b.model.classes)) return null
  const name = (p: Prediction) => (labelled ? (p.label ?? '') : String(p.index))
  const [first, second] = [a.top.map(name), b.top.map(name)]
  return { sameFirst: first[0] === second[0], shared: first.filter((n) => second.includes(n)).length, of: Math.min(first.length, second.length) }
}
