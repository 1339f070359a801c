/** A table of the paper: what is printed, what is counted here, by how much both differ, and why. */
import { useEffect, useMemo } from 'react'
import { CLAIM_TABLE } from '../../../engine/index.ts'
import { useStore, useText } from '../../store/context.ts'
import { Busy } from '../../ui/Busy.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { Figure } from '../../ui/Figure.tsx'
import { taskShare, taskText } from '../taskText.ts'
import { PaperRows } from './PaperRows.tsx'
import { isCounted, paperFigureTable, shownTable } from './paperData.ts'
import { ShuffleClaim } from './ShuffleClaim.tsx'

export function PaperTables() {
  const t = useText()
  const number = useStore((s) => s.paperTable)
  const counted = useStore((s) => s.paperRows[s.paperTable])
  const task = useStore((s) => s.paperTask)
  const error = useStore((s) => s.paperError)
  const load = useStore((s) => s.loadPaper)
  useEffect(() => void load(number), [load, number])
  const { paper, rows } = useMemo(() => shownTable(number, counted), [number, counted])
  const data = useMemo(() => paperFigureTable(t, paper, rows), [t, paper, rows])
  const title = t('paper.title', { n: number, title: t(`paper.title.${number}` as 'paper.title.1') })
  return (
    <section className="paper" aria-label={title}>
      <div className="paper-head">
        <h2>{title}</h2>
        {task && <Busy label={taskText(t, task.progress)} share={taskShare(task.progress)} cancel={t('app.cancel')} onCancel={task.cancel} />}
        {!task && !counted && (
          <button type="button" className="button is-small" onClick={() => void load(number)}>
            {t('paper.count')}
          </button>
        )}
      </div>
      {error && <ErrorNote error={error} />}
      <div className="table-scroll">
        <Figure id={`paper-table-${number}`} title={title} table={data} tableShown isReady={counted !== undefined}>
          <PaperRows paper={paper} rows={rows} />
          <footer className="paper-foot quiet small">
            <p>{t(isCounted(paper) ? 'paper.quoted' : 'paper.notCounted')}</p>
            <p>{paper.source}</p>
          </footer>
        </Figure>
        {number === CLAIM_TABLE && <ShuffleClaim />}
      </div>
    </section>
  )
}
