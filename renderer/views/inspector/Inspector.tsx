/** Facts of what is selected: channel, op, range, unit, or the model where nothing is. */
import { useStore, useText } from '../../store/context.ts'
import { selectedItem, selectedLayer } from '../../store/selectors.ts'
import { ChannelPanel } from './ChannelPanel.tsx'
import { LayerPanel } from './LayerPanel.tsx'
import { ModelPanel } from './ModelPanel.tsx'
import { RangePanel } from './RangePanel.tsx'
import { UnitPanel } from './UnitPanel.tsx'

export function Inspector() {
  const t = useText()
  const model = useStore((s) => s.model)
  const channel = useStore((s) => s.selection.channel)
  const range = useStore((s) => s.selection.range)
  const layer = useStore(selectedLayer)
  const item = useStore(selectedItem)
  return (
    <aside className="inspector" aria-label={t('inspector.label')}>
      {channel && <ChannelPanel channel={channel} />}
      {range && <RangePanel range={range} />}
      {layer && <LayerPanel layer={layer} />}
      {item?.kind === 'unit' && <UnitPanel item={item} />}
      {item?.kind === 'op' && !layer && <FirstLayer index={item.layers[0]} />}
      {model && !item && !layer && !range && <ModelPanel model={model} />}
    </aside>
  )
}

/** An op of the map is its one layer. */
function FirstLayer({ index }: { readonly index: number | undefined }) {
  const layer = useStore((s) => (index === undefined ? undefined : s.network?.layers[index]))
  return layer ? <LayerPanel layer={layer} /> : null
}
