/** How often a run took how long. */
import { useMemo, useState } from 'react'
import type { Trace } from '../../../engine/index.ts'
import { Histogram } from '../../charts/devices/Histogram.tsx'
import type { HistogramBin } from '../../charts/devices/histogram.ts'
import { milliseconds, significant } from '../../charts/kit/format.ts'
import { useSize } from '../../charts/kit/size.ts'
import type { FigureTable } from '../../export/figures.ts'
import { useText } from '../../store/context.ts'
import { Figure } from '../../ui/Figure.tsx'
import { figuresOf, isDoubtful } from './runData.ts'

export function Distribution({ trace }: { readonly trace: Trace }) {
  const t = useText()
  const [ref, size] = useSize<HTMLDivElement>()
  const [hovered, setHovered] = useState<{ bin: HistogramBin; at: number } | null>(null)
  const { p50, p90, p99, verdict } = figuresOf(trace)
  const marks = useMemo(
    () => [
      { key: 'p50', value: p50 },
      { key: 'p90', value: p90 },
      { key: 'p99', value: p99 },
    ],
    [p50, p90, p99],
  )
  const data = useMemo(() => ({ samples: trace.total, marks }), [trace, marks])
  const table: FigureTable = useMemo(
    () => ({
      columns: [
        { key: 'run', label: t('devices.run') },
        { key: 'ms', label: t('devices.latency'), unit: 'ms' },
      ],
      rows: trace.total.map((ms, i) => [i + 1, ms]),
    }),
    [t, trace],
  )
  const words = (b: HistogramBin) => t('devices.bin', { n: b.count, from: significant(b.from, 4), to: significant(b.to, 4) })
  return (
    <section aria-label={t('devices.distribution')}>
      <h2>{t('devices.distribution')}</h2>
      <Figure id="device-latency" title={t('devices.distribution')} table={table} isReady={trace.total.length > 0}>
        <div className="device-picture" ref={ref}>
          {size && (
            <Histogram
              data={data}
              size={size}
              look={{ doubtful: isDoubtful(verdict) }}
              texts={{ label: t('devices.distribution.label', { n: trace.total.length }), x: t('devices.axis.ms'), y: t('devices.axis.runs') }}
              markText={(key) => `${key} ${milliseconds(marks.find((m) => m.key === key)?.value ?? 0)}`}
              hovered={hovered?.at ?? null}
              describe={words}
              onHover={(bin, at) => setHovered(bin && at !== null ? { bin, at } : null)}
            />
          )}
        </div>
      </Figure>
      <p className="device-read small num" aria-hidden="true">
        {hovered ? words(hovered.bin) : ' '}
      </p>
    </section>
  )
}
