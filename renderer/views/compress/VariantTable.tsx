/** The original and its variants, a row each, and what can be done with the one that is looked at. */
import { exact, percent, significant } from '../../charts/kit/format.ts'
import { variantOf } from '../../store/compressSlice.ts'
import { useStore, useText } from '../../store/context.ts'
import { changeText, countText, kib, millions, type Row } from './compressData.ts'

export function VariantTable({ rows }: { readonly rows: readonly Row[] }) {
  const t = useText()
  const convention = useStore((s) => s.convention)
  const selected = useStore(variantOf)
  const show = useStore((s) => s.showVariant)
  const isBusy = useStore((s) => s.compressTask !== null)
  const clockAgain = useStore((s) => s.clockAgain)
  const before = rows[0]?.measured
  const hasKnown = rows.some((r) => r.accuracy)
  if (!before) return null
  const count = (counted: Row['agreement']) => (
    <td className="num" title={counted ? percent(counted.n / counted.of) : undefined}>
      {countText(t, counted)}
    </td>
  )
  return (
    <section className="compress-variants" aria-label={t('compress.variants')}>
      <div className="compress-head">
        <h3>{t('compress.variants')}</h3>
        <button type="button" className="button is-small" disabled={isBusy} title={t('compress.clock.hint')} onClick={() => void clockAgain()}>
          {t('compress.clock')}
        </button>
        <span className="grow" />
        {selected && <Actions />}
      </div>
      <table aria-label={t('compress.variants')}>
        <thead>
          <tr>
            <th scope="col">{t('compress.variant')}</th>
            <th scope="col" className="num has-change" title={t('compress.size.hint')}>
              <span className="term">{t('compress.size.head')}</span>
            </th>
            <th scope="col" className="num has-change" title={t(`convention.${convention}`)}>
              <span className="term">{t('compress.macs.head')}</span>
            </th>
            <th scope="col" className="num has-change" title={t('compress.latency.hint')}>
              <span className="term">{t('compress.latency.head')}</span>
            </th>
            <th scope="col" className="num" title={t('compress.agreement.hint')}>
              <span className="term">{t('compress.agreement')}</span>
            </th>
            {hasKnown && (
              <th scope="col" className="num" title={t('compress.accuracy.hint')}>
                <span className="term">{t('compress.accuracy')}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, name, variant, measured: { weighed, clock }, agreement, accuracy }) => (
            <tr key={key} className={variant && variant === selected ? 'is-selected' : undefined}>
              <th scope="row">
                {variant ? (
                  <button
                    type="button"
                    className="link"
                    aria-pressed={variant === selected}
                    title={variant.calibrated > 0 ? t('compress.calibrated', { n: variant.calibrated }) : undefined}
                    onClick={() => show(key)}
                  >
                    {name}
                  </button>
                ) : (
                  name
                )}
              </th>
              <td className="num" title={t('compress.bytes', { n: exact(weighed.bytes) })}>
                {kib(weighed.bytes)}
                <i>{changeText(weighed.bytes, before.weighed.bytes)}</i>
              </td>
              <td className="num" title={exact(weighed.macs[convention])}>
                {millions(weighed.macs[convention])}
                <i>{changeText(weighed.macs[convention], before.weighed.macs[convention])}</i>
              </td>
              <td className="num" title={t('compress.p90.value', { ms: significant(clock.p90, 3) })}>
                {significant(clock.p50, 3)}
                <i>{t('compress.p90.short', { ms: significant(clock.p90, 3) })}</i>
              </td>
              {count(agreement)}
              {hasKnown && count(accuracy)}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Actions() {
  const t = useText()
  const key = useStore((s) => variantOf(s)?.key ?? '')
  const save = useStore((s) => s.saveVariant)
  const open = useStore((s) => s.openVariant)
  const remove = useStore((s) => s.removeVariant)
  const isBusy = useStore((s) => s.compressTask !== null)
  return (
    <>
      <button type="button" className="button is-small" title={t('compress.save.hint')} onClick={() => void save(key)}>
        {t('compress.save')}
      </button>
      <button type="button" className="button is-small" disabled={isBusy} title={t('compress.open.hint')} onClick={() => void open(key)}>
        {t('compress.open')}
      </button>
      <button type="button" className="button is-small" disabled={isBusy} title={t('compress.remove.hint')} onClick={() => remove(key)}>
        {t('compress.remove')}
      </button>
    </>
  )
}
