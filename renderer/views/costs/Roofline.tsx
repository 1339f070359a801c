/** The roofline above the layer table: what was measured, and before that, what will be. */
import { useMemo, useState } from 'react'
import { useShallow } from 'zustand/shallow'
import { milliseconds } from '../../charts/kit/format.ts'
import { useSize } from '../../charts/kit/size.ts'
import { RooflineChart } from '../../charts/roofline/Chart.tsx'
import type { RooflineMark } from '../../charts/roofline/layout.ts'
import { useStore, useText } from '../../store/context.ts'
import { layerRates, runRates, selectedRange } from '../../store/selectors.ts'
import { threadWords } from '../../store/threads.ts'
import { Busy } from '../../ui/Busy.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { Figure } from '../../ui/Figure.tsx'
import type { NetworkView, ProfileView } from '../../workers/contract.ts'
import { taskShare, taskText } from '../taskText.ts'
import { layersTable } from './figureTables.ts'
import { RooflineLegend } from './RooflineLegend.tsx'
import { RooflineTip } from './RooflineTip.tsx'
import { chartTexts, markText, pointsOf, summaryText } from './rooflineData.ts'

export function Roofline() {
  const t = useText()
  const network = useStore((s) => s.network)
  const profile = useStore((s) => s.profile)
  const task = useStore((s) => s.profileTask)
  const error = useStore((s) => s.profileError)
  const measure = useStore((s) => s.measure)
  if (!network) return null
  const button = (
    <button type="button" className="button is-small" onClick={() => void measure()}>
      {t(profile ? 'strip.again' : 'strip.time')}
    </button>
  )
  return (
    <section className={profile ? 'roofline is-measured' : 'roofline'} aria-label={t('roofline.title')}>
      <div className="roofline-head">
        <h2>{t('roofline.title')}</h2>
        {task ? (
          <Busy label={taskText(t, task.progress)} share={taskShare(task.progress)} cancel={t('app.cancel')} onCancel={task.cancel} />
        ) : profile ? (
          <>
            <Summary profile={profile} />
            {button}
          </>
        ) : (
          <>
            <p className="quiet grow">{t('roofline.empty')}</p>
            {button}
          </>
        )}
      </div>
      {error && !task && <ErrorNote error={error} />}
      {profile && <Measured network={network} profile={profile} />}
    </section>
  )
}

function Summary({ profile }: { readonly profile: ProfileView }) {
  const t = useText()
  const { runs, backend, threads } = profile
  return (
    <>
      <span className="num roofline-summary" title={t('roofline.summary.hint')}>
        {summaryText(t, runRates(profile), profile)}
      </span>
      <span className="quiet small grow ellipsis">{t('roofline.how', { runs, backend, threads: threadWords(t, threads) })}</span>
    </>
  )
}

function Measured({ network, profile }: { readonly network: NetworkView; readonly profile: ProfileView }) {
  const t = useText()
  const rates = useStore(layerRates)
  const range = useStore(useShallow(selectedRange))
  const selectNode = useStore((s) => s.selectNode)
  const [ref, size] = useSize<HTMLDivElement>()
  const [hovered, setHovered] = useState<RooflineMark | null>(null)
  const points = useMemo(() => (rates ? pointsOf(network.layers, rates) : []), [network, rates])
  const data = useMemo(() => ({ machine: profile.machine, points }), [profile, points])
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
  const rate = layer && rates?.get(layer.name)
  return (
    <Figure id="roofline" title={t('roofline.title')} table={table} tableShown>
      <div className="roofline-body">
        <div className="roofline-canvas" ref={ref}>
          {size && (
            <RooflineChart
              data={data}
              size={size}
              texts={chartTexts(t, points, profile)}
              range={range}
              hovered={hovered?.index ?? null}
              describe={(index) => {
                const row = network.layers[index]
                const own = row && rates?.get(row.name)
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
