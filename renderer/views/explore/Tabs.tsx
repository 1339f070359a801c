/** The views of Explore: the map, and the mixing meter. */
import { useStore, useText } from '../../store/context.ts'
import { Segmented } from '../../ui/Segmented.tsx'

export function Tabs() {
  const t = useText()
  const tab = useStore((s) => s.exploreTab)
  const setTab = useStore((s) => s.setExploreTab)
  return (
    <Segmented
      label={t('mixing.tab')}
      value={tab}
      options={[
        { value: 'map', label: t('mixing.tab.map') },
        { value: 'mixing', label: t('mixing.tab.mixing') },
      ]}
      onChange={setTab}
    />
  )
}
