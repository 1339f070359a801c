/** What every layer costs: the roofline once measured, and the layer table, sorted, searched and walked by keys. */
import { useDeferredValue, useMemo, useState } from 'react'
import { exact, short } from '../../charts/kit/format.ts'
import { useStore, useText } from '../../store/context.ts'
import { layerRates } from '../../store/selectors.ts'
import { Convention } from './Convention.tsx'
import { LayerTable } from './LayerTable.tsx'
import { Roofline } from './Roofline.tsx'
import { findLayers, NETWORK_ORDER, needsRates, type Sorting, sortLayers, withSubtotals } from './table.ts'

/** More than fit on a screen. */
const FIRST_ROWS = 60

export default function CostsView() {
  const t = useText()
  const network = useStore((s) => s.network)
  const convention = useStore((s) => s.convention)
  const rates = useStore(layerRates)
  const [query, setQuery] = useState('')
  const [chosen, setSorting] = useState<Sorting>(NETWORK_ORDER)
  const sorting = !rates && needsRates(chosen.column) ? NETWORK_ORDER : chosen
  const wanted = useDeferredValue(query)
  const rows = useMemo(() => {
    const found = findLayers(network?.layers ?? [], wanted)
    return withSubtotals(sortLayers(found, sorting, convention, rates), sorting, convention, rates)
  }, [network, wanted, sorting, convention, rates])
  // The rows in sight first; the rest is drawn in pieces that do not hold the page.
  const shown = useDeferredValue(rows, rows.slice(0, FIRST_ROWS))
  if (!network) return null
  const total = network.totals[convention]
  const count = rows.filter((r) => r.kind === 'layer').length
  return (
    <div className="costs">
      <div className="canvas-head">
        <h2>{t('costs.title')}</h2>
        <p className="costs-total">
          <span className="num ellipsis" title={exact(total)}>
            {t('costs.total', { macs: short(total, 4), n: network.layers.length })}
          </span>
          <span className="quiet small">{t('costs.counted', { convention: t(`convention.${convention}`) })}</span>
        </p>
        <span className="grow" />
        <Convention labelShown={false} />
        <input
          type="search"
          value={query}
          placeholder={t('costs.search')}
          aria-label={t('costs.search')}
          aria-keyshortcuts="/"
          onChange={(e) => setQuery(e.target.value)}
          onKeyDown={(e) => {
            if (e.key !== 'Escape' || query === '') return
            e.preventDefault()
            setQuery('')
          }}
        />
      </div>
      <Roofline />
      <p className="sr-only" aria-live="polite">
        {t('costs.found', { n: count, all: network.layers.length })}
      </p>
      {count === 0 ? (
        <div className="empty">
          <p>{t('costs.nothing', { query: wanted, n: network.layers.length })}</p>
          <button type="button" className="button" onClick={() => setQuery('')}>
            {t('costs.clear')}
          </button>
        </div>
      ) : (
        <LayerTable rows={shown} sorting={sorting} onSort={setSorting} />
      )}
    </div>
  )
}
