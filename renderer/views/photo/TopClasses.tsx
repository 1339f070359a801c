/** The most likely classes, a bar each; where asked for, one of them can be picked. */
import { useId } from 'react'
import { percent } from '../../charts/kit/format.ts'
import { useText } from '../../store/context.ts'
import type { Prediction } from '../../workers/contract/index.ts'

export interface TopClassesProps {
  readonly top: readonly Prediction[]
  /** Rank of the picked class, with `onPick`. */
  readonly picked?: number
  readonly onPick?: (rank: number) => void
}

export function TopClasses({ top, picked, onPick }: TopClassesProps) {
  const t = useText()
  const name = useId()
  if (top.length === 0) return <p className="quiet small">{t('photo.noClasses')}</p>
  return (
    <ol className={onPick ? 'top is-pickable' : 'top'} aria-label={t('photo.top')}>
      {top.map(({ index, label, probability }, rank) => {
        const text = label ?? t('photo.class', { n: index })
        return (
          <li key={index}>
            {onPick ? (
              <label className="top-label ellipsis" title={text}>
                <input type="radio" name={name} checked={rank === picked} onChange={() => onPick(rank)} />
                {text}
              </label>
            ) : (
              <span className="top-label ellipsis" title={label ?? undefined}>
                {text}
              </span>
            )}
            <span className="top-track" aria-hidden="true">
              <span className="top-bar" style={{ width: `${probability * 100}%` }} />
            </span>
            <span className="num" title={String(probability)}>
              {percent(probability)}
            </span>
          </li>
        )
      })}
    </ol>
  )
}
