/** The cells of one row: what it is called on each side, both values, difference and ratio. */
import { memo } from 'react'
import { differenceOf } from '../../charts/compare/layout.ts'
import { useText } from '../../store/context.ts'
import { type CompareMeasure, type DifferenceRow, exactText, ratioText, signed, valueText } from './compareData.ts'

export interface DifferenceCellsProps {
  readonly row: DifferenceRow
  readonly measure: CompareMeasure
  readonly withDetail: boolean
}

/** One name stands for both sides where they call it the same. Nothing is written where nothing is counted. */
export const DifferenceCells = memo(function DifferenceCells({ row, measure, withDetail }: DifferenceCellsProps) {
  const t = useText()
  const { a, b, detail, values } = row
  const difference = differenceOf(values)
  return (
    <>
      <th scope="row" className="ellipsis" colSpan={a === b ? 2 : 1} title={a ?? undefined}>
        {a === null ? <span className="difference-only">{t('compare.onlyB')}</span> : <bdi>{a}</bdi>}
      </th>
      {a !== b && (
        <td className="ellipsis" title={b ?? undefined}>
          {b === null ? <span className="difference-only">{t('compare.onlyA')}</span> : <bdi>{b}</bdi>}
        </td>
      )}
      {withDetail && (
        <td className="ellipsis is-detail" title={detail}>
          {detail}
        </td>
      )}
      {([values.a, values.b] as const).map((value, side) => (
        <td key={side} className="num" title={value === null ? undefined : exactText(measure, value)}>
          {value === null || (value === 0 && difference === 0) ? '' : valueText(measure, value)}
        </td>
      ))}
      <td className="num" title={signed(difference, (v) => exactText(measure, v))}>
        {difference === 0 ? '' : signed(difference, (v) => valueText(measure, v))}
      </td>
      <td className="num is-ratio">{difference === 0 ? '' : ratioText(values)}</td>
    </>
  )
})
