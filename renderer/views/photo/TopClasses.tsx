/** The most likely classes, a bar each. */
import { percent } from '../../charts/kit/format.ts'
import { useText } from '../../store/context.ts'
import type { Prediction } from '../../workers/contract.ts'

export function TopClasses({ top }: { readonly top: readonly Prediction[] }) {
  const t = useText()
  return (
    <ol className="top" aria-label={t('photo.top')}>
      {top.map(({ index, label, probability }) => (
        <li key={index}>
          <span className="top-label ellipsis" title={label ?? undefined}>
            {label ?? t('photo.class', { n: index })}
          </span>
          <span className="top-track" aria-hidden="true">
            <span className="top-bar" style={{ width: `${probability * 100}%` }} />
          </span>
          <span className="num" title={String(probability)}>
            {percent(probability)}
          </span>
        </li>
      ))}
    </ol>
  )
}
