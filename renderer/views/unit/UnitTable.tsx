/** The table behind the flow picture: ops in order, and how each passes channels on. */
import { useText } from '../../store/context.ts'
import { HiddenTable } from '../../ui/HiddenTable.tsx'
import type { UnitFlow } from '../../workers/contract.ts'

export function UnitTable({ flow }: { readonly flow: UnitFlow }) {
  const t = useText()
  const channels = (id: number | undefined) => flow.tensors.find((x) => x.id === id)?.channels ?? '–'
  return (
    <HiddenTable
      caption={t('unit.table')}
      head={[t('costs.name'), t('costs.op'), t('costs.groups'), t('inspector.channels'), t('inspector.shuffle')]}
      rows={flow.ops.map((op) => {
        const own = flow.links.filter((l) => l.node === op.node)
        return [
          op.name,
          op.label,
          op.groups,
          `${own.map((l) => channels(l.from)).join(' + ')} → ${channels(own[0]?.to)}`,
          op.shuffle ? t('inspector.shuffle.value', { groups: op.shuffle.groups, order: op.shuffle.order }) : '–',
        ]
      })}
    />
  )
}
