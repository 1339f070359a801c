/** The numbers of the mark under the pointer, beside it. */
import { bytes, percent, significant } from '../../charts/kit/format.ts'
import type { Size } from '../../charts/kit/size.ts'
import type { RooflineMark } from '../../charts/roofline/layout.ts'
import { useText } from '../../store/context.ts'
import type { Rates } from '../../store/rates.ts'
import type { LayerRow } from '../../workers/contract/index.ts'

const WIDTH = 236
const HEIGHT = 102
const GAP = 14

export interface RooflineTipProps {
  readonly mark: RooflineMark
  readonly size: Size
  readonly layer: LayerRow
  readonly rates: Rates
}

/** Hidden from screen readers: the mark says the same. */
export function RooflineTip({ mark, size, layer, rates }: RooflineTipProps) {
  const t = useText()
  const left = mark.x > size.width / 2 ? mark.x - GAP - WIDTH : mark.x + GAP
  const top = Math.min(Math.max(mark.y - HEIGHT / 2, 0), size.height - HEIGHT)
  const facts = [
    [t('roofline.ms'), significant(rates.ms, 3)],
    [t('roofline.y'), significant(rates.gmacs, 3)],
    [t('roofline.share'), percent(rates.ofPeak)],
    [t('roofline.intensity'), significant(rates.intensity, 3)],
    [t('roofline.bytes'), bytes(rates.bytes)],
  ]
  return (
    <div className="roofline-tip small" style={{ left, top, width: WIDTH }} aria-hidden="true">
      <p className="mono ellipsis">{layer.name}</p>
      <p className="quiet">{layer.title}</p>
      <dl>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="num">{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}
