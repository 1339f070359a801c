/** The map of the network: what is shown of it, and what stands around it. */
import { useCallback, useMemo, useRef, useState } from 'react'
import { useShallow } from 'zustand/shallow'
import { useSize } from '../../charts/kit/size.ts'
import type { Level } from '../../charts/network/view.ts'
import { type MapHandle, ZoomMap } from '../../charts/network/ZoomMap.tsx'
import { useStore, useText } from '../../store/context.ts'
import { useOpLayouts } from '../../store/opLayouts.ts'
import { hold } from '../../store/pending.ts'
import { shownMeasure } from '../../store/selectors.ts'
import { Figure } from '../../ui/Figure.tsx'
import { Convention } from '../costs/Convention.tsx'
import { measureColumn } from '../costs/figureTables.ts'
import { MapCrumbs } from './MapCrumbs.tsx'
import { MapLegend } from './MapLegend.tsx'
import { MapSearch } from './MapSearch.tsx'
import { describeItem, describeOp, mapOps, mapSections, opGraphOf } from './mapData.ts'
import { mapTable, traceTable } from './mapTables.ts'
import { measuringOf } from './measures.ts'
import { Tabs } from './Tabs.tsx'
import { shownTrace, TraceHead } from './Trace.tsx'

export function NetworkMap() {
  const t = useText()
  const network = useStore((s) => s.network)
  const handle = useStore((s) => s.handle)
  const theme = useStore((s) => s.theme)
  const selected = useStore((s) => s.selection.item)
  const selectedOp = useStore((s) => s.selection.node)
  const { selectItem, selectNode, enter } = useStore(useShallow((s) => ({ selectItem: s.selectItem, selectNode: s.selectNode, enter: s.enter })))
  const shown = useStore(
    useShallow((s) => ({
      measureShown: shownMeasure(s),
      convention: s.convention,
      profile: s.profile,
      network: s.network,
      deviceTimes: s.deviceTimes,
      model: s.model,
    })),
  )
  const trace = useStore(shownTrace)
  const place = useStore((s) => s.mapPlace)
  const setPlace = useStore((s) => s.setMapPlace)
  const [ref, size] = useSize<HTMLDivElement>()
  const map = useRef<MapHandle>(null)
  const [level, setLevel] = useState<Level>('units')
  const [graphs, askFor] = useOpLayouts(network)

  const measuring = useMemo(() => measuringOf(t, shown), [t, shown])
  const sections = useMemo(() => (network ? mapSections(t, network, measuring, trace) : []), [t, network, measuring, trace])
  const ops = useMemo(() => (network ? mapOps(network, measuring) : new Map()), [network, measuring])
  const edges = useMemo(() => network?.edges.map(({ from, to }) => [from, to] as const) ?? [], [network])
  const items = useMemo(() => sections.flatMap((s) => s.items), [sections])
  const units = items.filter((i) => i.kind === 'unit').length
  const label = t('explore.map', { units, sections: sections.length })
  const describe = useCallback((item: Parameters<typeof describeItem>[1]) => describeItem(t, item), [t])
  const describeOne = useCallback((op: Parameters<typeof describeOp>[1]) => describeOp(t, op), [t])
  const near = useCallback(
    (keys: readonly string[], aspect: number) => {
      if (network) askFor(keys.flatMap((key) => opGraphOf(network, key, aspect) ?? []))
    },
    [network, askFor],
  )
  const table = useMemo(
    () => (trace ? traceTable(t, trace) : mapTable(t, items, measureColumn(t, shown.measureShown))),
    [t, trace, items, shown.measureShown],
  )
  const title = trace ? t('trace.title', { channel: trace.channel, name: trace.name }) : t('export.map')
  return (
    <>
      <div className="canvas-head map-head">
        <Tabs />
        {trace ? <TraceHead trace={trace} /> : <MapCrumbs map={map} />}
        {!trace && shown.measureShown === 'macs' && <Convention />}
        {network && <MapSearch network={network} map={map} />}
      </div>
      <div className="explore-map" ref={ref}>
        <Figure id={trace ? 'trace' : 'map'} title={title} caption={trace ? t('trace.table') : label} table={table}>
          {size && network && (
            <ZoomMap
              sections={sections}
              size={size}
              network={handle ?? ''}
              stage={network.stage}
              theme={theme}
              words={{ label, zoomIn: t('map.in'), zoomOut: t('map.out'), fit: t('map.fit') }}
              selected={selected}
              selectedOp={selectedOp}
              tracing={trace !== null}
              graphs={graphs}
              ops={ops}
              edges={edges}
              handle={map}
              describe={describe}
              describeOp={describeOne}
              onSelect={selectItem}
              onSelectOp={selectNode}
              onEnter={enter}
              onNear={near}
              onLevel={setLevel}
              place={place}
              onPlace={setPlace}
              hold={hold}
            >
              {!trace && <MapLegend level={level} items={items} measuring={measuring} />}
            </ZoomMap>
          )}
        </Figure>
      </div>
    </>
  )
}
