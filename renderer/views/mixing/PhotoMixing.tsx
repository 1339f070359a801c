/** What zeroing groups changes on the photo: a curve beside those of structure and weights, and the matrix of the selected unit. */
import { useEffect, useMemo } from 'react'
import { useStore, useText } from '../../store/context.ts'
import { Busy } from '../../ui/Busy.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { Figure } from '../../ui/Figure.tsx'
import type { MixingView } from '../../workers/contract/index.ts'
import { Samples } from '../photo/Samples.tsx'
import { taskShare, taskText } from '../taskText.ts'
import { GroupMatrices } from './GroupMatrices.tsx'
import { photoTable } from './mixingTable.ts'
import { Panel } from './Panel.tsx'
import { matrixPoint, photoPanel } from './photoData.ts'

/** As many runs as this take no time to speak of, so nobody has to ask for them. */
const AT_ONCE = 32

export function PhotoMixing({ meter, labels }: { readonly meter: MixingView; readonly labels: readonly string[] }) {
  const t = useText()
  const photo = useStore((s) => s.photo)
  const takesPhotos = useStore((s) => s.model?.takesPhotos ?? false)
  const known = useStore((s) => (s.photoMixing?.handle === s.handle && s.photoMixing?.photo === s.photo ? s.photoMixing : null))
  const task = useStore((s) => s.photoMixingTask)
  const error = useStore((s) => s.photoMixingError)
  const load = useStore((s) => s.loadPhotoMixing)
  const selected = useStore((s) => s.selection.item)
  const selectItem = useStore((s) => s.selectItem)
  const view = known?.view
  const marks = useMemo(() => (view ? photoPanel(meter, view, labels) : null), [meter, view, labels])
  const table = useMemo(() => (view ? photoTable(t, view) : { columns: [], rows: [] }), [t, view])
  const zeroed = meter.stages.reduce((sum, s) => sum + (s.groups > 1 ? s.groups : 0), 0)
  const hasGroups = zeroed > 0
  useEffect(() => {
    if (photo && takesPhotos && hasGroups && zeroed <= AT_ONCE) void load()
  }, [photo, takesPhotos, hasGroups, zeroed, load])
  if (view && marks) {
    const point = matrixPoint(view, selected)
    const at = marks.points.findIndex((p) => p.point.item === selected)
    return (
      <div className="mixing-photo">
        <Figure id="mixing-photo" title={t('mixing.photo')} table={table}>
          <Panel
            title={t('mixing.photo')}
            hint={t('mixing.photo.hint')}
            label={t('mixing.chart.photo', { title: meter.title })}
            panel={marks.panel}
            points={marks.points}
            of="photo"
            selected={at < 0 ? null : at}
            onSelect={(p) => selectItem(p.point.item)}
          />
          {point && <GroupMatrices point={point} />}
        </Figure>
      </div>
    )
  }
  return (
    <section className="mixing-panel">
      <h3 title={t('mixing.photo.hint')}>
        <span className="term">{t('mixing.photo')}</span>
      </h3>
      {task && <Busy label={taskText(t, task.progress)} share={taskShare(task.progress)} cancel={t('app.cancel')} onCancel={task.cancel} />}
      {error && !task && <ErrorNote error={error} />}
      {!hasGroups ? (
        <p className="quiet">{t('mixing.mass.none')}</p>
      ) : !takesPhotos ? (
        <p className="quiet">{t('photo.noPhotos')}</p>
      ) : !photo ? (
        <div className="mixing-start">
          <p className="quiet">{t('mixing.photo.empty')}</p>
          <Samples />
        </div>
      ) : (
        !task && (
          <div className="mixing-start">
            <p className="quiet">{zeroed <= AT_ONCE ? t('mixing.photo.stopped') : t('mixing.photo.many', { n: zeroed })}</p>
            <button type="button" className="button" onClick={() => void load()}>
              {t('mixing.photo.start')}
            </button>
          </div>
        )
      )}
    </section>
  )
}
