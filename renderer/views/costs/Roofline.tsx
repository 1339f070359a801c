/** The roofline above the layer table: what was measured here or on a device, and before that, what will be. */
import { useMemo, useState } from 'react'
import { useShallow } from 'zustand/shallow'
import { milliseconds } from '../../charts/kit/format.ts'
import { useSize } from '../../charts/kit/size.ts'
import { RooflineChart } from '../../charts/roofline/Chart.tsx'
import type { RooflineMark } from '../../charts/roofline/layout.ts'
import { useStore, useText } from '../../store/context.ts'
import { selectedRange } from '../../store/selectors.ts'
import { Busy } from '../../ui/Busy.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { Figure } from '../../ui/Figure.tsx'
import { Segmented } from '../../ui/Segmented.tsx'
import type { NetworkView } from '../../workers/contract/index.ts'
import { taskShare, taskText } from '../taskText.ts'
import { layersTable } from './figureTables.ts'
import { RooflineLegend } from './RooflineLegend.tsx'
import { RooflineTip } from './RooflineTip.tsx'
import { chartTexts, type Measured, markText, measuredHere, measuredOnDevice, pointsOf, summaryText } from './rooflineData.ts'

export function Roofline() {
  const t = useText()
  const network = useStore((s) => s.network)
  const state = useStore(useShallow((s) => ({ profile: s.profile, network: s.network, model: s.model, deviceTimes: s.deviceTimes })))
  const task = useStore((s) => s.profileTask)
  const error = useStore((s) => s.profileError)
  const measure = useStore((s) => s.measure)
  const byDevice = useStore((s) => s.measureShown === 'device')
  const setMeasure = useStore((s) => s.setMeasure)
  const here = useMemo(() => measuredHere(t, state), [t, state])
  const device = useMemo(() => measuredOnDevice(t, state), [t, state])
  if (!network) return null
  const onDevice = byDevice && device !== null
  const shown = onDevice ? device : here
  return (
    <section className={shown ? 'roofline is-measured' : 'roofline'} aria-label={t('roofline.title')}>
      <div className="roofline-head">
        <h2>{t('roofline.title')}</h2>
        {device && !task && (
          <Segmented
            label={t('roofline.where')}
            value={byDevice ? 'device' : 'ms'}
            options={[
              { value: 'ms', label: t('roofline.here') },
              { value: 'device', label: t('roofline.device'), hint: state.deviceTimes?.label ?? '' },
            ]}
            onChange={setMeasure}
          />
        )}
        {task ? (
          <Busy label={taskText(t, task.progress)} share={taskShare(task.progress)} cancel={t('app.cancel')} onCancel={task.cancel} />
        ) : shown ? (
          <>
            <span className="num roofline-summary" title={t('roofline.summary.hint')}>
              {summaryText(t, shown)}
            </span>
            <span className="quiet small grow ellipsis">{shown.how}</span>
          </>
        ) : (
          <p className="quiet grow">{t('roofline.empty')}</p>
        )}
        {!task && !onDevice && (
          <button type="button" className="button is-small" onClick={() => void measure()}>
            {t(here ? 'strip.again' : 'strip.time')}
          </button>
        )}
      </div>
      {error && !task && <ErrorNote error={error} />}
      {shown && <Chart network={network} measured={shown} />}
    </section>
  )
}

function Chart({ network, measured }: { readonly network: NetworkView; readonly measured: Measured }) {
  const t = useText()
  const { rates, machine } = measured
  const range = useStore(useShallow(selectedRange))
  const selectNode = useStore((s) => s.selectNode)
  const [ref, size] = useSize<HTMLDivElement>()
  const [hovered, setHovered] = useState<RooflineMark | null>(null)
  const points = useMemo(() => pointsOf(network.layers, rates), [network, rates])
  const data = useMemo(() => ({ machine, points }), [machine, points])
  const longest = Math.max(0, ...points.map((p) => p.ms))
  const convention = useStore((s) => s.convention)
  const table = useMemo(
    () =>
      layersTable(
        t,
        points.flatMap((p) => network.layers[p.index] ?? []),
        convention,
        rates,
      ),
    [t, points, network, convention, rates],
  )
  const layer = hovered === null ? undefined : network.layers[hovered.index]
  const rate = layer && rates.get(layer.name)
  return (
    <Figure id="roofline" title={t('roofline.title')} table={table} tableShown>
      <div className="roofline-body">
        <div className="roofline-canvas" ref={ref}>
          {size && (
            <RooflineChart
              data={data}
              size={size}
              texts={chartTexts(t, points, measured)}
              range={range}
              hovered={hovered?.index ?? null}
              describe={(index) => {
                const row = network.layers[index]
                const own = row && rates.get(row.name)
                return own ? markText(t, row, own) : ''
              }}
              onHover={setHovered}
              onSelect={(index) => {
                const row = network.layers[index]
                if (row) selectNode(row.name)
              }}
            />
          )}
          {size && hovered && layer && rate && <RooflineTip mark={hovered} size={size} layer={layer} rates={rate} />}
        </div>
        <RooflineLegend data={data} longest={milliseconds(longest)} />
      </div>
    </Figure>
  )
}
