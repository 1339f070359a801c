/** Where the selection is: network, stage, unit, op; each leads there. */
import type { RefObject } from 'react'
import type { MapHandle } from '../../charts/network/ZoomMap.tsx'
import { useStore, useText } from '../../store/context.ts'
import { selectedItem, selectedLayer } from '../../store/selectors.ts'
import { sectionName } from './mapData.ts'

export function MapCrumbs({ map }: { readonly map: RefObject<MapHandle | null> }) {
  const t = useText()
  const network = useStore((s) => s.network)
  const item = useStore(selectedItem)
  const layer = useStore(selectedLayer)
  const selectItem = useStore((s) => s.selectItem)
  const clear = useStore((s) => s.up)
  const at = network?.sections.findIndex((s) => item !== undefined && s.items.includes(item.key)) ?? -1
  const section = network?.sections[at]
  return (
    <nav className="crumbs grow" aria-label={t('map.crumbs')}>
      <button
        type="button"
        className="link"
        onClick={() => {
          // One level up for each thing that is selected.
          if (layer) clear()
          if (item) clear()
          map.current?.fit()
        }}
      >
        {t('explore.network')}
      </button>
      {section && item ? (
        <>
          <Slash />
          <button type="button" className="link" onClick={() => map.current?.showSection(`${section.key}@${at}`)}>
            {sectionName(t, section.key, section.label)}
          </button>
          <Slash />
          <button
            type="button"
            className="link ellipsis"
            aria-current={layer ? undefined : 'true'}
            onClick={() => {
              selectItem(item.key)
              map.current?.showItem(item.key)
            }}
          >
            {item.label}
          </button>
          {layer && item.kind === 'unit' && (
            <>
              <Slash />
              <button type="button" className="link ellipsis" aria-current="true" onClick={() => map.current?.showOp(item.key, layer.index)}>
                {layer.title}
              </button>
            </>
          )}
        </>
      ) : (
        <span className="quiet ellipsis">{network?.items.some((i) => i.kind === 'unit') ? t('map.hint') : ''}</span>
      )}
    </nav>
  )
}

function Slash() {
  return <span aria-hidden="true">/</span>
}
