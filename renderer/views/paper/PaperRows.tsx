/** The rows of a table of the paper. Arrow keys walk, Home and End jump, Enter opens the architecture of the row. */
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import type { PaperTable, RecomputedRow } from '../../../engine/index.ts'
import { bytes, exact, fixed, short, signedPercent } from '../../charts/kit/format.ts'
import { useStore, useText } from '../../store/context.ts'
import { conventionLines, countedMacs, countsText, detectorText, isCounted, printedColumns, type ShownRow } from './paperData.ts'

export function PaperRows({ paper, rows }: { readonly paper: PaperTable; readonly rows: readonly ShownRow[] }) {
  const t = useText()
  const open = useStore((s) => s.openPaperRow)
  const [focused, setFocused] = useState(0)
  const body = useRef<HTMLTableSectionElement>(null)
  useEffect(() => setFocused(0), [paper])
  const printed = printedColumns(paper)
  const hasCounts = isCounted(paper)
  const keys = (event: KeyboardEvent<HTMLTableRowElement>, at: number, made: RecomputedRow | null) => {
    if (event.target !== event.currentTarget) return
    if (event.key === 'Enter' && made?.id) {
      event.preventDefault()
      void open(made.id, made.shuffle)
      return
    }
    const steps: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }
    const target = steps[event.key]
    if (target === undefined) return
    event.preventDefault()
    const next = Math.min(Math.max(target, 0), rows.length - 1)
    setFocused(next)
    body.current?.querySelectorAll<HTMLElement>('tr')[next]?.focus()
  }
  return (
    <table className={printed.some((c) => c.kind === 'ms') ? 'paper-table is-timed' : 'paper-table'}>
      <thead>
        <tr>
          <th scope="col">{t('paper.model')}</th>
          {printed.map(({ key, kind, size }) => (
            <th key={key} scope="col" className="num">
              {t(`paper.${kind}`)}
              <span className="paper-size">{size || '%'}</span>
            </th>
          ))}
          {hasCounts && (
            <>
              <th scope="col" className="num" title={t('paper.printed.hint')}>
                {t('paper.printed')}
                <span className="paper-size">M</span>
              </th>
              <th scope="col" className="num">
                {t('paper.counted')}
                <span className="paper-size">M</span>
              </th>
              <th scope="col" className="paper-counts">
                {t('paper.counts')}
              </th>
              <th scope="col" className="num">
                {t('paper.difference')}
              </th>
              <th scope="col" className="num is-wide">
                {t('costs.params')}
              </th>
              <th scope="col" className="num is-wide">
                {t('paper.arena')}
              </th>
            </>
          )}
          <th scope="col" className="paper-why">
            {t('paper.reason')}
          </th>
          <td />
        </tr>
      </thead>
      <tbody ref={body}>
        {rows.map(({ row, made }, at) => (
          <tr
            key={at}
            className={startsGroup(paper, at) ? 'is-first' : undefined}
            tabIndex={at === focused ? 0 : -1}
            onFocus={() => setFocused(at)}
            onKeyDown={(event) => keys(event, at, made)}
          >
            <th scope="row" title={made?.title ?? row.note}>
              {row.model}
            </th>
            {printed.map(({ key, value }) => (
              <td key={key} className="num">
                {fixed(value(row), 1)}
              </td>
            ))}
            {hasCounts && <Counted made={made} mflops={row.mflops} />}
            <td className="paper-why">{made && <Why made={made} note={row.note} />}</td>
            <td className="paper-open">
              {made?.id && (
                <button
                  type="button"
                  className="button is-small is-quiet"
                  title={made.title ?? undefined}
                  aria-label={t('paper.open.row', { title: made.title ?? made.id })}
                  onClick={() => void open(made.id ?? '', made.shuffle)}
                >
                  {t('paper.open')}
                </button>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** Tables that go down in complexity: whether another one begins here. */
function startsGroup({ table, points }: PaperTable, at: number): boolean {
  return table >= 2 && table <= 4 && at > 0 && points[at]?.mflops !== points[at - 1]?.mflops
}

function Counted({ made, mflops }: { readonly made: RecomputedRow | null; readonly mflops: number | null }) {
  const t = useText()
  const macs = countedMacs(made)
  const computed = made?.computed
  const counts = made?.convention && countsText(t, made.convention)
  const hint = made?.convention ? t(`convention.${made.convention}`) : undefined
  return (
    <>
      <td className="num">{mflops === null ? '' : exact(mflops)}</td>
      <td className="num" title={made ? conventionLines(t, made) : undefined} data-copy={macs === null ? undefined : String(macs)}>
        {macs !== null && fixed(macs / 1e6, 2)}
        <span className="paper-size is-narrow quiet">{counts}</span>
      </td>
      <td className="paper-counts" title={hint}>
        {counts}
      </td>
      <td className="num">{made && made.difference !== null && signedPercent(made.difference)}</td>
      <td className="num is-wide" title={computed ? exact(computed.params) : undefined} data-copy={computed ? String(computed.params) : undefined}>
        {computed && short(computed.params)}
      </td>
      <td
        className="num is-wide"
        title={computed ? exact(computed.arenaBytes) : undefined}
        data-copy={computed ? String(computed.arenaBytes) : undefined}
      >
        {computed && bytes(computed.arenaBytes)}
      </td>
    </>
  )
}

/** The reason, and what was chosen here where the paper is silent. */
function Why({ made: { reason, choices, detectors }, note }: { readonly made: RecomputedRow; readonly note: string | undefined }) {
  const t = useText()
  return (
    <>
      {t(`paper.reason.${reason}`)}
      {detectors.map((detector) => (
        <span key={detector.id} className="paper-choice">
          {detectorText(t, detector)}
        </span>
      ))}
      {[...(note ? [note] : []), ...choices].map((text) => (
        <span key={text} className="paper-choice quiet">
          {text}
        </span>
      ))}
    </>
  )
}
