/** Which layer the lens looks at: a field to type a part of its name into, and what is found by section of the network. */
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react'
import type { Translate } from '../../app/strings/index.ts'
import { useStore, useText } from '../../store/context.ts'
import { wordMatcher } from '../../ui/searchWords.ts'
import type { LensLayer } from '../../workers/contract/index.ts'

const NONE: readonly LensLayer[] = []

export function LayerChoice({ shown }: { readonly shown: LensLayer | undefined }) {
  const t = useText()
  const id = useId()
  const list = useStore((s) => (s.lensLayers?.handle === s.handle ? s.lensLayers?.list : undefined)) ?? NONE
  const choose = useChoice()
  /** Null while closed. */
  const [query, setQuery] = useState<string | null>(null)
  const [at, setAt] = useState(0)
  const found = useMemo(() => (query === null ? NONE : findLensLayers(list, query)), [list, query])
  if (list.length === 0 || !shown) return null
  const isOpen = query !== null
  const open = () => {
    if (isOpen) return
    setQuery('')
    setAt(Math.max(list.indexOf(list.find((l) => l.tensor === shown.tensor) ?? shown), 0))
  }
  const take = (layer: LensLayer | undefined) => {
    setQuery(null)
    if (layer && layer.tensor !== shown.tensor) choose(layer)
  }
  const keys = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key]
    if (step !== undefined && isOpen) setAt(Math.min(Math.max(at + step, 0), Math.max(found.length - 1, 0)))
    else if (step !== undefined) open()
    else if (event.key === 'Enter' && isOpen) take(found[at])
    else if (event.key === 'Escape' && isOpen) setQuery(null)
    else return
    event.preventDefault()
  }
  return (
    <div className="lens-layer">
      <label className="quiet" htmlFor={`${id}field`}>
        {t('lens.layer')}
      </label>
      <input
        id={`${id}field`}
        role="combobox"
        type="text"
        autoComplete="off"
        spellCheck={false}
        aria-autocomplete="list"
        aria-expanded={isOpen && found.length > 0}
        aria-controls={`${id}list`}
        aria-activedescendant={isOpen && found[at] ? `${id}${at}` : undefined}
        value={query ?? layerText(t, shown)}
        placeholder={layerText(t, shown)}
        title={layerText(t, shown)}
        onFocus={(event) => event.target.select()}
        onClick={open}
        onChange={(event) => {
          setQuery(event.target.value)
          setAt(0)
        }}
        onBlur={() => setQuery(null)}
        onKeyDown={keys}
      />
      {isOpen && <Found id={id} found={found} at={at} shown={shown.tensor} query={query} onTake={take} />}
    </div>
  )
}

interface FoundProps {
  readonly id: string
  readonly found: readonly LensLayer[]
  readonly at: number
  readonly shown: number
  readonly query: string
  readonly onTake: (layer: LensLayer) => void
}

function Found({ id, found, at, shown, query, onTake }: FoundProps) {
  const t = useText()
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    void box.current?.querySelector(`[data-at="${at}"]`)?.scrollIntoView({ block: 'nearest' })
  }, [at])
  if (found.length === 0) return <p className="lens-found quiet">{t('lens.nothing', { query })}</p>
  return (
    <div ref={box} className="lens-found" role="listbox" id={`${id}list`} aria-label={t('lens.layers')}>
      {[...new Set(found.map((l) => l.section))].map((section) => (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset has no place in a list of options
        <div key={section} role="group" aria-label={section === '' ? t('explore.section.none') : section}>
          <p className="quiet small" aria-hidden="true">
            {section === '' ? t('explore.section.none') : section}
          </p>
          {found.map(
            (layer, i) =>
              layer.section === section && (
                // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus and names the active option
                // biome-ignore lint/a11y/useKeyWithClickEvents: the field answers the keys
                <div
                  key={layer.tensor}
                  id={`${id}${i}`}
                  data-at={i}
                  role="option"
                  aria-selected={layer.tensor === shown}
                  className={i === at ? 'is-active' : undefined}
                  onPointerDown={(event) => event.preventDefault()}
                  onClick={() => onTake(layer)}
                >
                  {layerText(t, layer)}
                </div>
              ),
          )}
        </div>
      ))}
    </div>
  )
}

/** Chosen layers are selected, and the lens follows the selection; one that the stage does not show is loaded by itself. */
function useChoice(): (layer: LensLayer) => void {
  const network = useStore((s) => s.network)
  const selectNode = useStore((s) => s.selectNode)
  const loadLens = useStore((s) => s.loadLens)
  return (layer) => {
    if (network?.layers.some((l) => l.name === layer.name)) selectNode(layer.name)
    else void loadLens(layer.tensor)
  }
}

/** Layers that hold every word of the query in their section, name, ops or kind, in network order. */
export function findLensLayers(list: readonly LensLayer[], query: string): readonly LensLayer[] {
  const matches = wordMatcher(query)
  return list.filter((l) => matches(l.section, l.item, l.title, ...l.nodes, `${l.channels}`))
}

export function layerText(t: Translate, { name, channels, groups, order }: LensLayer): string {
  return t(order ? 'lens.option.shuffle' : groups > 1 ? 'lens.option.groups' : 'lens.option', { name, channels, groups })
}
