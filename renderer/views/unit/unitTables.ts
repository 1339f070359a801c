/** The data of the flow picture: ops in order, and how each passes channels on. */
import type { Translate } from '../../app/strings/index.ts'
import type { FigureTable } from '../../export/figures.ts'
import type { UnitFlow } from '../../workers/contract/index.ts'
import { matricesOf } from './matrixData.ts'

export function unitTable(t: Translate, flow: UnitFlow): FigureTable {
  const channels = (id: number | undefined) => flow.tensors.find((x) => x.id === id)?.channels ?? null
  return {
    columns: [
      { key: 'name', label: t('costs.name') },
      { key: 'op', label: t('costs.op') },
      { key: 'groups', label: t('costs.groups') },
      { key: 'channelsIn', label: t('export.channelsIn') },
      { key: 'channelsOut', label: t('export.channelsOut') },
      { key: 'shuffleGroups', label: t('export.shuffleGroups') },
      { key: 'shuffleOrder', label: t('export.shuffleOrder') },
    ],
    rows: flow.ops.map((op) => {
      const own = flow.links.filter((l) => l.node === op.node)
      return [
        op.name,
        op.label,
        op.groups,
        own.map((l) => channels(l.from)).join(' + '),
        channels(own[0]?.to),
        op.shuffle?.groups ?? null,
        op.shuffle?.order ?? null,
      ]
    }),
  }
}

/** The group partitions: how many input channels an output channel of each convolution sees. */
export function matricesTable(t: Translate, flow: UnitFlow): FigureTable {
  return {
    columns: [
      { key: 'name', label: t('costs.name') },
      { key: 'partition', label: t('export.partition') },
      { key: 'groups', label: t('costs.groups') },
      { key: 'channelsIn', label: t('export.channelsIn') },
      { key: 'channelsOut', label: t('export.channelsOut') },
      { key: 'seenLeast', label: t('export.seenLeast') },
      { key: 'seenMost', label: t('export.seenMost') },
    ],
    rows: matricesOf(flow).map(({ op, kind, groups, data, seen }) => [
      op?.name ?? t('unit.matrix.whole'),
      kind,
      kind === 'whole' ? null : groups,
      data.columns,
      data.rows,
      seen[0],
      seen[1],
    ]),
  }
}
