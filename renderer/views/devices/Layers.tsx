/** Time of each layer on the device, on devices beside it and here, by layer name; linked to the one selection. */
import { useMemo } from 'react'
import { useShallow } from 'zustand/shallow'
import { LayerBars } from '../../charts/devices/LayerBars.tsx'
import type { SeriesLook } from '../../charts/devices/series.tsx'
import { milliseconds, significant } from '../../charts/kit/format.ts'
import { useSize } from '../../charts/kit/size.ts'
import { useStore, useText } from '../../store/context.ts'
import type { StoredTrace } from '../../store/devicesSlice.ts'
import { layerRates, selectedRange } from '../../store/selectors.ts'
import { layerTimes } from '../../store/traceTimes.ts'
import { Busy } from '../../ui/Busy.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { Figure } from '../../ui/Figure.tsx'
import { taskShare, taskText } from '../taskText.ts'
import { Legend } from './Legend.tsx'
import { backendName, deviceName, figuresOf, isDoubtful, layerBarRows, layerBarsTable, markOf } from './runData.ts'

export function Layers({ stored: { trace, id } }: { readonly stored: StoredTrace }) {
  const t = useText()
  const model = useStore((s) => s.model)
  const network = useStore((s) => s.network)
  const zoo = useStore((s) => s.zoo)
  const entries = useStore((s) => s.entries)
  const openHost = useStore((s) => s.openHostModel)
  const openZoo = useStore((s) => s.openZooModel)
  if (trace.steps.length === 0)
    return (
      <section aria-label={t('devices.layers')}>
        <h2>{t('devices.layers')}</h2>
        <p className="quiet">{t(trace.sustained ? 'devices.layers.sustained' : 'devices.layers.none')}</p>
      </section>
    )
  if (!network || model?.id !== trace.model) {
    const host = entries?.some((e) => e.id === trace.model && e.kind !== 'catalogue')
    const known = host || zoo.some((z) => z.id === trace.model)
    return (
      <section aria-label={t('devices.layers')}>
        <h2>{t('devices.layers')}</h2>
        <p className="quiet">{t('devices.layers.other', { model: trace.model })}</p>
        {known && (
          <button type="button" className="button is-small" onClick={() => void (host ? openHost(trace.model) : openZoo(trace.model))}>
            {t('devices.layers.open', { model: trace.model })}
          </button>
        )}
      </section>
    )
  }
  return <Bars key={id} stored={{ trace, id }} />
}

function Bars({ stored }: { readonly stored: StoredTrace }) {
  const t = useText()
  const network = useStore((s) => s.network)
  const profile = useStore((s) => s.profile)
  const here = useStore(layerRates)
  const task = useStore((s) => s.profileTask)
  const error = useStore((s) => s.profileError)
  const measure = useStore((s) => s.measure)
  const range = useStore(useShallow(selectedRange))
  const selectNode = useStore((s) => s.selectNode)
  const besides = useStore(
    useShallow((s) => s.tracesBeside.flatMap((id) => s.traces?.find((x) => x.id === id && x.trace.model === stored.trace.model) ?? [])),
  )
  const [ref, size] = useSize<HTMLDivElement>()
  const machines = useMemo(() => {
    if (!network) return []
    const devices = [stored, ...besides].map(({ trace }) => ({
      name: t('devices.series', { device: deviceName(trace), backend: backendName(trace.backend), n: trace.threads }),
      look: { doubtful: isDoubtful(figuresOf(trace).verdict) } satisfies SeriesLook,
      mark: markOf(t, figuresOf(trace).verdict),
      times: layerTimes(network.layers, trace),
    }))
    const own =
      here && profile
        ? [
            {
              name: t('devices.series', { device: t('devices.here'), backend: profile.backend, n: profile.threads }),
              look: { doubtful: false } satisfies SeriesLook,
              mark: null,
              times: here,
            },
          ]
        : []
    return [...devices, ...own]
  }, [t, network, stored, besides, here, profile])
  const rows = useMemo(
    () =>
      layerBarRows(
        network?.layers ?? [],
        machines.map((m) => m.times),
      ),
    [network, machines],
  )
  const names = machines.map((m) => (m.mark ? `${m.name} (${m.mark})` : m.name))
  const table = layerBarsTable(t, rows, names)
  const describe = (row: (typeof rows)[number]) =>
    t('devices.row', {
      name: row.name,
      values: row.values.map((v, i) => `${names[i]}: ${v === null ? '–' : `${significant(v, 4)} ms`}`).join('; '),
    })
  return (
    <section aria-label={t('devices.layers')}>
      <div className="device-section-head">
        <h2>{t('devices.layers')}</h2>
        <span className="grow" />
        {task ? (
          <Busy label={taskText(t, task.progress)} share={taskShare(task.progress)} cancel={t('app.cancel')} onCancel={task.cancel} />
        ) : (
          !profile && (
            <button type="button" className="button is-small" onClick={() => void measure()}>
              {t('strip.time')}
            </button>
          )
        )}
      </div>
      {error && !task && <ErrorNote error={error} />}
      <Figure id="device-layers" title={t('devices.layers')} table={table} isReady={rows.length > 0}>
        <Legend series={machines} />
        <div className="device-layers" ref={ref}>
          {size && rows.length > 0 && (
            <LayerBars
              rows={rows}
              width={size.width}
              looks={machines.map((m) => m.look)}
              label={t('devices.layers.label', { n: rows.length })}
              range={range}
              valueText={milliseconds}
              describe={describe}
              onSelect={(row) => selectNode(row.name)}
            />
          )}
        </div>
      </Figure>
      {rows.length === 0 && <p className="quiet">{t('devices.layers.unmatched')}</p>}
    </section>
  )
}
