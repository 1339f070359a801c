/** The matrices of a unit side by side, in the order of its ops. */
import { useMemo } from 'react'
import { useSize } from '../../charts/kit/size.ts'
import { MatrixChart } from '../../charts/matrix/Chart.tsx'
import { reachOf } from '../../charts/unit/reach.ts'
import { useStore, useText } from '../../store/context.ts'
import type { ChannelRef } from '../../store/state.ts'
import type { UnitFlow } from '../../workers/contract/index.ts'
import { matricesOf, type UnitMatrix } from './matrixData.ts'

const WIDE = { width: 192, height: 104 }
const NARROW = { width: 128, height: 104 }
/** Below this the wide matrices of a unit do not fit beside each other. */
const NARROW_BELOW = 800

export interface MatricesProps {
  readonly flow: UnitFlow
  readonly lit: ChannelRef | null
  readonly onHover: (channel: ChannelRef | null) => void
}

export function Matrices({ flow, lit, onHover }: MatricesProps) {
  const t = useText()
  const selected = useStore((s) => s.selection.node)
  const selectNode = useStore((s) => s.selectNode)
  const [ref, size] = useSize<HTMLUListElement>()
  const box = size && size.width < NARROW_BELOW ? NARROW : WIDE
  const matrices = useMemo(() => matricesOf(flow), [flow])
  const reach = useMemo(() => (lit ? reachOf(flow, lit.tensor, lit.channel) : undefined), [flow, lit])
  const caption = ({ kind, groups, seen, data }: UnitMatrix) =>
    kind === 'groups'
      ? t('unit.matrix.groups', { n: groups })
      : kind === 'whole'
        ? t('unit.matrix.whole.seen', { n: seen[0] === seen[1] ? seen[0] : `${seen[0]}–${seen[1]}`, all: data.columns })
        : t(`unit.matrix.${kind}`)
  return (
    <ul className="matrices" ref={ref} aria-label={t('unit.groups')}>
      {matrices.map((m) => {
        const name = m.op?.label ?? t('unit.matrix.whole')
        const label =
          m.kind === 'whole'
            ? t('unit.matrix.whole.label', { n: m.seen.join(' – '), all: m.data.columns })
            : t('unit.matrix.label', { name: m.op?.name ?? '', rows: m.data.rows, columns: m.data.columns, groups: m.groups })
        return (
          <li
            key={m.key}
            className={m.kind === 'whole' ? 'matrix-card is-whole' : m.op?.name === selected ? 'matrix-card is-selected' : 'matrix-card'}
          >
            {m.op ? (
              <button type="button" className="matrix-name" title={m.op.name} onClick={() => m.op && selectNode(m.op.name)}>
                {name}
              </button>
            ) : (
              <span className="matrix-name">{name}</span>
            )}
            <div className="matrix-box">
              <MatrixChart
                data={m.data}
                size={box}
                label={label}
                litRows={reach?.get(m.to)}
                litColumns={reach?.get(m.from)}
                onHover={(cell) => onHover(cell && { tensor: m.to, channel: cell.row })}
              />
            </div>
            <span className="matrix-caption num">
              {m.kind === 'whole' ? '' : `${m.data.columns} → ${m.data.rows} · `}
              {caption(m)}
            </span>
          </li>
        )
      })}
    </ul>
  )
}
