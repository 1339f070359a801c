/** The search of the map: type, choose, and the map goes there. */
import { type KeyboardEvent, type RefObject, useId, useMemo, useState } from 'react'
import type { MapHandle } from '../../charts/network/ZoomMap.tsx'
import { useStore, useText } from '../../store/context.ts'
import type { NetworkView } from '../../workers/contract/index.ts'
import { sectionName } from './mapData.ts'
import { type Found, searchNetwork } from './search.ts'

export function MapSearch({ network, map }: { readonly network: NetworkView; readonly map: RefObject<MapHandle | null> }) {
  const t = useText()
  const id = useId()
  const selectItem = useStore((s) => s.selectItem)
  const selectNode = useStore((s) => s.selectNode)
  const [query, setQuery] = useState('')
  const [open, setOpen] = useState(false)
  const [at, setAt] = useState(0)
  const found = useMemo(() => searchNetwork(network, query), [network, query])
  const active = Math.min(at, found.length - 1)
  const shown = open && query.trim() !== ''

  const choose = ({ kind, section, item, node, layer }: Found) => {
    setOpen(false)
    const place = section === undefined ? undefined : network.sections[section]
    if (kind === 'section' && place) map.current?.showSection(`${place.key}@${section}`)
    else if (node !== undefined && item !== undefined && layer !== undefined) {
      selectNode(node)
      map.current?.showOp(item, layer)
    } else if (item !== undefined) {
      selectItem(item)
      map.current?.showItem(item)
    }
  }
  const keys = (event: KeyboardEvent<HTMLInputElement>) => {
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (event.key === 'Enter' && shown) {
      const target = found[active]
      if (target) choose(target)
    } else if (move !== undefined && found.length > 0) {
      setOpen(true)
      setAt((active + move + found.length) % found.length)
    } else if (event.key === 'Escape' && shown) setOpen(false)
    else return
    event.preventDefault()
  }
  return (
    <div className="map-search">
      <input
        type="search"
        role="combobox"
        placeholder={t('map.search')}
        aria-label={t('map.search.label')}
        aria-expanded={shown}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={shown && found.length > 0 ? `${id}-${active}` : undefined}
        value={query}
        onChange={(e) => {
          setQuery(e.target.value)
          setAt(0)
          setOpen(true)
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={keys}
      />
      <kbd>/</kbd>
      {/* A list is always there for the input to name. */}
      <div className="map-results" id={`${id}-list`} role="listbox" aria-label={t('map.results')} hidden={!shown}>
        {shown &&
          found.map((f, i) => (
            <div
              key={`${f.kind}/${f.name}/${f.section ?? ''}`}
              id={`${id}-${i}`}
              role="option"
              aria-selected={i === active}
              tabIndex={-1}
              className="map-result"
              ref={i === active ? (e) => e?.scrollIntoView({ block: 'nearest' }) : undefined}
              onPointerDown={(e) => {
                // The input keeps the focus until something is chosen.
                e.preventDefault()
                choose(f)
              }}
            >
              <span className="map-result-kind">{t(`map.kind.${f.kind}`)}</span>
              <span className="map-result-name">{f.kind === 'section' ? sectionName(t, f.detail, f.name) : f.name}</span>
              {f.kind !== 'section' && <span className="map-result-detail">{f.detail}</span>}
            </div>
          ))}
        {shown && found.length === 0 && <p className="quiet">{t('map.search.none')}</p>}
      </div>
    </div>
  )
}
