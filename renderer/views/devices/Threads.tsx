/** Latency by number of threads, over all runs of this model on this device. */
import { useMemo, useState } from 'react'
import type { Trace } from '../../../engine/index.ts'
import { Lines } from '../../charts/devices/Lines.tsx'
import type { LineMark } from '../../charts/devices/lines.ts'
import { significant } from '../../charts/kit/format.ts'
import { useSize } from '../../charts/kit/size.ts'
import type { FigureTable } from '../../export/figures.ts'
import { useStore, useText } from '../../store/context.ts'
import type { StoredTrace } from '../../store/devicesSlice.ts'
import { Figure } from '../../ui/Figure.tsx'
import { Legend } from './Legend.tsx'
import { backendName, figuresOf, isDoubtful, markOf, threadLines, threadSeries } from './runData.ts'

export function Threads({ stored: { trace } }: { readonly stored: StoredTrace }) {
  const t = useText()
  const traces = useStore((s) => s.traces)
  const [ref, size] = useSize<HTMLDivElement>()
  const [hovered, setHovered] = useState<LineMark | null>(null)
  const series = useMemo(() => threadSeries(traces ?? [], trace), [traces, trace])
  const data = useMemo(() => ({ series: threadLines(series), fromZero: true, wholeX: true }), [series])
  const runs = series.flatMap((s) => s.runs)
  const enough = new Set(runs.map((x) => x.threads)).size > 1
  const doubtful = series.map((s) => s.runs.some((x) => isDoubtful(figuresOf(x).verdict)))
  const doubtOf = (own: readonly Trace[]) => {
    const verdicts = own.map((x) => figuresOf(x).verdict)
    const worst = verdicts.find(isDoubtful) ?? verdicts.find((v) => v.kind !== 'valid')
    return worst ? markOf(t, worst) : null
  }
  const table: FigureTable = useMemo(
    () => ({
      columns: [
        { key: 'backend', label: t('devices.backend') },
        { key: 'threads', label: t('devices.form.threads') },
        { key: 'p50', label: t('devices.p50'), unit: 'ms' },
        { key: 'low', label: t('devices.low'), unit: 'ms' },
        { key: 'high', label: t('devices.high'), unit: 'ms' },
        { key: 'verdict', label: t('devices.verdict') },
      ],
      rows: runs.map((x) => {
        const { p50, low, high, verdict } = figuresOf(x)
        return [backendName(x.backend), x.threads, p50, low, high, t(`verdict.kind.${verdict.kind}`)]
      }),
    }),
    [t, runs],
  )
  const words = (m: LineMark) => {
    const run = series[m.series]?.runs[m.at]
    const one = series[m.series]?.runs.find((x) => x.threads === 1)
    if (!run) return ''
    const { p50, low, high } = figuresOf(run)
    const text = t('devices.threads.point', {
      backend: backendName(run.backend),
      n: run.threads,
      ms: significant(p50, 4),
      low: significant(low, 4),
      high: significant(high, 4),
    })
    return one && run.threads > 1 ? `${text}, ${t('devices.speedup', { x: significant(figuresOf(one).p50 / p50, 3) })}` : text
  }
  return (
    <section aria-label={t('devices.scaling')}>
      <h2>{t('devices.scaling')}</h2>
      {enough ? (
        <Figure id="device-threads" title={t('devices.scaling')} table={table}>
          {(series.length > 1 || series.some((s) => doubtOf(s.runs) !== null)) && (
            <Legend
              series={series.map((s, i) => ({
                name: backendName(s.backend),
                look: { doubtful: doubtful[i] ?? false },
                mark: doubtOf(s.runs),
              }))}
            />
          )}
          <div className="device-picture" ref={ref}>
            {size && (
              <Lines
                data={data}
                size={size}
                texts={{ label: t('devices.scaling.label', { n: runs.length }), x: t('devices.axis.threads'), y: t('devices.axis.p50') }}
                hovered={hovered}
                describe={words}
                onHover={setHovered}
                doubtful={doubtful}
              />
            )}
          </div>
        </Figure>
      ) : (
        <p className="quiet device-picture-none">{t('devices.scaling.one', { n: trace.threads })}</p>
      )}
      <p className="device-read small num" aria-hidden="true">
        {hovered ? words(hovered) : ' '}
      </p>
    </section>
  )
}
