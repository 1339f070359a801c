/** The answer beside the lens: the classes that were on top with nothing zeroed, as they are now, and newcomers. */
import { milliseconds, percent } from '../../charts/kit/format.ts'
import { useStore, useText } from '../../store/context.ts'
import { Figure } from '../../ui/Figure.tsx'
import type { AblationView, LensView, Prediction } from '../../workers/contract/index.ts'

interface Row {
  readonly prediction: Prediction
  readonly now: number
  /** Undefined for a class that was not on top before. */
  readonly before: number | undefined
}

/** Classes of the first answer keep their places, so that a bar is seen to shrink; others that are on top now follow. */
export function answerRows(view: LensView, ablation: AblationView | null): Row[] {
  const first = view.top.map(
    (prediction, i): Row => ({
      prediction,
      now: ablation ? (ablation.watched[i] ?? 0) : prediction.probability,
      before: prediction.probability,
    }),
  )
  const known = new Set(view.top.map((p) => p.index))
  const came = (ablation?.top ?? []).filter((p) => !known.has(p.index)).map((p): Row => ({ prediction: p, now: p.probability, before: undefined }))
  return [...first, ...came]
}

export function LensAnswer({ view }: { readonly view: LensView }) {
  const t = useText()
  const off = useStore((s) => s.lensOff)
  const ablation = useStore((s) => s.ablation)
  const restore = useStore((s) => s.restoreChannels)
  const current = off.size > 0 ? ablation : null
  const rows = answerRows(view, current)
  const largest = Math.max(...rows.map((r) => r.now))
  const name = ({ label, index }: Prediction) => label ?? t('photo.class', { n: index })
  const [first] = rows
  if (view.top.length === 0) return <OutputChange view={view} ablation={current} />
  const table = {
    columns: [
      { key: 'index', label: t('export.index') },
      { key: 'class', label: t('export.class') },
      { key: 'probability', label: t('export.probability') },
      { key: 'probabilityBefore', label: t('export.probabilityBefore') },
    ],
    rows: rows.map(({ prediction, now, before }) => [prediction.index, prediction.label, now, before ?? null]),
  }
  return (
    <div className="lens-answer">
      <h3>{t('photo.top')}</h3>
      <Figure id="answer-zeroed" title={`${t('photo.top')}: ${view.layer.name}`} table={table} tableShown>
        <ol className="top" aria-label={t('photo.top')}>
          {rows.map(({ prediction, now, before }) => (
            <li key={prediction.index} className={now === largest ? 'is-first' : undefined}>
              <span className="top-label ellipsis" title={name(prediction)}>
                {name(prediction)}
              </span>
              <span className="top-track" aria-hidden="true">
                <span className="top-bar" style={{ width: `${now * 100}%` }} />
                {current && before !== undefined && <span className="top-before" style={{ left: `${before * 100}%` }} />}
              </span>
              <span className="num" title={String(now)}>
                {percent(now)}
              </span>
            </li>
          ))}
        </ol>
      </Figure>
      <p className="small" aria-live="polite">
        {current && first
          ? t('lens.summary', {
              n: current.off.length,
              all: view.layer.channels,
              label: name(first.prediction),
              before: percent(first.before ?? 0),
              now: percent(first.now),
            })
          : t('lens.summary.none')}
      </p>
      {current && (
        <>
          <p className="small quiet">
            <span className="lens-mark" aria-hidden="true" /> {t('lens.was')} · {t('lens.ms', { ms: milliseconds(current.ms) })}
          </p>
          <button type="button" className="button is-small" onClick={() => void restore()}>
            {t('lens.restore')}
          </button>
        </>
      )}
    </div>
  )
}

/** For a network without classes: how far its output moves. */
function OutputChange({ view, ablation }: { readonly view: LensView; readonly ablation: AblationView | null }) {
  const t = useText()
  const restore = useStore((s) => s.restoreChannels)
  return (
    <div className="lens-answer">
      <h3>{t('lens.output')}</h3>
      <p className="small quiet">{t('lens.noClasses')}</p>
      <p className="small" aria-live="polite">
        {ablation
          ? t('lens.outputChange', { n: ablation.off.length, all: view.layer.channels, change: percent(ablation.change) })
          : t('lens.summary.none')}
      </p>
      {ablation && (
        <>
          <p className="small quiet">{t('lens.ms', { ms: milliseconds(ablation.ms) })}</p>
          <button type="button" className="button is-small" onClick={() => void restore()}>
            {t('lens.restore')}
          </button>
        </>
      )}
    </div>
  )
}
