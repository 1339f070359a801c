/** What the layer table shows: rows found by the search, in the chosen order, with subtotals where the order is the network's. */
import type { Rates } from '../../store/rates.ts'
import { wordMatcher } from '../../ui/searchWords.ts'
import type { ConventionId, LayerRow } from '../../workers/contract/index.ts'

export type Column = 'index' | 'name' | 'op' | 'groups' | 'input' | 'output' | 'params' | 'bytes' | 'macs' | 'ms' | 'gmacs' | 'peak'

export interface Sorting {
  readonly column: Column
  readonly descending: boolean
}

export const NETWORK_ORDER: Sorting = { column: 'index', descending: false }

export function needsRates(column: Column): boolean {
  return column === 'ms' || column === 'gmacs' || column === 'peak'
}

export type TableRow =
  | { readonly kind: 'layer'; readonly layer: LayerRow }
  | {
      readonly kind: 'subtotal'
      readonly section: string
      readonly layers: number
      readonly macs: number
      readonly params: number
      readonly bytes: number
      readonly ms: number
    }

/** A row is found when each word is part of its name, op or groups ("g3"). */
export function findLayers(layers: readonly LayerRow[], query: string): LayerRow[] {
  const matches = wordMatcher(query)
  return layers.filter((l) => matches(l.name, l.title, l.op, l.groups === null ? null : `g${l.groups}`, ...l.sources))
}

/** `rates`: of each layer by name, once measured; without them the timed columns leave network order. */
export function sortLayers(
  layers: readonly LayerRow[],
  { column, descending }: Sorting,
  convention: ConventionId,
  rates: ReadonlyMap<string, Rates> | null = null,
): LayerRow[] {
  const size = (s: readonly number[]) => s.reduce((a, b) => a * b, 1)
  const keys: Record<Column, (l: LayerRow) => number | string> = {
    index: (l) => l.index,
    name: (l) => l.name,
    op: (l) => l.title,
    groups: (l) => l.groups ?? 0,
    input: (l) => size(l.inputShape),
    output: (l) => size(l.outputShape),
    params: (l) => l.params,
    bytes: (l) => l.bytes,
    macs: (l) => l.macs[convention],
    ms: (l) => rates?.get(l.name)?.ms ?? 0,
    gmacs: (l) => rates?.get(l.name)?.gmacs ?? 0,
    peak: (l) => rates?.get(l.name)?.ofPeak ?? 0,
  }
  const key = keys[column]
  const sign = descending ? -1 : 1
  return [...layers].sort((a, b) => {
    const [x, y] = [key(a), key(b)]
    const order = typeof x === 'string' ? x.localeCompare(String(y), 'en', { numeric: true }) : x - Number(y)
    return sign * order || a.index - b.index
  })
}

/** A subtotal after each section; only in network order, elsewhere sections are scattered. */
export function withSubtotals(
  layers: readonly LayerRow[],
  sorting: Sorting,
  convention: ConventionId,
  rates: ReadonlyMap<string, Rates> | null = null,
): TableRow[] {
  const rows: TableRow[] = []
  let run: LayerRow[] = []
  const close = () => {
    const section = run[0]?.section
    if (section !== undefined && sorting.column === 'index' && run.length > 1)
      rows.push({
        kind: 'subtotal',
        section,
        layers: run.length,
        macs: run.reduce((sum, l) => sum + l.macs[convention], 0),
        params: run.reduce((sum, l) => sum + l.params, 0),
        bytes: run.reduce((sum, l) => sum + l.bytes, 0),
        ms: run.reduce((sum, l) => sum + (rates?.get(l.name)?.ms ?? 0), 0),
      })
    run = []
  }
  for (const layer of layers) {
    if (run[0] && run[0].section !== layer.section) close()
    run.push(layer)
    rows.push({ kind: 'layer', layer })
  }
  close()
  return rows
}
