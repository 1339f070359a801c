/** In place of the choices where the open model is in 8 bits: there is nothing to make of it, but the way back. */
import { useStore, useText } from '../../store/context.ts'

export function Already() {
  const t = useText()
  const title = useStore((s) => s.model?.title ?? '')
  const id = useStore((s) => s.model?.id)
  const from = useStore((s) => Object.values(s.compressions).find((c) => c.variants.some((v) => v.id === id)) ?? null)
  const openOriginal = useStore((s) => s.openOriginal)
  const setDialog = useStore((s) => s.setDialog)
  return (
    <div className="empty">
      <p>{t('compress.already', { model: title })}</p>
      <p className="quiet">{t('compress.already.hint')}</p>
      <div className="row">
        {from && (
          <button type="button" className="button is-primary" onClick={() => void openOriginal(from)}>
            {t('compress.back', { model: from.title })}
          </button>
        )}
        <button type="button" className="button" onClick={() => setDialog('models')}>
          {t('models.title')}
        </button>
      </div>
    </div>
  )
}
