/** From what is selected to its feature maps on the photo, and back. */
import { useStore, useText } from '../../store/context.ts'
import type { LensLayer } from '../../workers/contract/index.ts'

/**
 * In the panel of a unit, an op or a channel; only the narrowest thing that is selected has it. Nothing where the lens is
 * on the screen already, or no photo can be given to the model.
 */
export function LensLink({ of }: { readonly of: 'unit' | 'op' | 'channel' | 'photo' }) {
  const t = useText()
  const narrowest = useStore(({ selection }) =>
    selection.channel ? 'channel' : selection.node !== null || selection.item?.startsWith('op:') ? 'op' : 'unit',
  )
  const isShown = useStore((s) => s.screen === 'photo' && s.lensShown)
  const takesPhotos = useStore((s) => s.model?.takesPhotos ?? false)
  const show = useStore((s) => s.show)
  const showLens = useStore((s) => s.showLens)
  if (isShown || !takesPhotos || (of !== 'photo' && of !== narrowest)) return null
  return (
    <button
      type="button"
      className="button is-small lens-link"
      onClick={() => {
        showLens(true)
        show('photo')
      }}
    >
      {t('lens.link')}
    </button>
  )
}

/** To the unit of a layer, or to its op on the map. */
export function LensBack({ layer }: { readonly layer: LensLayer }) {
  const t = useText()
  const item = useStore((s) => s.network?.items.find((i) => i.key === layer.item))
  const show = useStore((s) => s.show)
  const enter = useStore((s) => s.enter)
  const setExploreTab = useStore((s) => s.setExploreTab)
  if (!item) return null
  return (
    <button
      type="button"
      className="button is-small"
      onClick={() => {
        setExploreTab('map')
        show('explore')
        enter(layer.item)
      }}
    >
      {item.kind === 'unit' ? t('lens.unit', { unit: item.key }) : t('lens.map')}
    </button>
  )
}
