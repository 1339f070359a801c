/** One op. */
import type { TextKey } from '../../app/strings/index.ts'
import { bytes, milliseconds, percent, shape, short, significant } from '../../charts/kit/format.ts'
import { useStore, useText } from '../../store/context.ts'
import { layerRates } from '../../store/selectors.ts'
import { type Fact, Facts } from '../../ui/Facts.tsx'
import type { LayerRow } from '../../workers/contract/index.ts'
import { LensLink } from '../lens/LensLink.tsx'

/** Facts that the engine worker names; others are shown under their own key. */
const NAMES: Readonly<Record<string, TextKey>> = {
  kernel: 'inspector.kernel',
  stride: 'inspector.stride',
  padding: 'inspector.padding',
  dilation: 'inspector.dilation',
  activation: 'inspector.activation',
  shuffle: 'inspector.shuffle',
  residual: 'inspector.residual',
}

export function LayerPanel({ layer }: { readonly layer: LayerRow }) {
  const t = useText()
  const convention = useStore((s) => s.convention)
  const total = useStore((s) => s.network?.totals[s.convention] ?? 0)
  const rates = useStore(layerRates)?.get(layer.name)
  const macs = layer.macs[convention]
  const facts: Fact[] = [
    { name: t('inspector.input'), value: shape(layer.inputShape), mono: true },
    { name: t('inspector.output'), value: shape(layer.outputShape), mono: true },
    ...(layer.groups !== null ? [{ name: t('inspector.groups'), value: layer.groups }] : []),
    ...layer.facts.map(([key, value]): Fact => {
      const known = NAMES[key]
      return { name: known ? t(known) : key, value }
    }),
    { name: t('inspector.macs'), value: short(macs), exact: String(macs) },
    { name: t('inspector.share'), value: total > 0 ? percent(macs / total) : '–' },
    { name: t('inspector.params'), value: short(layer.params), exact: String(layer.params) },
    { name: t('inspector.bytes'), value: bytes(layer.bytes), exact: String(layer.bytes) },
    ...(rates ? [{ name: t('inspector.ms'), value: milliseconds(rates.ms), exact: String(rates.ms) }] : []),
    ...(rates && rates.gmacs > 0
      ? [
          { name: t('inspector.gmacs'), value: significant(rates.gmacs, 3), exact: String(rates.gmacs) },
          { name: t('inspector.peak'), value: percent(rates.ofPeak) },
        ]
      : []),
  ]
  return (
    <section>
      <h2>{t('inspector.op')}</h2>
      <p className="inspector-name">{layer.title}</p>
      <p className="mono small wrap">{layer.name}</p>
      <Facts facts={facts} copyLabel={(value) => t('inspector.copy', { value })} />
      <LensLink of="op" />
      {layer.sources.length > 1 && (
        <>
          <h3>{t('inspector.sources')}</h3>
          <ul className="plain mono small wrap">
            {layer.sources.slice(0, 12).map((s) => (
              <li key={s}>{s}</li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}
