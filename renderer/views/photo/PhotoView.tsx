/** The photo large, with what the network sees of it, the answer, why, and how long it took; or the group lens on it. */
import { lazy, Suspense, useState } from 'react'
import { milliseconds } from '../../charts/kit/format.ts'
import { useStore, useText } from '../../store/context.ts'
import { threadWords } from '../../store/threads.ts'
import { Busy } from '../../ui/Busy.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { Segmented } from '../../ui/Segmented.tsx'
import { Loading } from '../Loading.tsx'
import { LensLink } from '../lens/LensLink.tsx'
import { taskText } from '../taskText.ts'
import { ChoosePhoto } from './ChoosePhoto.tsx'
import { Detections, type DetectionsProps } from './Detections.tsx'
import { OutputMaps } from './OutputMaps.tsx'
import { Picture } from './Picture.tsx'
import { Samples } from './Samples.tsx'
import { TopClasses } from './TopClasses.tsx'
import { Why, type WhyProps } from './Why.tsx'

const LensView = lazy(() => import('../lens/LensView.tsx'))

export default function PhotoView() {
  const t = useText()
  const chooseFile = useStore((s) => s.chooseFile)
  const lensShown = useStore((s) => s.lensShown)
  const showLens = useStore((s) => s.showLens)
  const hasPhoto = useStore((s) => s.photo !== null || s.lensShown)
  return (
    <div className="photo-view">
      <div className="canvas-head">
        <h2>{t('photo.title')}</h2>
        <Segmented
          label={t('lens.view')}
          value={lensShown ? 'lens' : 'answer'}
          options={[
            { value: 'answer', label: t('lens.answer') },
            { value: 'lens', label: t('lens.title') },
          ]}
          onChange={(view) => showLens(view === 'lens')}
        />
        {hasPhoto && <Samples />}
        <span className="grow" />
        <button type="button" className="button" onClick={() => void chooseFile('photo')}>
          {t('photo.choose')}
        </button>
      </div>
      {lensShown ? (
        <Suspense fallback={<Loading />}>
          <LensView />
        </Suspense>
      ) : (
        <Answer />
      )}
    </div>
  )
}

function Answer() {
  const t = useText()
  const photo = useStore((s) => s.photo)
  const run = useStore((s) => s.run)
  const task = useStore((s) => s.runTask)
  const error = useStore((s) => s.runError)
  const model = useStore((s) => s.model)
  const runPhoto = useStore((s) => s.runPhoto)
  const chooseFile = useStore((s) => s.chooseFile)
  const overlay = useStore((s) => s.overlay)
  const setOverlay = useStore((s) => s.setOverlay)
  const [pointed, setPointed] = useState<number | null>(null)
  const [picked, setPicked] = useState<number | null>(null)
  const looked = { active: pointed ?? picked, onPoint: setPointed, onPick: setPicked }
  if (!photo && !error && !task)
    return (
      <div className="photo-empty">
        <h3>{t('photo.empty.title')}</h3>
        <p className="quiet">{t('photo.empty.hint')}</p>
        <Samples />
        <ChoosePhoto />
        {model && !model.takesPhotos && <p className="notice">{t('photo.noPhotos')}</p>}
      </div>
    )
  return (
    <div className="photo-body">
      {photo && !error ? <Picture overlay={overlay} {...looked} /> : <div />}
      <div className="photo-answer">
        {error && (
          <ErrorNote
            error={error}
            actions={
              <button type="button" className="button is-small" onClick={() => void chooseFile('photo')}>
                {t('photo.choose')}
              </button>
            }
          />
        )}
        {task && <Busy label={taskText(t, task.progress)} cancel={t('app.cancel')} onCancel={task.cancel} />}
        {model?.notice && <p className="notice">{model.notice}</p>}
        {model && !model.takesPhotos && <p className="notice">{t('photo.noPhotos')}</p>}
        {run && (
          <>
            <Found run={run} overlay={overlay} onOverlay={setOverlay} picked={picked} {...looked} />
            <p className="small">
              {t('photo.ms', {
                inference: milliseconds(run.ms.inference),
                preprocess: milliseconds(run.ms.preprocess),
                decode: milliseconds(run.ms.decode),
              })}
            </p>
            <p className="small quiet">{t('photo.how', { backend: run.backend, threads: threadWords(t, run.threads) })}</p>
            <button type="button" className="button is-small" onClick={() => void runPhoto()}>
              {t('photo.again')}
            </button>
          </>
        )}
        {photo?.credit && <p className="small quiet">{photo.credit}</p>}
      </div>
    </div>
  )
}

/** Objects, classes and why, or the outputs as they are. */
function Found({ run, overlay, onOverlay, ...looked }: WhyProps & Omit<DetectionsProps, 'view'>) {
  const t = useText()
  if (run.detections)
    return (
      <>
        <Detections view={run.detections} {...looked} />
        <LensLink of="photo" />
      </>
    )
  if (run.outputs)
    return (
      <>
        <p className="quiet small">{t('photo.noClasses')}</p>
        <LensLink of="photo" />
        <OutputMaps outputs={run.outputs} />
      </>
    )
  return (
    <>
      <h3>{t('photo.top')}</h3>
      {overlay.kind === 'none' ? (
        <TopClasses top={run.top} />
      ) : (
        <TopClasses top={run.top} picked={overlay.rank} onPick={(rank) => onOverlay({ ...overlay, rank })} />
      )}
      <Why run={run} overlay={overlay} onOverlay={onOverlay} />
    </>
  )
}
