/** One run on a device: whether to believe it, its figures, and its pictures. */
import { bytes, milliseconds, moment, significant } from '../../charts/kit/format.ts'
import { useStore, useText } from '../../store/context.ts'
import type { StoredTrace } from '../../store/devicesSlice.ts'
import { Distribution } from './Distribution.tsx'
import { Layers } from './Layers.tsx'
import { Paper } from './Paper.tsx'
import { backendName, deviceName, figuresOf, isDoubtful, markOf, reasonsText } from './runData.ts'
import { Sustained } from './Sustained.tsx'
import { Threads } from './Threads.tsx'
import { VerdictBadge } from './VerdictBadge.tsx'

export function RunResult({ stored }: { readonly stored: StoredTrace }) {
  const t = useText()
  const locale = useStore((s) => s.locale)
  const model = useStore((s) => s.model)
  const measured = useStore((s) => s.deviceTimes?.trace === stored.id)
  const measureBy = useStore((s) => s.measureByTrace)
  const compare = useStore((s) => s.compareWithTrace)
  const { trace, id } = stored
  const figures = figuresOf(trace)
  const { verdict } = figures
  const fits = model?.id === trace.model
  return (
    <section className="devices-result" aria-label={t('devices.result')}>
      <header className="device-result-head">
        <div className="device-result-title">
          <h2 className="wrap">{t('devices.result.title', { model: trace.model, device: deviceName(trace) })}</h2>
          <p className="quiet small wrap">
            {[
              backendName(trace.backend),
              t('devices.threads.n', { n: trace.threads }),
              trace.host.runtime,
              trace.precision,
              moment(trace.taken ?? '', locale),
            ]
              .filter(Boolean)
              .join(' · ')}
          </p>
        </div>
        {fits && trace.steps.length > 0 && (
          <button type="button" className="button is-small" aria-pressed={measured} onClick={() => void measureBy(measured ? null : id)}>
            {t(measured ? 'devices.measure.stop' : 'devices.measure')}
          </button>
        )}
        {model && (
          <button type="button" className="button is-small" onClick={() => void compare(id)}>
            {t('devices.compare')}
          </button>
        )}
      </header>
      <div className={`device-verdict is-${verdict.kind}`} role="note">
        <VerdictBadge verdict={verdict} />
        {verdict.reasons.length === 0 ? (
          <p>{t('verdict.valid.why')}</p>
        ) : (
          <ul>
            {reasonsText(t, trace, verdict).map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        )}
      </div>
      <Numbers stored={stored} />
      <Layers stored={stored} />
      <div className="device-pictures">
        <Distribution trace={trace} />
        <Threads stored={stored} />
      </div>
      <Sustained trace={trace} />
      <Paper trace={trace} />
    </section>
  )
}

/** Figures that are not a device's carry the reason with them. */
function Numbers({ stored: { trace } }: { readonly stored: StoredTrace }) {
  const t = useText()
  const { min, p50, low, high, p90, p99, runs, verdict } = figuresOf(trace)
  const tag = markOf(t, verdict)
  const facts = [
    {
      key: 'p50',
      name: t('devices.p50'),
      text: milliseconds(p50),
      value: p50,
      detail: t('devices.interval', { low: significant(low, 3), high: significant(high, 3) }),
    },
    { key: 'p90', name: 'p90', text: milliseconds(p90), value: p90, detail: null },
    { key: 'p99', name: 'p99', text: milliseconds(p99), value: p99, detail: null },
    { key: 'min', name: t('devices.min'), text: milliseconds(min), value: min, detail: t('devices.runs.n', { n: runs }) },
    ...(trace.peakBytes === undefined
      ? []
      : [{ key: 'peak', name: t('devices.peak'), text: bytes(trace.peakBytes), value: trace.peakBytes, detail: t('devices.peak.hint') }]),
  ]
  return (
    <dl className={isDoubtful(verdict) ? 'device-numbers is-doubtful' : 'device-numbers'}>
      {facts.map(({ key, name, text, value, detail }) => (
        <div key={key} className={key === 'p50' ? 'is-main' : undefined}>
          <dt>{name}</dt>
          <dd>
            <button type="button" className="copy num" data-copy={String(value)} title={key === 'peak' ? `${value} B` : `${value} ms`}>
              {text}
            </button>
            {tag && key !== 'peak' && <span className="device-tag">{tag}</span>}
          </dd>
          {detail && <dd className="quiet small num">{detail}</dd>}
        </div>
      ))}
    </dl>
  )
}
