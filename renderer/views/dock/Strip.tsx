/** One bar per layer in network order, by the chosen measure. */
import { useMemo } from 'react'
import { useShallow } from 'zustand/shallow'
import { milliseconds } from '../../charts/kit/format.ts'
import { useSize } from '../../charts/kit/size.ts'
import { StripChart } from '../../charts/strip/Chart.tsx'
import { useStore, useText } from '../../store/context.ts'
import { deviceRates, isTimed, layerRates, measured, selectedRange, shownMeasure } from '../../store/selectors.ts'
import type { Measure } from '../../store/state.ts'
import { threadWords } from '../../store/threads.ts'
import { Busy } from '../../ui/Busy.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { Figure } from '../../ui/Figure.tsx'
import { Segmented } from '../../ui/Segmented.tsx'
import { stripTable } from '../costs/figureTables.ts'
import { sectionName } from '../explore/mapData.ts'
import { MEASURE_TEXT, measuresOf } from '../explore/measures.ts'
import { taskShare, taskText } from '../taskText.ts'

export function Strip() {
  const t = useText()
  const network = useStore((s) => s.network)
  const measure = useStore(shownMeasure)
  const convention = useStore((s) => s.convention)
  const profile = useStore((s) => s.profile)
  const rates = useStore((s) => (measure === 'device' ? deviceRates(s) : layerRates(s)))
  const measures = useStore(useShallow(measuresOf))
  const device = useStore((s) => s.deviceTimes?.label ?? '')
  const task = useStore((s) => s.profileTask)
  const error = useStore((s) => s.profileError)
  const setMeasure = useStore((s) => s.setMeasure)
  const run = useStore((s) => s.measure)
  const selectRange = useStore((s) => s.selectRange)
  const range = useStore(useShallow(selectedRange))
  const [ref, size] = useSize<HTMLDivElement>()
  const bars = useMemo(
    () =>
      network?.layers.map((l) => ({
        index: l.index,
        section: l.section,
        value: measured({ measureShown: measure, convention }, l, rates?.get(l.name)),
      })) ?? [],
    [network, measure, convention, rates],
  )
  const data = useMemo(() => stripTable(t, network?.layers ?? [], measure, (l) => bars[l.index]?.value ?? 0), [t, network, measure, bars])
  const valueText = MEASURE_TEXT[measure]
  const describe = (index: number) => t('strip.bar', { name: network?.layers[index]?.name ?? '', value: valueText(bars[index]?.value ?? 0) })
  const sectionLabel = (key: string) => sectionName(t, key, network?.sections.find((s) => s.key === key)?.label ?? key)
  const choose = (m: Measure) => {
    setMeasure(m)
    if (isTimed(m) && !profile && !task) void run()
  }
  const timed = isTimed(measure)
  const waiting = timed && !profile
  const isDrawn = !waiting && bars.length > 0
  return (
    <section className="strip" aria-label={t('strip.label', { measure: t(`strip.${measure}`) })}>
      <div className="strip-head">
        <Segmented
          label={t('strip.measure')}
          value={measure}
          options={measures.map((m) => ({ value: m, label: t(`strip.${m}`), ...(m === 'peak' ? { hint: t('strip.peak.hint') } : {}) }))}
          onChange={choose}
        />
        <span className="quiet small grow ellipsis">
          {measure === 'macs' && t(`convention.${convention}`)}
          {measure === 'device' && t('strip.device.of', { device })}
          {timed &&
            profile &&
            t('strip.result', {
              p50: milliseconds(profile.total.p50),
              runs: profile.runs,
              backend: profile.backend,
              threads: threadWords(t, profile.threads),
            })}
        </span>
        {timed && profile && !task && (
          <button type="button" className="button is-small" onClick={() => void run()}>
            {t('strip.again')}
          </button>
        )}
      </div>
      <Figure id="strip" title={t('strip.label', { measure: t(`strip.${measure}`) })} table={data} tableShown isReady={isDrawn}>
        <div className="strip-body" ref={ref}>
          {timed && task && (
            <Busy label={taskText(t, task.progress)} share={taskShare(task.progress)} cancel={t('app.cancel')} onCancel={task.cancel} />
          )}
          {timed && error && !task && <ErrorNote error={error} />}
          {waiting && !task && !error && (
            <p className="strip-empty">
              {t('strip.empty')}{' '}
              <button type="button" className="button is-small" onClick={() => void run()}>
                {t('strip.time')}
              </button>
            </p>
          )}
          {size && isDrawn && (
            <StripChart
              bars={bars}
              size={size}
              label={t('strip.label', { measure: t(`strip.${measure}`) })}
              range={range}
              valueText={valueText}
              describe={describe}
              sectionLabel={sectionLabel}
              onRange={selectRange}
            />
          )}
        </div>
      </Figure>
    </section>
  )
}
