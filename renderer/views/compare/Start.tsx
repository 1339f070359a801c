/** Before a side b is chosen: what can be one. */
import { useStore, useText } from '../../store/context.ts'

export function Start() {
  const t = useText()
  const model = useStore((s) => s.model)
  const hasShuffle = useStore((s) => s.network?.items.some((i) => i.shuffle !== null) ?? false)
  const withoutShuffle = useStore((s) => s.compareWithoutShuffle)
  const setDialog = useStore((s) => s.setDialog)
  return (
    <div className="empty">
      <p>{t('compare.empty', { model: model?.title ?? '' })}</p>
      <div className="row">
        {hasShuffle && (
          <button type="button" className="button is-primary" onClick={() => void withoutShuffle()}>
            {t('compare.itself')}
          </button>
        )}
        <button type="button" className="button" aria-haspopup="dialog" onClick={() => setDialog('compare')}>
          {t('compare.other')}
        </button>
      </div>
      <p className="quiet">{t('compare.empty.hint')}</p>
    </div>
  )
}
