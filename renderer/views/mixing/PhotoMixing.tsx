/** What zeroing groups changes on the photo: a curve beside those of structure and weights, and the matrix of the selected unit. */
import { useEffect, useMemo } from 'react'
import { useStore, useText } from '../../store/context.ts'
import { Busy } from '../../ui/Busy.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { HiddenTable } from '../../ui/HiddenTable.tsx'
import type { MixingView } from '../../workers/contract.ts'
import { Samples } from '../photo/Samples.tsx'
import { taskShare, taskText } from '../taskText.ts'
import { GroupMatrices } from './GroupMatrices.tsx'
import { Panel } from './Panel.tsx'
import { matrixPoint, photoPanel, photoRows } from './photoData.ts'

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
  const hasGroups = meter.stages.some((s) => s.groups > 1)
  useEffect(() => {
    if (photo && takesPhotos && hasGroups) void load()
  }, [photo, takesPhotos, hasGroups, load])
  if (view && marks) {
    const point = matrixPoint(view, selected)
    const at = marks.points.findIndex((p) => p.point.item === selected)
    return (
      <div className="mixing-photo">
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
        <HiddenTable
          caption={t('mixing.photo')}
          head={[
            t('mixing.table.unit'),
            t('mixing.table.depth'),
            t('unit.shuffle'),
            t('mixing.matrix.zeroed'),
            ...Array.from({ length: Math.max(...view.stages.map((s) => s.groups)) }, (_, n) => t('mixing.matrix.changed', { n })),
          ]}
          rows={photoRows(view, [t('mixing.on'), t('mixing.off')])}
        />
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
            <p className="quiet">{t('mixing.photo.stopped')}</p>
            <button type="button" className="button" onClick={() => void load()}>
              {t('mixing.photo.start')}
            </button>
          </div>
        )
      )}
    </section>
  )
}
