/** The data of the map: its items, or what a trace touches of them. */
import type { Translate } from '../../app/strings/index.ts'
import type { MapItem } from '../../charts/network/layout.ts'
import type { FigureColumn, FigureTable } from '../../export/figures.ts'
import type { TraceView } from '../../workers/contract/index.ts'

const nameOf = (key: string): string => key.replace(/^op:/, '')

/** `cost`: the column of what the items' cost is; shares are given in percent. */
export function mapTable(t: Translate, items: readonly MapItem[], cost: FigureColumn): FigureTable {
  const value = (of: number | null) => (of !== null && cost.unit === '%' ? 100 * of : of)
  return {
    columns: [
      { key: 'name', label: t('costs.name') },
      { key: 'groups', label: t('inspector.groups') },
      { key: 'stride', label: t('inspector.stride') },
      { key: 'shuffleGroups', label: t('export.shuffleGroups') },
      { key: 'channelsIn', label: t('export.channelsIn') },
      { key: 'channelsOut', label: t('export.channelsOut') },
      cost,
    ],
    rows: items.map((i) => [nameOf(i.key), i.groups, i.stride, i.shuffleGroups, i.channelsIn, i.channelsOut, value(i.cost)]),
  }
}

/** A row per group of every item that the trace touches. */
export function traceTable(t: Translate, { items }: TraceView): FigureTable {
  return {
    columns: [
      { key: 'unit', label: t('mixing.table.unit') },
      { key: 'side', label: t('trace.side') },
      { key: 'group', label: t('lens.group') },
      { key: 'touched', label: t('trace.touched') },
      { key: 'of', label: t('trace.of') },
    ],
    rows: items.flatMap(({ key, side, groups }) =>
      groups.map((g, i) => [nameOf(key), t(side === 'before' ? 'inspector.from' : 'inspector.to'), i, g.reached, g.size]),
    ),
  }
}
