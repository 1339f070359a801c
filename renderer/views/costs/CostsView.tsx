/** Costs: what every layer of the open network costs, what another one would, and what the networks of the paper do. */
import { useDeferredValue, useMemo, useState } from 'react'
import { exact, short } from '../../charts/kit/format.ts'
import { useStore, useText } from '../../store/context.ts'
import { layerRates } from '../../store/selectors.ts'
import { CopyNumber } from '../../ui/CopyNumber.tsx'
import { Figure } from '../../ui/Figure.tsx'
import { Segmented } from '../../ui/Segmented.tsx'
import type { NetworkView } from '../../workers/contract/index.ts'
import { PaperChoice } from '../paper/PaperChoice.tsx'
import { PaperTables } from '../paper/PaperTables.tsx'
import { WhatIf } from '../whatif/WhatIf.tsx'
import { Convention } from './Convention.tsx'
import { layersTable } from './figureTables.ts'
import { Icicle } from './Icicle.tsx'
import { LayerTable } from './LayerTable.tsx'
import { Reconciliation } from './Reconciliation.tsx'
import { Roofline } from './Roofline.tsx'
import { findLayers, NETWORK_ORDER, needsRates, type Sorting, sortLayers, withSubtotals } from './table.ts'

/** More than fit on a screen. */
const FIRST_ROWS = 60
const TABS = ['layers', 'whatIf', 'paper'] as const

export default function CostsView() {
  const t = useText()
  const network = useStore((s) => s.network)
  const model = useStore((s) => s.model)
  const convention = useStore((s) => s.convention)
  const tab = useStore((s) => s.costsTab)
  const setTab = useStore((s) => s.setCostsTab)
  const asFlops = useStore((s) => s.asFlops)
  const [query, setQuery] = useState('')
  if (!network) return null
  const total = network.totals[convention]
  return (
    <div className="costs">
      <div className="canvas-head">
        <h2 className="sr-only">{t('costs.title')}</h2>
        <Segmented label={t('costs.tab')} value={tab} options={TABS.map((id) => ({ value: id, label: t(`costs.tab.${id}`) }))} onChange={setTab} />
        {tab === 'paper' ? (
          <PaperChoice />
        ) : (
          <p className="costs-total">
            {tab === 'layers' && (
              <CopyNumber className="num ellipsis" value={asFlops ? 2 * total : total} title={exact(asFlops ? 2 * total : total)}>
                {asFlops
                  ? t('costs.totalFlops', { flops: short(2 * total, 4), n: network.layers.length })
                  : t('costs.total', { macs: short(total, 4), n: network.layers.length })}
              </CopyNumber>
            )}
            <span className="quiet small ellipsis" title={t(`convention.${convention}`)}>
              {t('costs.counted', { convention: t(`convention.${convention}`) })}
            </span>
          </p>
        )}
        <span className="grow" />
        {tab !== 'paper' && <Convention labelShown={false} />}
        {tab === 'layers' && (
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
        )}
      </div>
      {tab === 'whatIf' && <WhatIf />}
      {tab === 'paper' && <PaperTables />}
      {tab === 'layers' && (
        <>
          {model && <Reconciliation network={network} model={model} />}
          <Icicle network={network} />
          <Roofline />
          <Layers network={network} query={query} onClear={() => setQuery('')} />
        </>
      )}
    </div>
  )
}

/** The layer table, sorted, searched and walked by keys. */
function Layers({ network, query, onClear }: { readonly network: NetworkView; readonly query: string; readonly onClear: () => void }) {
  const t = useText()
  const convention = useStore((s) => s.convention)
  const rates = useStore(layerRates)
  const [chosen, setSorting] = useState<Sorting>(NETWORK_ORDER)
  const sorting = !rates && needsRates(chosen.column) ? NETWORK_ORDER : chosen
  const wanted = useDeferredValue(query)
  const rows = useMemo(() => {
    const found = findLayers(network.layers, wanted)
    return withSubtotals(sortLayers(found, sorting, convention, rates), sorting, convention, rates)
  }, [network, wanted, sorting, convention, rates])
  // The rows in sight first; the rest is drawn in pieces that do not hold the page.
  const shown = useDeferredValue(rows, rows.slice(0, FIRST_ROWS))
  const count = rows.filter((r) => r.kind === 'layer').length
  // As it is sorted and searched; subtotals are sums, not data.
  const data = useMemo(() => {
    const layers = rows.flatMap((r) => (r.kind === 'layer' ? [r.layer] : []))
    return layersTable(t, layers, convention, rates)
  }, [t, rows, convention, rates])
  return (
    <>
      <p className="sr-only" aria-live="polite">
        {t('costs.found', { n: count, all: network.layers.length })}
      </p>
      {count === 0 ? (
        <div className="empty">
          <p>{t('costs.nothing', { query: wanted, n: network.layers.length })}</p>
          <button type="button" className="button" onClick={onClear}>
            {t('costs.clear')}
          </button>
        </div>
      ) : (
        <Figure id="layers" title={t('costs.title')} table={data} tableShown>
          <LayerTable rows={shown} sorting={sorting} onSort={setSorting} />
        </Figure>
      )}
    </>
  )
}
