/** Weights of the catalogue: to download, on their way, or here. */
import { bytes, short } from '../../charts/kit/format.ts'
import { useStore, useText } from '../../store/context.ts'
import type { ModelEntry } from '../../store/state.ts'
import { ErrorNote } from '../../ui/ErrorNote.tsx'

export function CatalogueRow({ entry, onOpen }: { readonly entry: ModelEntry; readonly onOpen: () => void }) {
  const t = useText()
  const progress = useStore((s) => s.downloads[entry.id])
  const error = useStore((s) => s.downloadErrors[entry.id])
  const download = useStore((s) => s.download)
  const remove = useStore((s) => s.removeDownload)
  const facts = [
    entry.params === null ? '' : t('model.params', { n: short(entry.params) }),
    entry.classes === null ? '' : t('models.classes', { n: entry.classes }),
    entry.size === null ? '' : bytes(entry.size),
  ]
  return (
    <li className="models-entry">
      <div className="models-line">
        {entry.kind === 'downloaded' ? (
          <button type="button" className="models-open" onClick={onOpen}>
            <span className="models-name">{entry.name}</span>
          </button>
        ) : (
          <span className="models-name">{entry.name}</span>
        )}
        <span className="quiet num">{facts.filter(Boolean).join(' · ')}</span>
        {progress ? (
          <button type="button" className="button is-small" onClick={progress.cancel}>
            {t('app.cancel')}
          </button>
        ) : entry.kind === 'catalogue' ? (
          <button
            type="button"
            className="button is-small"
            aria-label={`${t('models.download')} ${entry.name}`}
            onClick={() => void download(entry.id)}
          >
            {t(entry.partial > 0 ? 'models.resume' : 'models.download')}
          </button>
        ) : (
          <button type="button" className="button is-small" aria-label={`${t('models.remove')} ${entry.name}`} onClick={() => void remove(entry.id)}>
            {t('models.remove')}
          </button>
        )}
      </div>
      {entry.source && <p className="small quiet">{entry.source}</p>}
      {progress && (
        <div className="row">
          <progress
            max={1}
            value={progress.total ? progress.received / progress.total : undefined}
            aria-label={t('task.downloading', { name: entry.name })}
          />
          <span className="small num">
            {progress.total ? t('models.bytes', { done: bytes(progress.received), total: bytes(progress.total) }) : bytes(progress.received)}
          </span>
        </div>
      )}
      {error && <ErrorNote error={error} />}
    </li>
  )
}
