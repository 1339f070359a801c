/** The canvas: the map of the network, or the unit that it is zoomed into. */
import { lazy, Suspense, useMemo } from 'react'
import { short } from '../../charts/kit/format.ts'
import { useSize } from '../../charts/kit/size.ts'
import { NetworkChart } from '../../charts/network/Chart.tsx'
import { useStore, useText } from '../../store/context.ts'
import { HiddenTable } from '../../ui/HiddenTable.tsx'
import { Segmented } from '../../ui/Segmented.tsx'
import { Convention } from '../costs/Convention.tsx'
import { Loading } from '../Loading.tsx'
import { describeItem, mapSections } from './mapData.ts'
import { shownTrace, TraceHead, TraceTable } from './Trace.tsx'

const MixingView = lazy(() => import('../mixing/MixingView.tsx'))
const UnitScreen = lazy(() => import('../unit/UnitScreen.tsx'))

export function ExploreView() {
  const t = useText()
  const focus = useStore((s) => s.focus)
  const tab = useStore((s) => s.exploreTab)
  const network = useStore((s) => s.network)
  const modelTask = useStore((s) => s.modelTask)
  if (!network) return modelTask ? null : <NoModel />
  if (focus === null)
    return (
      <div className="explore">
        {tab === 'map' ? (
          <NetworkMap />
        ) : (
          <>
            <div className="canvas-head">
              <Tabs />
              <h2>{t('mixing.title')}</h2>
            </div>
            <Suspense fallback={<Loading />}>
              <MixingView />
            </Suspense>
          </>
        )}
      </div>
    )
  return (
    <Suspense fallback={<Loading />}>
      <UnitScreen scope={focus} />
    </Suspense>
  )
}

function Tabs() {
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

function NoModel() {
  const t = useText()
  const idle = useStore((s) => s.entries !== null || s.hostError !== null)
  const setDialog = useStore((s) => s.setDialog)
  const chooseFile = useStore((s) => s.chooseFile)
  if (!idle) return null
  return (
    <div className="empty">
      <h2>{t('model.empty.what')}</h2>
      <p>{t('model.empty.hint')}</p>
      <div className="row">
        <button type="button" className="button is-primary" onClick={() => setDialog('models')}>
          {t('models.title')}
        </button>
        <button type="button" className="button" onClick={() => void chooseFile('model')}>
          {t('models.open')}
        </button>
      </div>
    </div>
  )
}

function NetworkMap() {
  const t = useText()
  const network = useStore((s) => s.network)
  const convention = useStore((s) => s.convention)
  const selected = useStore((s) => s.selection.item)
  const selectItem = useStore((s) => s.selectItem)
  const enter = useStore((s) => s.enter)
  const [ref, size] = useSize<HTMLDivElement>()
  const trace = useStore(shownTrace)
  const sections = useMemo(() => (network ? mapSections(t, network, convention, trace) : []), [t, network, convention, trace])
  const items = sections.flatMap((s) => s.items)
  const dearest = Math.max(0, ...items.map((i) => i.cost))
  const units = items.filter((i) => i.kind === 'unit').length
  const label = t('explore.map', { units, sections: sections.length })
  return (
    <>
      <div className="canvas-head">
        <Tabs />
        {trace ? <TraceHead trace={trace} /> : <p className="quiet grow">{units > 0 ? t('explore.hint') : ''}</p>}
        {!trace && (
          <>
            <div className="legend" aria-hidden="true">
              <span>{t('explore.legend')}</span>
              <span className="num">0</span>
              <span className="legend-scale" />
              <span className="num">{short(dearest)}</span>
            </div>
            <Convention />
          </>
        )}
      </div>
      <div className="explore-map" ref={ref}>
        {size && (
          <NetworkChart
            sections={sections}
            size={size}
            label={label}
            selected={selected}
            tracing={trace !== null}
            describe={(item) => describeItem(t, item)}
            onSelect={selectItem}
            onEnter={enter}
          />
        )}
        <HiddenTable
          caption={label}
          head={[t('costs.name'), t('inspector.groups'), t('inspector.stride'), t('inspector.shuffle'), t('inspector.channels'), t('inspector.macs')]}
          rows={items.map((i) => [
            i.key.replace(/^op:/, ''),
            i.groups,
            i.stride,
            i.shuffleGroups ?? '–',
            `${i.channelsIn} → ${i.channelsOut}`,
            i.cost,
          ])}
        />
        {trace && <TraceTable trace={trace} />}
      </div>
    </>
  )
}
