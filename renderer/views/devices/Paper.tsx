/** The paper's own figures on its device, beside this one: a reference with its source, and no more than that. */
import type { Trace } from '../../../engine/index.ts'
import { milliseconds, significant } from '../../charts/kit/format.ts'
import { useStore, useText } from '../../store/context.ts'
import { PAPER_INPUTS, PAPER_SOURCE, paperInput, paperRow } from './paper.ts'
import { figuresOf, isDoubtful, markOf } from './runData.ts'

export function Paper({ trace }: { readonly trace: Trace }) {
  const t = useText()
  const model = useStore((s) => s.model)
  const row = paperRow(trace.model)
  if (!row) return null
  const shape = model?.id === trace.model ? model.inputShape : []
  const input = paperInput(shape)
  const { p50, verdict } = figuresOf(trace)
  const mark = markOf(t, verdict)
  const size = shape.length > 0 ? `${shape.at(-2)} × ${shape.at(-1)}` : ''
  return (
    <section aria-label={t('devices.paper')}>
      <h2>{t('devices.paper')}</h2>
      <table className="device-paper num">
        <caption className="quiet small">{t('devices.paper.what', { model: row.model })}</caption>
        <thead>
          <tr>
            <th scope="col">{t('devices.paper.input')}</th>
            <th scope="col">{t('devices.paper.device')}</th>
            <th scope="col">{t('devices.paper.own')}</th>
            <th scope="col">{t('devices.paper.ratio')}</th>
          </tr>
        </thead>
        <tbody>
          {PAPER_INPUTS.map((i) => {
            const own = i === input && trace.threads === 1
            return (
              <tr key={i} className={i === input ? 'is-own' : undefined}>
                <th scope="row">{i.replace('x', ' × ')}</th>
                <td>{milliseconds(row.ms[i])}</td>
                <td>
                  {own ? milliseconds(p50) : '–'} {own && mark && <span className="device-tag">{mark}</span>}
                </td>
                <td>{own && !isDoubtful(verdict) ? `${significant(row.ms[i] / p50, 3)}×` : '–'}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
      {size && !input && <p className="small quiet">{t('devices.paper.otherInput', { size, ms: milliseconds(p50) })}</p>}
      {trace.threads > 1 && <p className="small quiet">{t('devices.paper.threads', { n: trace.threads })}</p>}
      <p className="small quiet">{PAPER_SOURCE}</p>
    </section>
  )
}
