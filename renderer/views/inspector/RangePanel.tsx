/** A dragged range of layers, summed. */
import { bytes, milliseconds, percent, short, significant } from '../../charts/kit/format.ts'
import { useStore, useText } from '../../store/context.ts'
import { sumRates } from '../../store/selectors.ts'
import { Facts } from '../../ui/Facts.tsx'

export function RangePanel({ range: [from, to] }: { readonly range: readonly [number, number] }) {
  const t = useText()
  const network = useStore((s) => s.network)
  const convention = useStore((s) => s.convention)
  const profile = useStore((s) => s.profile)
  const layers = network?.layers.slice(from, to + 1) ?? []
  const rates = sumRates({ profile, network }, layers)
  const sum = (value: (layer: (typeof layers)[number]) => number) => layers.reduce((a, l) => a + value(l), 0)
  const macs = sum((l) => l.macs[convention])
  const total = network?.totals[convention] ?? 0
  return (
    <section>
      <h2>{t('inspector.range', { n: layers.length })}</h2>
      <p className="mono small wrap">
        {layers[0]?.name} … {layers.at(-1)?.name}
      </p>
      <Facts
        copyLabel={(value) => t('inspector.copy', { value })}
        facts={[
          { name: t('inspector.macs'), value: short(macs), exact: String(macs) },
          { name: t('inspector.share'), value: total > 0 ? percent(macs / total) : '–' },
          { name: t('inspector.params'), value: short(sum((l) => l.params)), exact: String(sum((l) => l.params)) },
          { name: t('inspector.bytes'), value: bytes(sum((l) => l.bytes)), exact: String(sum((l) => l.bytes)) },
          ...(rates ? [{ name: t('inspector.ms'), value: milliseconds(rates.ms) }] : []),
          ...(rates && rates.gmacs > 0
            ? [
                { name: t('inspector.gmacs'), value: significant(rates.gmacs, 3) },
                { name: t('inspector.peak'), value: percent(rates.ofPeak) },
              ]
            : []),
        ]}
      />
    </section>
  )
}
