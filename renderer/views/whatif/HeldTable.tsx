/** The widths at which every number of groups costs the same, as table 1 of the paper compares them. */
import { V1_REPEATS, V1_WIDTHS } from '../../../engine/index.ts'
import { bytes, exact, short } from '../../charts/kit/format.ts'
import { useText } from '../../store/context.ts'
import type { WhatIfSettings } from '../../store/whatIfSlice.ts'
import { Figure } from '../../ui/Figure.tsx'
import { heldRows } from './data.ts'

export function HeldTable({ settings, onGroups }: { readonly settings: WhatIfSettings; readonly onGroups: (groups: number) => void }) {
  const t = useText()
  const rows = heldRows(settings)
  const isPaper =
    settings.height === 224 &&
    settings.width === 224 &&
    settings.repeats.join() === V1_REPEATS.join() &&
    rows.every(({ held }) => held.widths.join() === V1_WIDTHS[held.groups]?.join())
  const table = {
    columns: [
      { key: 'groups', label: t('whatif.groups') },
      ...[2, 3, 4].map((n) => ({ key: `stage${n}`, label: t('whatif.stage.n', { n }) })),
      { key: 'macs', label: t('strip.macs') },
      { key: 'params', label: t('strip.params') },
      { key: 'activations', label: t('whatif.activations'), unit: 'bytes' },
    ],
    rows: rows.map(({ held, cost }) => [held.groups, ...held.widths, held.macs, cost.total.params, cost.total.bytesWritten]),
  }
  return (
    <section className="whatif-held" aria-label={t('whatif.held')}>
      <div className="whatif-head">
        <h2>{t('whatif.held')}</h2>
        <p className="quiet small">{t(isPaper ? 'whatif.held.paper' : 'whatif.held.how')}</p>
      </div>
      <Figure id="held-complexity" title={t('whatif.held')} table={table} tableShown>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('whatif.groups')}</th>
              {[2, 3, 4].map((n) => (
                <th key={n} scope="col" className="num">
                  {t('whatif.stage.n', { n })}
                </th>
              ))}
              <th scope="col" className="num">
                {t('strip.macs')}
              </th>
              <th scope="col" className="num">
                {t('strip.params')}
              </th>
              <th scope="col" className="num">
                {t('whatif.activations')}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ held, cost }) => (
              <tr key={held.groups} className={held.groups === settings.groups ? 'is-selected' : undefined}>
                <th scope="row">
                  <button
                    type="button"
                    className="link num"
                    aria-pressed={held.groups === settings.groups}
                    aria-label={t('whatif.held.choose', { n: held.groups })}
                    onClick={() => onGroups(held.groups)}
                  >
                    {held.groups}
                  </button>
                </th>
                {held.widths.map((width) => (
                  <td key={width} className="num">
                    {width}
                  </td>
                ))}
                <td className="num" title={exact(held.macs)}>
                  {short(held.macs, 4)}
                </td>
                <td className="num" title={exact(cost.total.params)}>
                  {short(cost.total.params)}
                </td>
                <td className="num" title={exact(cost.total.bytesWritten)}>
                  {bytes(cost.total.bytesWritten)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Figure>
    </section>
  )
}
