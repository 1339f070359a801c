/** A table of differences with its chart beside it, row by row. Only rows in sight are drawn. */
import { type KeyboardEvent, useEffect, useMemo, useRef } from 'react'
import { DifferenceChart, DifferenceScale } from '../../charts/compare/Chart.tsx'
import { differenceOf, largestDifference } from '../../charts/compare/layout.ts'
import { useSize } from '../../charts/kit/size.ts'
import { useText } from '../../store/context.ts'
import { type CompareMeasure, type DifferenceRow, exactText, ratioText, rowText, signed, valueText } from './compareData.ts'
import { ROW_HEIGHT, useWindow } from './useWindow.ts'

export interface DifferenceTableProps {
  readonly caption: string
  /** Head of the columns with the names. */
  readonly heads: readonly [string, string]
  readonly withDetail?: boolean
  readonly rows: readonly DifferenceRow[]
  readonly measure: CompareMeasure
  readonly selected: string | null
  readonly onSelect: (row: DifferenceRow) => void
  readonly onOpen?: (row: DifferenceRow) => void
}

const HEAD_HEIGHT = 28
const PAGE = 12

export function DifferenceTable({ caption, heads, withDetail = false, rows, measure, selected, onSelect, onOpen }: DifferenceTableProps) {
  const t = useText()
  const { ref, from, to, show } = useWindow(rows.length, HEAD_HEIGHT)
  const [chartRef, size] = useSize<HTMLDivElement>()
  const body = useRef<HTMLTableSectionElement>(null)
  const moved = useRef(false)
  const data = useMemo(() => rows.map((r) => r.values), [rows])
  const most = useMemo(() => largestDifference(data), [data])
  const width = size?.width ?? 0
  const frame = useMemo(() => ({ width, rowHeight: ROW_HEIGHT, most }), [width, most])
  const at = rows.findIndex((r) => r.key === selected)
  const focusable = at >= from && at < to ? at : from

  useEffect(() => {
    if (at >= 0) show(at)
  }, [at, show])
  useEffect(() => {
    if (!moved.current) return
    const row = body.current?.querySelector<HTMLElement>(`[data-row="${at}"]`)
    if (!row) return
    moved.current = false
    row.focus({ preventScroll: true })
  }, [at, from, to])

  const keys = (event: KeyboardEvent, index: number) => {
    const row = rows[index]
    if (event.key === 'Enter' && row) {
      event.preventDefault()
      onOpen?.(row)
      return
    }
    const steps: Record<string, number> = {
      ArrowDown: index + 1,
      ArrowUp: index - 1,
      PageDown: index + PAGE,
      PageUp: index - PAGE,
      Home: 0,
      End: rows.length - 1,
    }
    const target = steps[event.key]
    if (target === undefined) return
    event.preventDefault()
    const next = rows[Math.min(Math.max(target, 0), rows.length - 1)]
    if (!next) return
    moved.current = true
    onSelect(next)
  }
  const gap = (count: number) => count > 0 && <tr className="difference-gap" style={{ height: count * ROW_HEIGHT }} />
  return (
    <div className="difference" ref={ref}>
      <table className={withDetail ? 'difference-table has-detail' : 'difference-table'} aria-label={caption} aria-rowcount={rows.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col">{heads[0]}</th>
            <th scope="col">{heads[1]}</th>
            {withDetail && (
              <th scope="col" className="is-detail">
                {t('costs.op')}
              </th>
            )}
            <th scope="col" className="num">
              A
            </th>
            <th scope="col" className="num">
              B
            </th>
            <th scope="col" className="num" title={t('compare.sign')}>
              B − A
            </th>
            <th scope="col" className="num is-ratio" title={t('compare.ratio.hint')}>
              B ÷ A
            </th>
          </tr>
        </thead>
        <tbody ref={body}>
          {gap(from)}
          {rows.slice(from, to).map((row, i) => {
            const index = from + i
            const difference = differenceOf(row.values)
            const kind = row.a === null ? 'is-only-b' : row.b === null ? 'is-only-a' : ''
            return (
              <tr
                key={row.key}
                className={kind}
                data-row={index}
                aria-rowindex={index + 2}
                aria-selected={index === at}
                tabIndex={index === focusable ? 0 : -1}
                onClick={() => onSelect(row)}
                onDoubleClick={() => onOpen?.(row)}
                onKeyDown={(e) => keys(e, index)}
              >
                <th scope="row" className="ellipsis" title={row.a ?? undefined}>
                  {row.a ?? <span className="difference-only">{t('compare.onlyB')}</span>}
                </th>
                <td className={row.a === row.b ? 'ellipsis quiet' : 'ellipsis'} title={row.b ?? undefined}>
                  {row.b ?? <span className="difference-only">{t('compare.onlyA')}</span>}
                </td>
                {withDetail && (
                  <td className="ellipsis is-detail" title={row.detail}>
                    {row.detail}
                  </td>
                )}
                {([row.values.a, row.values.b] as const).map((value, side) => (
                  <td key={side} className="num" title={value === null ? undefined : exactText(measure, value)}>
                    {value === null || (value === 0 && difference === 0) ? '' : valueText(measure, value)}
                  </td>
                ))}
                <td className="num" title={signed(difference, (v) => exactText(measure, v))}>
                  {difference === 0 ? '' : signed(difference, (v) => valueText(measure, v))}
                </td>
                <td className="num is-ratio">{difference === 0 ? '' : ratioText(row.values)}</td>
              </tr>
            )
          })}
          {gap(rows.length - to)}
        </tbody>
      </table>
      <div className="difference-canvas" ref={chartRef}>
        {size && (
          <>
            <div className="difference-head">
              <DifferenceScale
                width={width}
                less={most > 0 ? signed(-most, (v) => valueText(measure, v)) : ''}
                more={most > 0 ? signed(most, (v) => valueText(measure, v)) : ''}
                hint={t('compare.legend')}
              />
            </div>
            <DifferenceChart
              data={data}
              frame={frame}
              rows={[from, to]}
              selected={at < 0 ? null : at}
              describe={(i) => {
                const row = rows[i]
                return row ? rowText(t, measure, row) : ''
              }}
              onSelect={(i) => {
                const row = rows[i]
                if (row) onSelect(row)
              }}
            />
          </>
        )}
      </div>
    </div>
  )
}
