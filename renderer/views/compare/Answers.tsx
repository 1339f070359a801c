/** What both sides see in the photo, and how far they agree. */
import type { ErrorFields } from '../../../engine/index.ts'
import type { Comparison } from '../../store/compareSlice.ts'
import { useStore, useText } from '../../store/context.ts'
import { Busy } from '../../ui/Busy.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import type { ModelView, RunView } from '../../workers/contract/index.ts'
import { DetectionsBrief } from '../photo/Detections.tsx'
import { shownDetections } from '../photo/detections.ts'
import { Samples } from '../photo/Samples.tsx'
import { TopClasses } from '../photo/TopClasses.tsx'
import { taskShare, taskText } from '../taskText.ts'
import { agreementOf } from './compareData.ts'
import { SIDE_HUES } from './objectsData.ts'
import { sideName } from './sideName.ts'

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
  // One for both sides.
  const threshold = (run?.detections ?? other?.detections)?.threshold
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
          {agreement && <p>{t(agreement.sameFirst ? 'compare.agree.first' : 'compare.agree.other', { n: agreement.shared, of: agreement.of })}</p>}
          {run && other && !agreement && run.top.length > 0 && other.top.length > 0 && <p>{t('compare.agree.none')}</p>}
          <div className="compare-two">
            <Answer side="A" name={model.title} model={model} run={run} error={runError} threshold={threshold} />
            <Answer side="B" name={sideName(t, side, model)} model={side.model} run={other} error={error} threshold={threshold} />
          </div>
          {side.ref.kind === 'noShuffle' && model.trained && <p className="quiet small">{t('compare.answers.noShuffle')}</p>}
        </>
      )}
    </section>
  )
}

interface AnswerProps {
  /** Score that the objects of either side must pass; undefined where neither finds any. */
  readonly threshold: number | undefined
  readonly side: 'A' | 'B'
  readonly name: string
  readonly model: ModelView
  readonly run: RunView | null
  readonly error: ErrorFields | null
}

function Answer({ side, name, model, run, error, threshold }: AnswerProps) {
  const t = useText()
  const chosen = useStore((s) => s.detectionThreshold)
  const view = run?.detections
  const shown = view && shownDetections(t, view, chosen ?? threshold ?? view.threshold)
  // Colours tell the sides apart here, as those of the boxes do.
  const found = shown?.map((d) => ({ ...d, hue: SIDE_HUES[side === 'A' ? 'a' : 'b'] }))
  const isEmpty = run !== null && run.top.length === 0
  return (
    <div>
      <p className="small ellipsis" title={name}>
        <b>{side}</b> <span className="quiet">{name}</span>
      </p>
      {run && !isEmpty && <TopClasses top={run.top} />}
      {found && <DetectionsBrief shown={found} />}
      {error && !run && <ErrorNote error={error} />}
      {!model.takesPhotos ? (
        <p className="quiet">{t('photo.noPhotos')}</p>
      ) : isEmpty && !found ? (
        <p className="quiet">{t('compare.answers.none')}</p>
      ) : (
        run && !found && !model.trained && <p className="quiet small">{t('photo.untrained')}</p>
      )}
    </div>
  )
}
