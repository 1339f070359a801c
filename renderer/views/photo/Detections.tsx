/** The objects that a detector finds, a bar each, and the threshold that they must pass. */
import { useId } from 'react'
import { groupColour } from '../../charts/kit/colour.ts'
import { percent } from '../../charts/kit/format.ts'
import { useStore, useText } from '../../store/context.ts'
import { Slider } from '../../ui/Slider.tsx'
import type { DetectionsView } from '../../workers/contract/index.ts'
import { countedNames, type ShownDetection, shownDetections, THRESHOLDS } from './detections.ts'

export interface DetectionsProps {
  readonly view: DetectionsView
  /** Rank of the one that stands out: pointed at, else picked. */
  readonly active: number | null
  readonly picked: number | null
  readonly onPoint: (rank: number | null) => void
  readonly onPick: (rank: number | null) => void
}

export function Detections({ view, ...looked }: DetectionsProps) {
  const t = useText()
  const chosen = useStore((s) => s.detectionThreshold)
  const threshold = chosen ?? view.threshold
  const shown = shownDetections(t, view, threshold)
  return (
    <section className="detections" aria-label={t('detect.title')}>
      <h3>{t('detect.count', { n: shown.length })}</h3>
      <p className="sr-only" aria-live="polite">
        {t('detect.summary', { n: shown.length, names: countedNames(t, shown) })}
      </p>
      <Threshold view={view} />
      {shown.length > 0 ? <List shown={shown} {...looked} /> : <p className="quiet">{t('detect.none', { threshold: percent(threshold) })}</p>}
      {view.fit === 'stretch' && <p className="small quiet">{t('detect.stretch', { height: view.size[0], width: view.size[1] })}</p>}
    </section>
  )
}

/** The least score that is shown; what the author of a head shows where none is chosen. */
export function Threshold({ view }: { readonly view: DetectionsView }) {
  const t = useText()
  const chosen = useStore((s) => s.detectionThreshold)
  const choose = useStore((s) => s.setDetectionThreshold)
  const threshold = chosen ?? view.threshold
  const at = THRESHOLDS.reduce((best, v, i) => (Math.abs(v - threshold) < Math.abs((THRESHOLDS[best] ?? 9) - threshold) ? i : best), 0)
  return (
    <>
      <Slider label={t('detect.threshold')} values={THRESHOLDS} at={at} text={percent(threshold, 2)} onChange={choose} />
      <p className="small quiet">
        {t('detect.default', { head: view.head, threshold: percent(view.threshold, 2) })}{' '}
        {chosen !== null && chosen !== view.threshold && (
          <button type="button" className="button is-small" onClick={() => choose(null)}>
            {t('detect.reset')}
          </button>
        )}
      </p>
    </>
  )
}

/** Arrow keys move in the list, and the box of where they are stands out; Escape lets go of it. */
function List({ shown, active, picked, onPoint, onPick }: Omit<DetectionsProps, 'view'> & { readonly shown: readonly ShownDetection[] }) {
  const t = useText()
  const name = useId()
  return (
    <ol
      className="top is-pickable detection-list"
      aria-label={t('detect.title')}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onPick(null)
      }}
      onPointerLeave={() => onPoint(null)}
    >
      {shown.map((d) => (
        <li key={d.rank} className={d.rank === active ? 'is-active' : undefined} onPointerEnter={() => onPoint(d.rank)}>
          <label className="top-label" title={d.name}>
            <input
              type="radio"
              name={name}
              checked={d.rank === picked}
              onChange={() => onPick(d.rank)}
              aria-label={t('detect.item', { name: d.name, score: percent(d.score) })}
            />
            <span className="detection-key" style={{ background: groupColour(d.hue) }} aria-hidden="true" />
            <span className="ellipsis">{d.name}</span>
          </label>
          <Bar detection={d} />
        </li>
      ))}
    </ol>
  )
}

function Bar({ detection: { score, hue } }: { readonly detection: ShownDetection }) {
  return (
    <>
      <span className="top-track" aria-hidden="true">
        <span className="top-bar" style={{ width: `${score * 100}%`, background: groupColour(hue) }} />
      </span>
      <span className="num" title={String(score)}>
        {percent(score)}
      </span>
    </>
  )
}

/** In the dock: how many, and the first of them. */
export function DetectionsBrief({ shown }: { readonly shown: readonly ShownDetection[] }) {
  const t = useText()
  if (shown.length === 0) return <p className="quiet small">{t('detect.count', { n: 0 })}</p>
  return (
    <>
      <p className="detection-sum ellipsis" title={countedNames(t, shown)}>
        {t('detect.summary', { n: shown.length, names: countedNames(t, shown) })}
      </p>
      <ol className="top" aria-label={t('detect.title')}>
        {shown.slice(0, BRIEF).map((d) => (
          <li key={d.rank}>
            <span className="top-label ellipsis" title={d.name}>
              {d.name}
            </span>
            <Bar detection={d} />
          </li>
        ))}
      </ol>
    </>
  )
}

const BRIEF = 3
