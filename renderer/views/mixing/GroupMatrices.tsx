/** Group by group after one unit: with the shuffle, and without it, on one scale. */
import { useState } from 'react'
import { percent } from '../../charts/kit/format.ts'
import { useSize } from '../../charts/kit/size.ts'
import { GroupsChart } from '../../charts/mixing/Groups.tsx'
import type { GroupCell } from '../../charts/mixing/groups.ts'
import { useText } from '../../store/context.ts'
import type { PhotoMixingPoint } from '../../workers/contract/index.ts'
import { greatestOf } from './photoData.ts'

export function GroupMatrices({ point }: { readonly point: PhotoMixingPoint }) {
  const t = useText()
  const [active, setActive] = useState<{ side: 'on' | 'off'; cell: GroupCell } | null>(null)
  const greatest = greatestOf(point)
  const sides = point.off ? (['on', 'off'] as const) : (['on'] as const)
  // A network without shuffles has one side, with no other to be told from.
  const name = (side: 'on' | 'off') => t(point.off ? `mixing.${side}` : 'mixing.only')
  const cell = active?.cell
  return (
    <section className="mixing-groups" aria-label={t('mixing.matrix')}>
      <h3 title={t('mixing.matrix.hint')}>
        <span className="term">{t('mixing.matrix')}</span>
      </h3>
      <p className="quiet small ellipsis mixing-after" title={point.name}>
        {t('mixing.matrix.after', { unit: point.name })}
      </p>
      <div className="mixing-matrices">
        {sides.map((side) => (
          <Side
            key={side}
            title={name(side)}
            label={t('mixing.matrix.chart', { side: name(side), unit: point.name })}
            change={point[side]?.change ?? []}
            greatest={greatest}
            active={active?.side === side ? active.cell : null}
            onHover={(hovered) => setActive(hovered && { side, cell: hovered })}
          />
        ))}
      </div>
      <p className="mixing-cell small" aria-hidden="true">
        {cell ? (
          <span className="num">{t('mixing.matrix.cell', { from: cell.column, to: cell.row, value: percent(cell.value) })}</span>
        ) : (
          <>
            <span className="legend">
              <span className="num">0</span>
              <span className="legend-scale" />
              <span className="num">{percent(greatest)}</span>
            </span>
            <span className="quiet">{t('mixing.matrix.axes')}</span>
          </>
        )}
      </p>
    </section>
  )
}

interface SideProps {
  readonly title: string
  readonly label: string
  readonly change: readonly (readonly number[])[]
  readonly greatest: number
  readonly active: GroupCell | null
  readonly onHover: (cell: GroupCell | null) => void
}

function Side({ title, label, change, greatest, active, onHover }: SideProps) {
  const [ref, size] = useSize<HTMLDivElement>()
  return (
    <div className="mixing-matrix">
      <p className="small quiet">{title}</p>
      <div className="mixing-matrix-canvas" ref={ref}>
        {size && size.width > 0 && <GroupsChart change={change} greatest={greatest} size={size} label={label} active={active} onHover={onHover} />}
      </div>
    </div>
  )
}
