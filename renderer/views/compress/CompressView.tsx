/** Compress: smaller variants of the open model, what each costs, and how far it agrees with the model. */
import { useEffect, useMemo } from 'react'
import { compressionOf, compressPhotosOf } from '../../store/compressSlice.ts'
import { useStore, useText } from '../../store/context.ts'
import { threadWords } from '../../store/threads.ts'
import { Busy } from '../../ui/Busy.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { taskShare, taskText } from '../taskText.ts'
import { Already } from './Already.tsx'
import { Answers } from './Answers.tsx'
import { Controls } from './Controls.tsx'
import { rowsOf } from './compressData.ts'
import { LayerErrors } from './LayerErrors.tsx'
import { Pareto } from './Pareto.tsx'
import { VariantTable } from './VariantTable.tsx'

export default function CompressView() {
  const t = useText()
  const model = useStore((s) => s.model)
  const loadSamples = useStore((s) => s.loadSamples)
  const samples = useStore((s) => s.samples)
  useEffect(() => void loadSamples(), [loadSamples, samples])
  if (!model) return null
  return (
    <div className="compress">
      <div className="canvas-head">
        <h2>{t('compress.title')}</h2>
        <p className="quiet small ellipsis" title={t('compress.says')}>
          {t('compress.says')}
        </p>
      </div>
      {model.quantized ? (
        <Already />
      ) : (
        <div className="choices compress-body">
          <Controls />
          <Result />
        </div>
      )}
    </div>
  )
}

function Result() {
  const t = useText()
  const compression = useStore(compressionOf)
  const photos = useStore(compressPhotosOf)
  const task = useStore((s) => s.compressTask)
  const error = useStore((s) => s.compressError)
  const makeVariant = useStore((s) => s.makeVariant)
  const isOwn = useStore((s) => s.compressOwn !== null)
  const rows = useMemo(() => (compression && compression.variants.length > 0 ? rowsOf(t, compression) : null), [t, compression])
  const clock = compression?.original.clock
  const hasClasses = (compression?.original.answers ?? null) !== null
  return (
    <div className="choices-result compress-result">
      {task && <Busy label={taskText(t, task.progress)} share={taskShare(task.progress)} cancel={t('app.cancel')} onCancel={task.cancel} />}
      {error && !task && <ErrorNote error={error} />}
      {rows && compression ? (
        <>
          <Pareto rows={rows} />
          <VariantTable rows={rows} />
          {clock && (
            <p className="quiet small">
              {t('compress.how', { runs: clock.runs, backend: clock.backend, threads: threadWords(t, clock.threads) })}
              {hasClasses && ` ${t(isOwn ? 'compress.how.own' : 'compress.how.samples', { n: photos.length })}`}
            </p>
          )}
          <LayerErrors />
          {hasClasses && <Answers original={compression.original} />}
        </>
      ) : (
        !task && (
          <div className="compress-empty">
            <h3>{t('compress.empty.title')}</h3>
            <p className="quiet">{t(isOwn ? 'compress.empty.own' : 'compress.empty.samples', { n: photos.length })}</p>
            <button type="button" className="button is-primary" onClick={() => void makeVariant()}>
              {t('compress.make')}
            </button>
          </div>
        )
      )}
    </div>
  )
}
