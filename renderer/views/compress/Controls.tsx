/** What to do to the model, and the photos for it. */
import { compressPhotosOf } from '../../store/compressSlice.ts'
import { useStore, useText } from '../../store/context.ts'
import { Segmented } from '../../ui/Segmented.tsx'
import { Slider } from '../../ui/Slider.tsx'
import { RANGE_CHOICES, SCOPE_CHOICES } from '../../workers/contract/index.ts'
import { Photos } from './Photos.tsx'

/** Shares of the multiply-accumulates that can go. */
const AMOUNTS = Array.from({ length: 16 }, (_, i) => (5 + 5 * i) / 100)

export function Controls() {
  const t = useText()
  const settings = useStore((s) => s.compressSettings)
  const change = useStore((s) => s.setCompressSettings)
  const make = useStore((s) => s.makeVariant)
  const isBusy = useStore((s) => s.compressTask !== null)
  const takesPhotos = useStore((s) => s.model?.takesPhotos ?? false)
  const isTrained = useStore((s) => s.model?.trained ?? true)
  const hasPhotos = useStore((s) => compressPhotosOf(s).length > 0)
  const { prune, amount, scope, int8, range } = settings
  const isNothing = !prune && !int8
  const cannot = isNothing ? t('compress.nothing') : int8 && !takesPhotos ? t('compress.noInput') : int8 && !hasPhotos ? t('compress.noPhotos') : null
  return (
    <form
      className="choices-panel compress-controls"
      aria-label={t('compress.controls')}
      onSubmit={(event) => {
        event.preventDefault()
        if (!cannot && !isBusy) void make()
      }}
    >
      <fieldset className="compress-choice">
        <legend className="sr-only">{t('compress.int8')}</legend>
        <label className="switch" title={t('compress.int8.hint')}>
          <input type="checkbox" checked={int8} onChange={(e) => change({ int8: e.target.checked })} />
          <span className="term">{t('compress.int8')}</span>
        </label>
        {int8 && (
          <Segmented
            label={t('compress.range')}
            value={range}
            options={RANGE_CHOICES.map((value) => ({ value, label: t(`compress.range.${value}`), hint: t(`compress.range.${value}.hint`) }))}
            onChange={(value) => change({ range: value })}
          />
        )}
      </fieldset>
      <fieldset className="compress-choice">
        <legend className="sr-only">{t('compress.prune')}</legend>
        <label className="switch" title={t('compress.prune.hint')}>
          <input type="checkbox" checked={prune} onChange={(e) => change({ prune: e.target.checked })} />
          <span className="term">{t('compress.prune')}</span>
        </label>
        {prune && (
          <>
            <Slider
              label={t('compress.amount')}
              values={AMOUNTS}
              at={AMOUNTS.indexOf(amount)}
              text={t('compress.percent', { n: Math.round(100 * amount) })}
              onChange={(value) => change({ amount: value })}
            />
            <Segmented
              label={t('compress.scope')}
              value={scope}
              options={SCOPE_CHOICES.map((value) => ({ value, label: t(`compress.scope.${value}`), hint: t(`compress.scope.${value}.hint`) }))}
              onChange={(value) => change({ scope: value })}
            />
          </>
        )}
      </fieldset>
      <button type="submit" className="button is-primary" disabled={cannot !== null || isBusy}>
        {t('compress.make')}
      </button>
      <p className="quiet small compress-why" aria-live="polite">
        {cannot ?? (isTrained ? '' : t('compress.untrained'))}
      </p>
      {takesPhotos && <Photos />}
    </form>
  )
}
