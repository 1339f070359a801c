/** The history of runs, newest first: one is shown, up to two stand beside it. */
import { milliseconds, moment } from '../../charts/kit/format.ts'
import { useStore, useText } from '../../store/context.ts'
import type { StoredTrace } from '../../store/devicesSlice.ts'
import { backendName, deviceName, figuresOf } from './runData.ts'
import { VerdictBadge } from './VerdictBadge.tsx'

export function RunList({ traces }: { readonly traces: readonly StoredTrace[] }) {
  const t = useText()
  const locale = useStore((s) => s.locale)
  const shown = useStore((s) => s.traceShown)
  const beside = useStore((s) => s.tracesBeside)
  const show = useStore((s) => s.showTrace)
  const put = useStore((s) => s.putTraceBeside)
  const remove = useStore((s) => s.removeTrace)
  return (
    <section className="device-runs" aria-label={t('devices.runs')}>
      <h2>{t('devices.runs')}</h2>
      <ul>
        {traces.map(({ id, trace }) => {
          const { p50, verdict } = figuresOf(trace)
          const name = deviceName(trace)
          const when = moment(trace.taken ?? '', locale)
          return (
            <li key={id} className={id === shown ? 'device-run is-shown' : 'device-run'}>
              <button type="button" className="device-run-open" aria-current={id === shown ? 'true' : undefined} onClick={() => show(id)}>
                <span className="row">
                  <span className="grow ellipsis">{name}</span>
                  <span className="num">
                    {t(verdict.kind === 'emulated' ? 'devices.ms.emulated' : 'devices.ms.plain', { ms: milliseconds(p50) })}
                  </span>
                </span>
                <span className="quiet small wrap">
                  {[
                    trace.model,
                    backendName(trace.backend),
                    t('devices.threads.n', { n: trace.threads }),
                    ...(trace.sustained ? [t('devices.sustained')] : []),
                    when,
                  ].join(' · ')}
                </span>
              </button>
              <span className="row">
                <VerdictBadge verdict={verdict} />
                <span className="grow" />
                {id !== shown && (
                  <label className="device-choice small">
                    <input type="checkbox" checked={beside.includes(id)} onChange={(e) => put(id, e.target.checked)} />
                    {t('devices.beside')}
                  </label>
                )}
                <button
                  type="button"
                  className="button is-small is-quiet"
                  aria-label={t('devices.run.remove', { name, when })}
                  onClick={() => void remove(id)}
                >
                  {t('models.remove')}
                </button>
              </span>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
