/** What was opened before, the last first. What is gone says so, and cannot be chosen. */
import { moment } from '../../charts/kit/format.ts'
import { useStore, useText } from '../../store/context.ts'

const SHOWN = 6
const PHOTOS = /\.(png|jpe?g|webp|gif|bmp|avif|heic|tiff?|svg)$/i

export interface RecentsProps {
  readonly matches: (...texts: (string | null)[]) => boolean
  readonly closeAnd: (open: () => Promise<unknown>) => () => void
}

export function Recents({ matches, closeAnd }: RecentsProps) {
  const t = useText()
  const recents = useStore((s) => s.recents)
  const openRecent = useStore((s) => s.openRecent)
  const locale = useStore((s) => s.locale)
  const clear = useStore((s) => s.clearRecents)
  // Photos are in the same list, and are of no use in one of models.
  const own = recents.filter((r) => (r.kind === 'model' || !PHOTOS.test(r.name)) && matches(r.name, r.kind === 'model' ? r.id : null)).slice(0, SHOWN)
  if (own.length === 0) return null
  return (
    <>
      <div className="row models-recent">
        <h3 className="grow">{t('recent.title')}</h3>
        <button type="button" className="button is-small is-quiet" onClick={() => void clear()}>
          {t('recent.clear')}
        </button>
      </div>
      <ul className="models">
        {own.map((r) => (
          <li key={r.kind === 'model' ? `${r.source} ${r.id}` : r.token}>
            <button type="button" className="models-open" disabled={!r.present} onClick={closeAnd(() => openRecent(r))}>
              <span className="models-name">{r.name}</span>
              <span className="quiet small">{r.present ? moment(r.opened, locale) : t('recent.gone')}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  )
}
