/** The data of the mixing curves and matrices: shares as fractions of one, exact. */
import type { Translate } from '../../app/strings/index.ts'
import { percent } from '../../charts/kit/format.ts'
import type { FigureCell, FigureColumn, FigureTable } from '../../export/figures.ts'
import type { MixingView, PhotoMixingView } from '../../workers/contract/index.ts'
import { pointsOf } from './mixingData.ts'
import { photoRows } from './photoData.ts'

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

/** What zeroing groups changes on the photo: a row for every unit, side and zeroed group. Cells of units with fewer groups stay empty. */
export function photoTable(t: Translate, view: PhotoMixingView): FigureTable {
  const groups = Array.from({ length: Math.max(0, ...view.stages.map((s) => s.groups)) }, (_, n) => n)
  const change = (cell: FigureCell): string => (typeof cell === 'number' ? percent(cell) : '–')
  return {
    columns: [
      { key: 'unit', label: t('mixing.table.unit') },
      { key: 'depth', label: t('mixing.table.depth') },
      { key: 'side', label: t('unit.shuffle') },
      { key: 'zeroed', label: t('mixing.matrix.zeroed') },
      ...groups.map((n) => ({ key: `group${n}`, label: t('mixing.matrix.changed', { n }), text: change })),
    ],
    rows: photoRows(view, { on: t('mixing.on'), off: t('mixing.off'), only: t('mixing.only') }),
  }
}
