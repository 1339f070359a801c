/** Which bar or line is which machine; what is no device's figure says so. */
import { useId } from 'react'
import { type SeriesLook, SeriesPatterns, seriesFill } from '../../charts/devices/series.tsx'

export function Legend({
  series,
}: {
  readonly series: readonly { readonly name: string; readonly look: SeriesLook; readonly mark: string | null }[]
}) {
  const id = useId()
  return (
    <ul className="device-legend small">
      {series.map(({ name, look, mark }, i) => (
        <li key={`${i} ${name}`}>
          <svg width="14" height="10" aria-hidden="true">
            {i === 0 && <SeriesPatterns id={id} looks={series.map((s) => s.look)} />}
            <rect width="14" height="10" fill={seriesFill(id, i, look)} stroke="var(--line-strong)" strokeWidth="0.5" />
          </svg>
          <span>{name}</span>
          {mark && <span className="device-tag">{mark}</span>}
        </li>
      ))}
    </ul>
  )
}
