/** A table of differences with its chart beside it, row by row. Of long ones only the rows in sight are drawn. */
import { type KeyboardEvent, useEffect, useMemo, useRef } from 'react'
import { DifferenceChart } from '../../charts/compare/Chart.tsx'
import { largestDifference } from '../../charts/compare/layout.ts'
import { DifferenceScale } from '../../charts/compare/Scale.tsx'
import { useSize } from '../../charts/kit/size.ts'
import { useText } from '../../store/context.ts'
import { type CompareMeasure, type DifferenceRow, rowText, signed, valueText } from './compareData.ts'
import { DifferenceCells } from './DifferenceCells.tsx'
import { ROW_HEIGHT, useWindow } from './useWindow.ts'

export interface DifferenceTableProps {
  readonly caption: string
  /** Heads of the columns with the names. */
  readonly heads: readonly [string, string]
  readonly withDetail?: boolean
  readonly rows: readonly DifferenceRow[]
  readonly measure: CompareMeasure
  /** Keys of the selected rows, which follow each other. */
  readonly selected: readonly string[]
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
  const first = rows.findIndex((r) => r.key === selected[0])
  const last = first < 0 ? -1 : Math.min(first + selected.length, rows.length) - 1
  const focusable = first >= from && first < to ? first : from
  const text = (value: number) => signed(value, (v) => valueText(measure, v))

  // A layer comes into sight wherever it was selected; a whole stage would push its own row out of it.
  useEffect(() => {
    if (first >= 0 && last === first) show(first)
  }, [first, last, show])
  useEffect(() => {
    if (!moved.current) return
    const row = body.current?.querySelector<HTMLElement>(`[data-row="${first}"]`)
    if (!row) return
    moved.current = false
    row.focus({ preventScroll: true })
  }, [first, from, to])

  const keys = (event: KeyboardEvent, index: number) => {
    const row = rows[index]
    if (event.key === 'Enter' && row) {
      event.preventDefault()
      if (onOpen) onOpen(row)
      else onSelect(row)
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
  const heading = (label: string, className: string, hint?: string) => (
    <th scope="col" className={className} title={hint}>
      {label}
    </th>
  )
  return (
    <div className="difference" ref={ref}>
      <table className={withDetail ? 'difference-table has-detail' : 'difference-table'} aria-label={caption} aria-rowcount={rows.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            {heading(heads[0], '')}
            {heading(heads[1], '')}
            {withDetail && heading(t('costs.op'), 'is-detail')}
            {heading('A', 'num')}
            {heading('B', 'num')}
            {heading('B − A', 'num', t('compare.sign'))}
            {heading('B ÷ A', 'num is-ratio', t('compare.ratio.hint'))}
          </tr>
        </thead>
        <tbody ref={body}>
          {gap(from)}
          {rows.slice(from, to).map((row, i) => {
            const index = from + i
            return (
              <tr
                key={row.key}
                data-row={index}
                aria-rowindex={index + 2}
                aria-selected={index >= first && index <= last}
                tabIndex={index === focusable ? 0 : -1}
                onClick={() => onSelect(row)}
                onDoubleClick={() => onOpen?.(row)}
                onKeyDown={(e) => keys(e, index)}
              >
                <DifferenceCells row={row} measure={measure} withDetail={withDetail} />
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
                ends={most > 0 ? { less: text(-most), more: text(most) } : null}
                none={t('compare.same')}
                hint={t('compare.legend')}
              />
            </div>
            <DifferenceChart
              data={data}
              frame={frame}
              rows={[from, to]}
              selected={first < 0 ? null : [first, last]}
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
