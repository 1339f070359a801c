/** Which layer the lens looks at, by section of the network. */
import type { Translate } from '../../app/strings/index.ts'
import { useStore, useText } from '../../store/context.ts'
import type { LensLayer } from '../../workers/contract.ts'

export function LayerChoice({ shown }: { readonly shown: number | undefined }) {
  const t = useText()
  const handle = useStore((s) => s.handle)
  const layers = useStore((s) => s.lensLayers)
  const loadLens = useStore((s) => s.loadLens)
  const selectNode = useStore((s) => s.selectNode)
  if (layers?.handle !== handle || shown === undefined) return null
  const sections = [...new Set(layers.list.map((l) => l.section))]
  const choose = (tensor: number) => {
    const layer = layers.list.find((l) => l.tensor === tensor)
    if (layer) selectNode(layer.name)
    void loadLens(tensor)
  }
  return (
    <label className="lens-layer">
      <span className="quiet">{t('lens.layer')}</span>
      <select value={shown} onChange={(event) => choose(Number(event.target.value))}>
        {sections.map((section) => (
          <optgroup key={section} label={section === '' ? t('explore.section.none') : section}>
            {layers.list
              .filter((l) => l.section === section)
              .map((l) => (
                <option key={l.tensor} value={l.tensor}>
                  {layerText(t, l)}
                </option>
              ))}
          </optgroup>
        ))}
      </select>
    </label>
  )
}

function layerText(t: Translate, { name, channels, groups, order }: LensLayer): string {
  return t(order ? 'lens.option.shuffle' : groups > 1 ? 'lens.option.groups' : 'lens.option', { name, channels, groups })
}
