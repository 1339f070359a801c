/** The measure by stage: a bar for the network of the sliders, a line where the one before ended. A table, so it reads as one. */
import { useState } from 'react'
import type { V1Cost } from '../../../engine/index.ts'
import { bytes, exact, short } from '../../charts/kit/format.ts'
import { useStore, useText } from '../../store/context.ts'
import { Figure } from '../../ui/Figure.tsx'
import { Segmented } from '../../ui/Segmented.tsx'
import { sectionName } from '../explore/mapData.ts'
import { changeText, SIZE_MEASURES, type SizeMeasure, stageBars } from './data.ts'

export function StageBars({ after, before }: { readonly after: V1Cost; readonly before: V1Cost }) {
  const t = useText()
  const convention = useStore((s) => s.convention)
  const [measure, setMeasure] = useState<SizeMeasure>('macs')
  const names = { macs: t('strip.macs'), params: t('strip.params'), activations: t('whatif.activations') }
  const text = measure === 'activations' ? bytes : (n: number) => short(n)
  const bars = stageBars(after, before, measure, convention)
  const unit = measure === 'activations' ? { unit: 'bytes' } : {}
  const table = {
    columns: [
      { key: 'stage', label: t('whatif.stage') },
      { key: measure, label: names[measure], ...unit },
      { key: 'before', label: t('export.before'), ...unit },
    ],
    rows: bars.map((bar) => [sectionName(t, bar.key, t('whatif.stage.n', { n: bar.key.slice(-1) })), bar.value, bar.before]),
  }
  return (
    <section className="whatif-stages" aria-label={t('whatif.stages')}>
      <div className="whatif-head">
        <h2>{t('whatif.stages')}</h2>
        <Segmented
          label={t('whatif.stages.measure')}
          value={measure}
          options={SIZE_MEASURES.map((m) => ({ value: m, label: names[m] }))}
          onChange={setMeasure}
        />
      </div>
      <Figure id="stages" title={`${t('whatif.stages')}: ${names[measure]}`} table={table} tableShown>
        <table>
          <caption className="sr-only">{t('whatif.stages.table', { measure: names[measure] })}</caption>
          <thead className="sr-only">
            <tr>
              <th scope="col">{t('whatif.stage')}</th>
              <th scope="col">{t('whatif.channels')}</th>
              <td />
              <th scope="col">{names[measure]}</th>
              <th scope="col">{t('whatif.change')}</th>
            </tr>
          </thead>
          <tbody>
            {bars.map((bar) => (
              <tr key={bar.key}>
                <th scope="row">{sectionName(t, bar.key, t('whatif.stage.n', { n: bar.key.slice(-1) }))}</th>
                <td className="num quiet">{channelsText(after, bar.key)}</td>
                <td className="whatif-bar" aria-hidden="true">
                  <span style={{ width: `${100 * bar.share}%` }} />
                  <i style={{ left: `${100 * bar.shareBefore}%` }} />
                </td>
                <td className="num" title={exact(bar.value)}>
                  {text(bar.value)}
                </td>
                <td className="num quiet" title={`${exact(bar.before)} → ${exact(bar.value)}`}>
                  {changeText(bar.value, bar.before)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Figure>
    </section>
  )
}

/** Channels that leave a section; the head's are its classes. */
function channelsText({ shape }: V1Cost, key: string): string {
  const [a, b, c] = shape.widths
  return String({ stem: shape.stem, stage2: a, stage3: b, stage4: c, head: shape.classes }[key] ?? '')
}
