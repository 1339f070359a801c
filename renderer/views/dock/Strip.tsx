/** One bar per layer in network order, by the chosen measure. */
import { useMemo } from 'react'
import { useShallow } from 'zustand/shallow'
import { bytes, milliseconds, short } from '../../charts/kit/format.ts'
import { useSize } from '../../charts/kit/size.ts'
import { StripChart } from '../../charts/strip/Chart.tsx'
import { useStore, useText } from '../../store/context.ts'
import { measured, selectedRange } from '../../store/selectors.ts'
import type { Measure } from '../../store/state.ts'
import { Busy } from '../../ui/Busy.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { Segmented } from '../../ui/Segmented.tsx'
import { sectionName } from '../explore/mapData.ts'
import { taskShare, taskText } from '../taskText.ts'

const MEASURES = ['macs', 'params', 'bytes', 'ms'] as const

export function Strip() {
  const t = useText()
  const network = useStore((s) => s.network)
  const measure = useStore((s) => s.measureShown)
  const convention = useStore((s) => s.convention)
  const profile = useStore((s) => s.profile)
  const task = useStore((s) => s.profileTask)
  const error = useStore((s) => s.profileError)
  const setMeasure = useStore((s) => s.setMeasure)
  const run = useStore((s) => s.measure)
  const selectRange = useStore((s) => s.selectRange)
  const range = useStore(useShallow(selectedRange))
  const [ref, size] = useSize<HTMLDivElement>()
  const bars = useMemo(
    () =>
      network?.layers.map((l) => ({ index: l.index, section: l.section, value: measured({ measureShown: measure, convention, profile }, l) })) ?? [],
    [network, measure, convention, profile],
  )
  const valueText = measure === 'bytes' ? bytes : measure === 'ms' ? milliseconds : (v: number) => short(v)
  const describe = (index: number) => t('strip.bar', { name: network?.layers[index]?.name ?? '', value: valueText(bars[index]?.value ?? 0) })
  const sectionLabel = (key: string) => sectionName(t, key, network?.sections.find((s) => s.key === key)?.label ?? key)
  const choose = (m: Measure) => {
    setMeasure(m)
    if (m === 'ms' && !profile && !task) void run()
  }
  const waiting = measure === 'ms' && !profile
  return (
    <section className="strip" aria-label={t('strip.label', { measure: t(`strip.${measure}`) })}>
      <div className="strip-head">
        <Segmented
          label={t('strip.measure')}
          value={measure}
          options={MEASURES.map((m) => ({ value: m, label: t(`strip.${m}`) }))}
          onChange={choose}
        />
        <span className="quiet small grow ellipsis">
          {measure === 'macs' && t(`convention.${convention}`)}
          {measure === 'ms' &&
            profile &&
            t('strip.result', { p50: milliseconds(profile.total.p50), runs: profile.runs, backend: profile.backend, threads: profile.threads })}
        </span>
        {measure === 'ms' && profile && !task && (
          <button type="button" className="button is-small" onClick={() => void run()}>
            {t('strip.again')}
          </button>
        )}
      </div>
      <div className="strip-body" ref={ref}>
        {task && <Busy label={taskText(t, task.progress)} share={taskShare(task.progress)} cancel={t('app.cancel')} onCancel={task.cancel} />}
        {error && !task && <ErrorNote error={error} />}
        {waiting && !task && !error && (
          <p className="strip-empty">
            {t('strip.empty')}{' '}
            <button type="button" className="button is-small" onClick={() => void run()}>
              {t('strip.time')}
            </button>
          </p>
        )}
        {size && !waiting && bars.length > 0 && (
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
    </section>
  )
}
