/** The photo and its answer, small; where there is none, what to do about it. */
import { milliseconds } from '../../charts/kit/format.ts'
import { useStore, useText } from '../../store/context.ts'
import { Busy } from '../../ui/Busy.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { Figure } from '../../ui/Figure.tsx'
import { answerTable } from '../photo/answerTable.ts'
import { ChoosePhoto } from '../photo/ChoosePhoto.tsx'
import { DetectionsBrief } from '../photo/Detections.tsx'
import { detectionsTable, shownDetections } from '../photo/detections.ts'
import { Samples } from '../photo/Samples.tsx'
import { TopClasses } from '../photo/TopClasses.tsx'
import { taskText } from '../taskText.ts'

export function PhotoWell() {
  const t = useText()
  const photo = useStore((s) => s.photo)
  const run = useStore((s) => s.run)
  const task = useStore((s) => s.runTask)
  const error = useStore((s) => s.runError)
  const model = useStore((s) => s.model)
  const threshold = useStore((s) => s.detectionThreshold)
  const found = run?.detections
  const shown = found && shownDetections(t, found, threshold ?? found.threshold)
  const show = useStore((s) => s.show)
  const dismiss = useStore((s) => s.dismissRunError)
  const closeError = error && <ErrorNote error={error} dismiss={t('app.dismiss')} onDismiss={dismiss} />
  if (!photo)
    return (
      <section className="well is-empty" aria-label={t('photo.title')}>
        {closeError ?? <ChoosePhoto />}
        <Samples />
        {model?.notice && !error && (
          <p className="well-foot quiet small" title={model.notice}>
            {model.notice}
          </p>
        )}
      </section>
    )
  return (
    <section className="well" aria-label={t('photo.title')}>
      {!error && (
        <button type="button" className="well-photo" onClick={() => show('photo')} title={t('photo.larger')}>
          <img src={photo.url} alt={t('photo.alt', { name: photo.name })} />
        </button>
      )}
      <div className="well-answer">
        {task && <Busy label={taskText(t, task.progress)} cancel={t('app.cancel')} onCancel={task.cancel} />}
        {closeError}
        {model && !model.takesPhotos && <p className="notice">{t('photo.noPhotos')}</p>}
        {shown && (
          <Figure id="answer" title={`${t('detect.title')}: ${photo.name}`} table={detectionsTable(t, shown)}>
            <DetectionsBrief shown={shown} />
          </Figure>
        )}
        {run && !shown && (
          <Figure id="answer" title={`${t('photo.top')}: ${photo.name}`} table={answerTable(t, run.top)} tableShown>
            <TopClasses top={run.top} />
          </Figure>
        )}
        {run && (
          <p className="well-foot quiet small" title={model?.notice ?? undefined}>
            {milliseconds(run.ms.inference)}
            {model?.notice ? ` · ${model.notice}` : ''}
          </p>
        )}
        {error && <Samples />}
      </div>
    </section>
  )
}
