/** Why this answer: which map lies over the photo, how strongly, and what it says in words. */
import { useMemo } from 'react'
import { HeatLegend } from '../../charts/maps/HeatMap.tsx'
import { type HeatData, peakOf } from '../../charts/maps/heat.ts'
import { useStore, useText } from '../../store/context.ts'
import { Busy } from '../../ui/Busy.tsx'
import { ErrorNote } from '../../ui/ErrorNote.tsx'
import { TableBehind } from '../../ui/Figure.tsx'
import { Segmented } from '../../ui/Segmented.tsx'
import type { RunView } from '../../workers/contract/index.ts'
import { taskShare, taskText } from '../taskText.ts'
import { type Overlay, type OverlayKind, overlayData, overlayTable, overlayText, overlayValue } from './overlay.ts'

export interface WhyProps {
  readonly run: RunView
  readonly overlay: Overlay
  readonly onOverlay: (overlay: Overlay) => void
}

export function Why({ run, overlay, onOverlay }: WhyProps) {
  const t = useText()
  const occlusion = useStore((s) => s.occlusion)
  const data = overlayData(overlay, run, occlusion)
  const { kind } = overlay
  return (
    <section className="why" aria-label={t('why.title')}>
      <h3>{t('why.title')}</h3>
      <Segmented<OverlayKind>
        label={t('why.overlay')}
        value={kind}
        options={[
          { value: 'none', label: t('why.none') },
          { value: 'map', label: t('why.map'), hint: t('why.map.hint') },
          { value: 'occlusion', label: t('why.occlusion'), hint: t('why.occlusion.hint') },
        ]}
        onChange={(next) => onOverlay({ ...overlay, kind: next })}
      />
      {kind === 'map' && !('maps' in run.why) && <ErrorNote error={run.why} />}
      {kind === 'map' && data && <p className="small quiet">{t('why.map.hint')}</p>}
      {kind === 'occlusion' && <Occlusion isDone={data !== undefined} />}
      {data && <Reading run={run} overlay={overlay} data={data} onOverlay={onOverlay} />}
    </section>
  )
}

function Occlusion({ isDone }: { readonly isDone: boolean }) {
  const t = useText()
  const task = useStore((s) => s.occlusionTask)
  const error = useStore((s) => s.occlusionError)
  const occlude = useStore((s) => s.occlude)
  return (
    <>
      <p className="small quiet">{t('why.occlusion.hint')}</p>
      {task ? (
        <Busy label={taskText(t, task.progress)} share={taskShare(task.progress)} cancel={t('app.cancel')} onCancel={task.cancel} />
      ) : (
        <button type="button" className="button is-small" onClick={() => void occlude()}>
          {t(isDone ? 'why.occlusion.again' : 'why.occlusion.start')}
        </button>
      )}
      {error && !task && <ErrorNote error={error} />}
    </>
  )
}

function Reading({ run, overlay, data, onOverlay }: WhyProps & { readonly data: HeatData }) {
  const t = useText()
  const { kind, rank, opacity } = overlay
  const table = useMemo(() => overlayTable(t, kind, data), [t, kind, data])
  const picked = run.top[rank]
  const label = t(kind === 'map' ? 'why.scale.map' : 'why.scale.occlusion')
  if (!picked) return null
  return (
    <>
      <p aria-live="polite">{overlayText(t, kind, data, picked)}</p>
      <HeatLegend label={label} low="≤ 0" high={overlayValue(kind, peakOf(data))} />
      <label className="why-opacity small">
        <span>{t('why.opacity')}</span>
        <input
          type="range"
          min={0}
          max={1}
          step={0.05}
          value={opacity}
          onChange={(event) => onOverlay({ ...overlay, opacity: Number(event.target.value) })}
        />
      </label>
      <TableBehind caption={`${label}. ${t('why.table')}`} table={table} />
    </>
  )
}
