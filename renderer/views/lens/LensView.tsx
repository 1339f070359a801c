/** The group lens: a layer's feature maps on the photo by group, before and after the shuffle, and the answer without some of them. */
import { useEffect } from 'react'
import { useStore, useText } from '../../store/context.ts'
import { Busy } from '../../ui/Busy.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { Segmented } from '../../ui/Segmented.tsx'
import { Samples } from '../photo/Samples.tsx'
import { taskText } from '../taskText.ts'
import { LayerChoice } from './LayerChoice.tsx'
import { LensAnswer } from './LensAnswer.tsx'
import { LensBack } from './LensLink.tsx'
import { LensTiles } from './LensTiles.tsx'

export default function LensView() {
  const t = useText()
  const handle = useStore((s) => s.handle)
  const photo = useStore((s) => s.photo)
  const model = useStore((s) => s.model)
  const lens = useStore((s) => s.lens)
  const task = useStore((s) => s.lensTask)
  const error = useStore((s) => s.lensError)
  const loadLens = useStore((s) => s.loadLens)
  const selection = useStore((s) => s.selection)
  const isAfter = useStore((s) => s.lensAfter)
  const setAfter = useStore((s) => s.setLensAfter)
  useEffect(() => {
    if (photo && handle) void loadLens()
  }, [photo, handle, selection, loadLens])
  if (model && !model.takesPhotos) return <p className="lens-empty notice">{t('photo.noPhotos')}</p>
  if (!photo)
    return (
      <div className="lens-empty">
        <p className="quiet">{t('lens.noPhoto')}</p>
        <Samples />
      </div>
    )
  const shown = lens?.handle === handle && lens.photo === photo ? lens.view : null
  return (
    <section className="lens" aria-label={t('lens.title')}>
      <div className="lens-head">
        <LayerChoice shown={shown?.layer} />
        {shown && <LensBack layer={shown.layer} />}
        {shown?.layer.order && (
          <Segmented
            label={t('lens.order')}
            value={isAfter ? 'after' : 'before'}
            options={[
              { value: 'before', label: t('lens.before') },
              { value: 'after', label: t('lens.after') },
            ]}
            onChange={(order) => setAfter(order === 'after')}
          />
        )}
        {task && <Busy label={taskText(t, task.progress)} cancel={t('app.cancel')} onCancel={task.cancel} />}
      </div>
      {error && !task && <ErrorNote error={error} />}
      {shown && (
        <div className="lens-body">
          <LensTiles view={shown} isAfter={isAfter && shown.layer.order !== null} />
          <LensAnswer view={shown} />
        </div>
      )}
    </section>
  )
}
