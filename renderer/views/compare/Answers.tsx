/** What both sides see in the photo, and how far they agree. */

import type { Comparison } from '../../store/compareSlice.ts'
import { useStore, useText } from '../../store/context.ts'
import { Busy } from '../../ui/Busy.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { Samples } from '../photo/Samples.tsx'
import { TopClasses } from '../photo/TopClasses.tsx'
import { taskShare, taskText } from '../taskText.ts'
import { agreementOf } from './compareData.ts'

export function Answers({ comparison: { side } }: { readonly comparison: Comparison }) {
  const t = useText()
  const photo = useStore((s) => s.photo)
  const model = useStore((s) => s.model)
  const run = useStore((s) => s.run)
  const runError = useStore((s) => s.runError)
  const other = useStore((s) => (s.compareRun?.side === side && s.compareRun.photo === s.photo ? s.compareRun.view : null))
  const error = useStore((s) => s.compareRunError)
  const task = useStore((s) => s.compareRunTask)
  if (!model) return null
  const isSame = side.handle === side.of
  const agreement = run && other && agreementOf({ model, top: run.top }, { model: side.model, top: other.top })
  return (
    <section className="compare-answers" aria-label={t('compare.answers')}>
      <h3>{t('compare.answers')}</h3>
      {!photo ? (
        <div className="compare-nophoto">
          <p className="quiet">{t('compare.answers.empty')}</p>
          <Samples />
        </div>
      ) : isSame ? (
        <p className="quiet">{t('compare.answers.same')}</p>
      ) : (
        <>
          {task && <Busy label={taskText(t, task.progress)} share={taskShare(task.progress)} cancel={t('app.cancel')} onCancel={task.cancel} />}
          <p>
            {agreement && t(agreement.sameFirst ? 'compare.agree.first' : 'compare.agree.other', { n: agreement.shared, of: agreement.of })}
            {run && other && !agreement && t('compare.agree.none')}
          </p>
          <div className="compare-two">
            {(
              [
                ['A', model, run, runError],
                ['B', side.model, other, error],
              ] as const
            ).map(([name, own, answer, problem]) => (
              <div key={name}>
                <p className="small">
                  <b>{name}</b> {!own.takesPhotos ? t('photo.noPhotos') : !own.trained ? t('photo.untrained') : ''}
                </p>
                {answer && <TopClasses top={answer.top} />}
                {problem && !answer && <ErrorNote error={problem} />}
              </div>
            ))}
          </div>
          {side.ref.kind === 'noShuffle' && model.trained && <p className="quiet small">{t('compare.answers.noShuffle')}</p>}
        </>
      )}
    </section>
  )
}
