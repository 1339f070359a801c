/** The rows of the layer table. Arrow keys walk, Home and End jump, Enter opens the unit of the row. */
import { type KeyboardEvent, useEffect, useMemo, useRef } from 'react'
import type { TextKey } from '../../app/strings/index.ts'
import { costColour } from '../../charts/kit/colour.ts'
import { bytes, exact, percent, shape, short, significant } from '../../charts/kit/format.ts'
import { useStore, useText } from '../../store/context.ts'
import type { Rates } from '../../store/rates.ts'
import { layerRates } from '../../store/selectors.ts'
import { sectionName } from '../explore/mapData.ts'
import type { Column, Sorting, TableRow } from './table.ts'

interface ColumnHead {
  readonly id: Column
  readonly label: TextKey
  readonly hint?: TextKey
  readonly numeric?: boolean
  readonly className?: string
}
const COLUMNS: readonly ColumnHead[] = [
  { id: 'name', label: 'costs.name' },
  { id: 'op', label: 'costs.op' },
  { id: 'groups', label: 'costs.groups', numeric: true },
  { id: 'input', label: 'costs.input', numeric: true, className: 'is-input' },
  { id: 'output', label: 'costs.output', numeric: true },
  { id: 'params', label: 'costs.params', numeric: true },
  { id: 'bytes', label: 'costs.bytes', hint: 'costs.bytes.hint', numeric: true, className: 'is-bytes' },
  { id: 'macs', label: 'costs.macs', numeric: true },
]
/** Once measured. */
const TIMED: readonly ColumnHead[] = [
  { id: 'ms', label: 'costs.ms', numeric: true },
  { id: 'gmacs', label: 'costs.gmacs', numeric: true },
  { id: 'peak', label: 'costs.peak', hint: 'strip.peak.hint', numeric: true },
]

export interface LayerTableProps {
  readonly rows: readonly TableRow[]
  readonly sorting: Sorting
  readonly onSort: (sorting: Sorting) => void
}

