/** The photo large, with what the network sees of it, the answer, and how long it took. */
import { milliseconds } from '../../charts/kit/format.ts'
import { useStore, useText } from '../../store/context.ts'
import { threadWords } from '../../store/threads.ts'
import { Busy } from '../../ui/Busy.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { taskText } from '../taskText.ts'
import { Samples } from './Samples.tsx'
import { TopClasses } from './TopClasses.tsx'

export default function PhotoView() {
  const t = useText()
  const photo = useStore((s) => s.photo)
  const run = useStore((s) => s.run)
  const task = useStore((s) => s.runTask)
  const error = useStore((s) => s.runError)
  const model = useStore((s) => s.model)
  const runPhoto = useStore((s) => s.runPhoto)
  const chooseFile = useStore((s) => s.chooseFile)
  return (
    <div className="photo-view">
      <div className="canvas-head">
        <h2>{t('photo.title')}</h2>
        <Samples />
        <span className="grow" />
        <button type="button" className="button" onClick={() => void chooseFile('photo')}>
          {t('photo.choose')}
        </button>
      </div>
      <div className="photo-body">
        {photo && !error ? (
          <Picture />
        ) : (
          !error && (
            <p className="photo-empty">
              {t('photo.empty')} {t('photo.choose')}
            </p>
          )
        )}
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
              <h3>{t('photo.top')}</h3>
              <TopClasses top={run.top} />
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
    </div>
  )
}

function Picture() {
  const t = useText()
  const photo = useStore((s) => s.photo)
  const seen = useStore((s) => s.run?.photo)
  if (!photo) return null
  const share = (part: number, whole: number) => `${(part / whole) * 100}%`
  return (
    <figure className="photo-large">
      <div className="photo-frame">
        <img src={photo.url} alt={t('photo.alt', { name: photo.name })} />
        {seen && (
          <div
            className="photo-crop"
            style={{
              left: share(seen.crop.x, seen.width),
              top: share(seen.crop.y, seen.height),
              width: share(seen.crop.width, seen.width),
              height: share(seen.crop.height, seen.height),
            }}
          />
        )}
      </div>
      <figcaption className="small quiet">
        <span>{photo.name}</span>
        {seen && <span>{t('photo.size', { width: seen.width, height: seen.height })}</span>}
        {seen && <span className="photo-key">{t('photo.seen')}</span>}
      </figcaption>
    </figure>
  )
}
