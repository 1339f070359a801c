/** Compare: the open model beside another one, itself without shuffles, or a run from a file. */
import { useEffect } from 'react'
import { useStore, useText } from '../../store/context.ts'
import { Busy } from '../../ui/Busy.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { Convention } from '../costs/Convention.tsx'
import { taskShare, taskText } from '../taskText.ts'
import { Answers } from './Answers.tsx'
import { Differences } from './Differences.tsx'
import { Objects } from './Objects.tsx'
import { SidePicker } from './SidePicker.tsx'
import { Start } from './Start.tsx'
import { sideName } from './sideName.ts'
import { Totals } from './Totals.tsx'

export default function CompareView() {
  const t = useText()
  const model = useStore((s) => s.model)
  const handle = useStore((s) => s.handle)
  const stage = useStore((s) => s.stage)
  const photo = useStore((s) => s.photo)
  const side = useStore((s) => s.compareSide)
  const comparison = useStore((s) => (s.comparison?.handle === s.handle && s.comparison?.side === s.compareSide ? s.comparison : null))
  const task = useStore((s) => s.compareTask)
  const error = useStore((s) => s.compareError)
  const dialog = useStore((s) => s.dialog)
  const setDialog = useStore((s) => s.setDialog)
  const close = useStore((s) => s.closeCompare)
  const load = useStore((s) => s.loadComparison)
  useEffect(() => void load(), [load, handle, stage, side, photo])
  if (!model) return null
  return (
    <div className="compare">
      <div className="canvas-head">
        <h2>{t('compare.title')}</h2>
        <p className="compare-sides">
          <span className="compare-side">
            <b aria-hidden="true">A</b>
            <span className="ellipsis" title={model.title}>
              <span className="sr-only">A: </span>
              {model.title}
            </span>
          </span>
          <button type="button" className="button is-small compare-side" aria-haspopup="dialog" onClick={() => setDialog('compare')}>
            <b aria-hidden="true">B</b>
            <span className="ellipsis">
              <span className="sr-only">B: </span>
              {side ? sideName(t, side, model) : t('compare.choose')}
            </span>
          </button>
        </p>
        <span className="grow" />
        {side && <Convention labelShown={false} />}
        <button type="button" className="button is-quiet" aria-label={t('compare.close')} title={t('compare.close')} onClick={close}>
          ✕
        </button>
      </div>
      {task && <Busy label={taskText(t, task.progress)} share={taskShare(task.progress)} cancel={t('app.cancel')} onCancel={task.cancel} />}
      {error && !task && <ErrorNote error={error} />}
      <div className="compare-scroll">
        {!side && <Start />}
        {comparison && (
          <>
            <div className="compare-top">
              <Totals comparison={comparison} />
              <Answers comparison={comparison} />
            </div>
            <Objects comparison={comparison} />
            <Differences comparison={comparison} />
          </>
        )}
      </div>
      {dialog === 'compare' && <SidePicker />}
    </div>
  )
}