export function LayerTable({ rows, sorting, onSort }: LayerTableProps) {
  const t = useText()
  const network = useStore((s) => s.network)
  const convention = useStore((s) => s.convention)
  const rates = useStore(layerRates)
  const selected = useStore((s) => s.selection.node)
  const range = useStore((s) => s.selection.range)
  const selectNode = useStore((s) => s.selectNode)
  const enter = useStore((s) => s.enter)
  const body = useRef<HTMLTableSectionElement>(null)
  const layers = useMemo(() => rows.flatMap((r) => (r.kind === 'layer' ? [r.layer] : [])), [rows])
  const total = network?.totals[convention] ?? 0
  const greatest = Math.max(1, ...layers.map((l) => l.macs[convention]))
  const focusable = layers.some((l) => l.name === selected) ? selected : layers[0]?.name

  useEffect(() => {
    const row = selected === null ? null : body.current?.querySelector<HTMLElement>(`[data-name="${CSS.escape(selected)}"]`)
    row?.scrollIntoView({ block: 'nearest' })
    if (row && body.current?.contains(document.activeElement)) row.focus({ preventScroll: true })
  }, [selected])

  // First click: the most first, where that is what one looks for; then the other way round; then network order.
  const sort = (column: Column, numeric: boolean) => {
    const first: Sorting = { column, descending: numeric }
    if (sorting.column !== column) return onSort(first)
    onSort(sorting.descending === first.descending ? { column, descending: !numeric } : { column: 'index', descending: false })
  }
  const keys = (event: KeyboardEvent, index: number) => {
    const layer = layers[index]
    if (event.key === 'Enter' && layer) {
      event.preventDefault()
      if (network?.items.find((i) => i.key === layer.item)?.kind === 'unit') enter(layer.item)
      else selectNode(layer.name)
      return
    }
    const page = 12
    const steps: Record<string, number> = {
      ArrowDown: index + 1,
      ArrowUp: index - 1,
      PageDown: index + page,
      PageUp: index - page,
      Home: 0,
      End: layers.length - 1,
    }
    const target = steps[event.key]
    if (target === undefined) return
    event.preventDefault()
    const next = layers[Math.min(Math.max(target, 0), layers.length - 1)]
    if (next) selectNode(next.name)
  }
  const head = ({ id, label, hint, numeric = false, className }: ColumnHead) => (
    <th
      key={id}
      scope="col"
      className={[numeric ? 'num' : '', className ?? ''].join(' ')}
      aria-sort={sorting.column === id ? (sorting.descending ? 'descending' : 'ascending') : undefined}
    >
      <button type="button" title={hint && t(hint)} onClick={() => sort(id, numeric)}>
        {t(label)}
        <span aria-hidden="true">{sorting.column === id ? (sorting.descending ? ' ↓' : ' ↑') : ''}</span>
      </button>
    </th>
  )
  let index = -1
  return (
    <div className="table-scroll">
      <table className={rates ? 'layers is-timed' : 'layers'}>
        <thead>
          <tr>
            {COLUMNS.map(head)}
            <th scope="col" className="layers-share">
              {t('costs.share')}
            </th>
            <td className="layers-bar" aria-hidden="true" />
            {rates && TIMED.map(head)}
          </tr>
        </thead>
        <tbody ref={body}>
          {rows.map((row) => {
            if (row.kind === 'subtotal') {
              const label = network?.sections.find((s) => s.key === row.section)?.label ?? row.section
              return (
                <tr key={`subtotal ${row.section} ${index}`} className="layers-subtotal">
                  <th scope="row" colSpan={3}>
                    {t('costs.subtotal', { section: sectionName(t, row.section, label), n: row.layers })}
                  </th>
                  <td className="is-input" />
                  <td />
                  <td className="num" title={exact(row.params)} data-copy={String(row.params)}>
                    {short(row.params)}
                  </td>
                  <td className="num is-bytes" title={exact(row.bytes)} data-copy={String(row.bytes)}>
                    {bytes(row.bytes)}
                  </td>
                  <td className="num" title={exact(row.macs)} data-copy={String(row.macs)}>
                    {short(row.macs)}
                  </td>
                  <td className="num layers-share">{total > 0 ? percent(row.macs / total) : '–'}</td>
                  <td className="layers-bar" />
                  {rates && (
                    <>
                      <td className="num" title={exact(row.ms)} data-copy={String(row.ms)}>
                        {significant(row.ms, 3)}
                      </td>
                      <td />
                      <td />
                    </>
                  )}
                </tr>
              )
            }
            index++
            const at = index
            const { layer } = row
            const macs = layer.macs[convention]
            const isSelected = layer.name === selected || (range !== null && layer.index >= range[0] && layer.index <= range[1])
            return (
              <tr
                key={layer.name}
                data-name={layer.name}
                tabIndex={layer.name === focusable ? 0 : -1}
                aria-selected={isSelected}
                onClick={() => selectNode(layer.name)}
                onDoubleClick={() => enter(layer.item)}
                onKeyDown={(e) => keys(e, at)}
              >
                <th scope="row" className="mono" title={layer.name}>
                  {layer.name}
                </th>
                <td>{layer.title}</td>
                <td className="num">{layer.groups ?? ''}</td>
                <td className="num mono is-input">{shape(layer.inputShape)}</td>
                <td className="num mono">{shape(layer.outputShape)}</td>
                <td className="num" title={exact(layer.params)} data-copy={String(layer.params)}>
                  {layer.params > 0 ? short(layer.params) : ''}
                </td>
                <td className="num is-bytes" title={exact(layer.bytes)} data-copy={String(layer.bytes)}>
                  {bytes(layer.bytes)}
                </td>
                <td className="num" title={exact(macs)} data-copy={String(macs)}>
                  {macs > 0 || layer.op === 'channelShuffle' ? short(macs) : ''}
                </td>
                <td className="num layers-share">{macs > 0 ? percent(macs / total) : ''}</td>
                <td className="layers-bar" aria-hidden="true">
                  <span style={{ width: `${(macs / greatest) * 100}%`, background: costColour(macs / greatest) }} />
                </td>
                {rates && <TimedCells rates={rates.get(layer.name)} />}
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

/** Blank where the layer took no time of its own, or does not multiply and accumulate. */
function TimedCells({ rates }: { readonly rates: Rates | undefined }) {
  const { ms = 0, gmacs = 0, ofPeak = 0 } = rates ?? {}
  return (
    <>
      <td className="num" title={exact(ms)} data-copy={String(ms)}>
        {ms > 0 ? significant(ms, 3) : ''}
      </td>
      <td className="num" title={exact(gmacs)} data-copy={String(gmacs)}>
        {gmacs > 0 ? significant(gmacs, 3) : ''}
      </td>
      <td className="num">{gmacs > 0 ? significant(100 * ofPeak, 3) : ''}</td>
    </>
  )
}
