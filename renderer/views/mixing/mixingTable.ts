/** The data of the mixing curves: shares as fractions of one, exact. */
import type { Translate } from '../../app/strings/index.ts'
import { percent } from '../../charts/kit/format.ts'
import type { FigureCell, FigureColumn, FigureTable } from '../../export/figures.ts'
import type { MixingView } from '../../workers/contract.ts'
import { pointsOf } from './mixingData.ts'

const share = (cell: FigureCell): string => (typeof cell === 'number' ? percent(cell) : '–')

/** A row per unit: what its channels see of the stage's first feature map, with the shuffle and without, and weight between groups. */
export function mixingTable(t: Translate, view: MixingView): FigureTable {
  const columns: FigureColumn[] = [
    { key: 'unit', label: t('mixing.table.unit') },
    { key: 'depth', label: t('mixing.table.depth') },
    { key: 'groups', label: t('costs.groups') },
    { key: 'seen', label: t('mixing.table.on'), text: share },
    { key: 'seenLeast', label: `${t('mixing.table.on')}, ${t('export.least')}`, text: share },
    { key: 'seenWithout', label: t('mixing.table.off'), text: share },
    { key: 'seenWithoutMost', label: `${t('mixing.table.off')}, ${t('export.most')}`, text: share },
    { key: 'weightBetweenGroups', label: t('mixing.table.mass'), text: share },
    { key: 'weightBetweenGroupsWithout', label: `${t('mixing.table.mass')}, ${t('mixing.off')}`, text: share },
  ]
  return {
    columns,
    rows: pointsOf(view).map(({ stage, point: { name, depth, on, off } }) => [
      name,
      depth,
      stage.groups,
      on.channels.mean,
      on.channels.least,
      off?.channels.mean ?? null,
      off?.channels.most ?? null,
      on.crossing,
      off?.crossing ?? null,
    ]),
  }
}
