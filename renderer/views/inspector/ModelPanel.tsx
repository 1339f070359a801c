/** The model as a whole. */
import { exact, shape, short } from '../../charts/kit/format.ts'
import { useStore, useText } from '../../store/context.ts'
import { Facts } from '../../ui/Facts.tsx'
import type { ModelView } from '../../workers/contract/index.ts'

export function ModelPanel({ model }: { readonly model: ModelView }) {
  const t = useText()
  const network = useStore((s) => s.network)
  const convention = useStore((s) => s.convention)
  if (!network) return null
  const units = network.items.filter((i) => i.kind === 'unit').length
  const shuffles = network.layers.filter((l) => l.facts.some(([key]) => key === 'shuffle')).length
  return (
    <section>
      <h2>{t('inspector.model')}</h2>
      <p className="inspector-name">{model.title}</p>
      {model.notice && <p className="notice">{model.notice}</p>}
      <Facts
        copyLabel={(value) => t('inspector.copy', { value })}
        facts={[
          { name: t('inspector.input'), value: shape(model.inputShape), mono: true },
          ...(model.classes === null ? [] : [{ name: t('inspector.classes'), value: exact(model.classes) }]),
          { name: t('inspector.layers'), value: network.layers.length },
          ...(units > 0 ? [{ name: t('inspector.units'), value: units }] : []),
          { name: t('inspector.shuffles'), value: shuffles },
          { name: t('inspector.params'), value: short(model.params), exact: String(model.params) },
          { name: t('inspector.macs'), value: short(network.totals[convention], 4), exact: String(network.totals[convention]) },
        ]}
      />
      <p className="small quiet">{t(`convention.${convention}`)}</p>
      <h3>{t('inspector.provenance')}</h3>
      <p className="small">{model.provenance}</p>
    </section>
  )
}
