/** What shapes, colour and lines of the roofline mean. */
import { type RooflineData, symbolOf } from '../../charts/roofline/layout.ts'
import { useText } from '../../store/context.ts'
import { isPeakTooLow, kindsOf } from './rooflineData.ts'

export function RooflineLegend({ data: { machine, points }, longest }: { readonly data: RooflineData; readonly longest: string }) {
  const t = useText()
  return (
    <div className="roofline-legend small">
      <ul>
        {kindsOf(points).map((kind) => (
          <li key={kind}>
            <svg width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true">
              <path d={symbolOf(kind)} />
            </svg>
            {t(`roofline.kind.${kind}`)}
          </li>
        ))}
        <li title={t('roofline.roof.hint')}>
          <svg width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true">
            <path className="roofline-roof" d="M-7,5L0,-3L7,-3" />
          </svg>
          <span className="term">{t('roofline.roof')}</span>
        </li>
      </ul>
      <p className="legend">
        <span className="num">0</span>
        <span className="legend-scale" />
        <span className="num">{longest}</span>
      </p>
      <p title={t('roofline.above.hint')}>
        <span className="term">{t('roofline.above')}</span>
      </p>
      {isPeakTooLow(points, machine) && <p className="notice">{t('roofline.busy')}</p>}
    </div>
  )
}
