/** One unit, and its ops to choose from. */
import { percent, shape, short } from '../../charts/kit/format.ts'
import { useStore, useText } from '../../store/context.ts'
import { Facts } from '../../ui/Facts.tsx'
import type { NetworkItem } from '../../workers/contract/index.ts'
import { LensLink } from '../lens/LensLink.tsx'

export function UnitPanel({ item }: { readonly item: NetworkItem }) {
  const t = useText()
  const network = useStore((s) => s.network)
  const convention = useStore((s) => s.convention)
  const focus = useStore((s) => s.focus)
  const selected = useStore((s) => s.selection.node)
  const enter = useStore((s) => s.enter)
  const selectNode = useStore((s) => s.selectNode)
  const macs = item.macs[convention]
  const total = network?.totals[convention] ?? 0
  return (
    <section>
      <h2>{t('inspector.unit')}</h2>
      <p className="inspector-name mono">{item.key}</p>
      <Facts
        copyLabel={(value) => t('inspector.copy', { value })}
        facts={[
          { name: t('inspector.channels'), value: `${item.channelsIn} → ${item.channelsOut}` },
          { name: t('inspector.output'), value: shape(item.outputShape), mono: true },
          { name: t('inspector.groups'), value: item.groups },
          { name: t('inspector.stride'), value: item.stride },
          ...(item.shuffle
            ? [{ name: t('inspector.shuffle'), value: t('inspector.shuffle.value', { groups: item.shuffle.groups, order: item.shuffle.order }) }]
            : []),
          ...(item.join ? [{ name: t('inspector.join'), value: t(`inspector.join.${item.join}`) }] : []),
          { name: t('inspector.macs'), value: short(macs), exact: String(macs) },
          { name: t('inspector.share'), value: total > 0 ? percent(macs / total) : '–' },
          { name: t('inspector.params'), value: short(item.params), exact: String(item.params) },
        ]}
      />
      {focus !== item.key && (
        <button type="button" className="button is-primary" onClick={() => enter(item.key)}>
          {t('inspector.enter')} <kbd>Enter</kbd>
        </button>
      )}
      <LensLink of="unit" />
      <h3>{t('inspector.ops')}</h3>
      <ol className="op-list">
        {item.layers.map((i) => {
          const layer = network?.layers[i]
          if (!layer) return null
          return (
            <li key={layer.name}>
              <button type="button" aria-pressed={layer.name === selected} title={layer.name} onClick={() => selectNode(layer.name)}>
                <span>{layer.title}</span>
                <span className="num quiet">{layer.macs[convention] > 0 ? short(layer.macs[convention]) : ''}</span>
              </button>
            </li>
          )
        })}
      </ol>
    </section>
  )
}
