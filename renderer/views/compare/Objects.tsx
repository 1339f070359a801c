/** What detectors find in the photo, side by side: boxes of both over it, and a list of what they share and what they do not. */
import { useId, useMemo, useState } from 'react'
import { MATCH_IOU } from '../../../engine/index.ts'
import { groupColour } from '../../charts/kit/colour.ts'
import { fixed, percent } from '../../charts/kit/format.ts'
import type { Comparison } from '../../store/compareSlice.ts'
import { useStore, useText } from '../../store/context.ts'
import type { PhotoFile } from '../../store/state.ts'
import { Figure } from '../../ui/Figure.tsx'
import type { DetectionsView, PhotoView } from '../../workers/contract/index.ts'
import { BoxesOver } from '../photo/BoxesOver.tsx'
import { Threshold } from '../photo/Detections.tsx'
import { type ShownDetection, shownDetections } from '../photo/detections.ts'
import { type ObjectRow, objectBoxes, objectRows, objectsTable, rowName, SIDE_HUES } from './objectsData.ts'

/** Nothing where neither side is a detector, or there is one answer. */
export function Objects({ comparison: { side } }: { readonly comparison: Comparison }) {
  const photo = useStore((s) => s.photo)
  const run = useStore((s) => s.run)
  const other = useStore((s) => (s.compareRun?.side === side && s.compareRun.photo === s.photo ? s.compareRun.view : null))
  const a = run?.detections ?? null
  const b = other?.detections ?? null
  const seen = run?.photo ?? other?.photo
  if (!photo || !run || !other || !seen || side.handle === side.of || !(a || b)) return null
  return <Both photo={photo} seen={seen} a={a} b={b} />
}

interface BothProps {
  readonly photo: PhotoFile
  readonly seen: PhotoView
  readonly a: DetectionsView | null
  readonly b: DetectionsView | null
}

function Both({ photo, seen, a, b }: BothProps) {
  const t = useText()
  const chosen = useStore((s) => s.detectionThreshold)
  const [pointed, setPointed] = useState<number | null>(null)
  const [picked, setPicked] = useState<number | null>(null)
  // Of the side that has one; side a's where both do, so that both are held to the same.
  const view = a ?? b
  const threshold = chosen ?? view?.threshold ?? 0
  const rows = useMemo(() => {
    const shown = (one: DetectionsView | null) => (one ? shownDetections(t, one, threshold) : [])
    return objectRows(shown(a), shown(b))
  }, [t, a, b, threshold])
  const items = useMemo(() => objectBoxes(rows), [rows])
  const data = useMemo(() => objectsTable(t, rows), [t, rows])
  // Both are keys of boxes; a box stands for its row.
  const rowOf = (box: number | null) => rows.find(({ keys }) => box !== null && keys.includes(box))
  const active = rowOf(pointed) ?? rowOf(picked)
  const counts = t('compare.counts', {
    both: rows.filter((r) => r.a && r.b).length,
    onlyA: rows.filter((r) => r.a && !r.b).length,
    onlyB: rows.filter((r) => r.b && !r.a).length,
  })
  const title = t('objects.title')
  return (
    <section className="objects" aria-label={title}>
      <div className="compare-head">
        <h2>{title}</h2>
        <p className="quiet small" aria-live="polite">
          {a && b ? counts : t(a ? 'objects.oneA' : 'objects.oneB')}
        </p>
        <span className="grow" />
        {(['a', 'b'] as const).map(
          (side) =>
            (side === 'a' ? a : b) && (
              <span key={side} className="objects-key">
                <Line side={side} />
                {side.toUpperCase()}
              </span>
            ),
        )}
      </div>
      <div className="objects-body">
        <Figure id="compare-objects" title={title} table={data} tableShown>
          <div className="photo-frame objects-photo" style={{ aspectRatio: `${seen.width} / ${seen.height}` }}>
            <img src={photo.url} className="is-fitted" alt={t('photo.alt', { name: photo.name })} />
            <BoxesOver
              items={items}
              photo={seen}
              active={active?.keys ?? []}
              label={`${t('detect.boxes', { name: photo.name })}: ${counts}`}
              onPoint={setPointed}
              onPick={setPicked}
            />
          </div>
        </Figure>
        <div className="objects-list">
          {view && <Threshold view={view} />}
          {rows.length > 0 ? (
            <Rows rows={rows} active={active} picked={rowOf(picked)} onPoint={setPointed} onPick={setPicked} />
          ) : (
            <p className="quiet">{t('detect.none', { threshold: percent(threshold) })}</p>
          )}
          {a && b && <p className="quiet small">{t('objects.rule', { iou: String(MATCH_IOU) })}</p>}
        </div>
      </div>
    </section>
  )
}

/** The stroke of a side's boxes. */
function Line({ side }: { readonly side: 'a' | 'b' }) {
  return (
    <svg className={side === 'b' ? 'objects-line is-dashed' : 'objects-line'} width={24} height={8} aria-hidden="true">
      <line x1={0} x2={24} y1={4} y2={4} stroke={groupColour(SIDE_HUES[side])} />
    </svg>
  )
}

interface RowsProps {
  readonly rows: readonly ObjectRow[]
  readonly active: ObjectRow | undefined
  readonly picked: ObjectRow | undefined
  /** With the key of a box of a row. */
  readonly onPoint: (box: number | null) => void
  readonly onPick: (box: number | null) => void
}

/** Arrow keys move from row to row, and the boxes of where they are stand out; Escape lets go of them. */
function Rows({ rows, active, picked, onPoint, onPick }: RowsProps) {
  const t = useText()
  const name = useId()
  return (
    <table
      className="objects-table"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !picked) return
        event.preventDefault()
        onPick(null)
      }}
      onPointerLeave={() => onPoint(null)}
    >
      <thead>
        <tr>
          <th scope="col">{t('export.class')}</th>
          <th scope="col" className="num">
            A
          </th>
          <th scope="col" className="num">
            B
          </th>
          <th scope="col" className="num" title={t('objects.iou')}>
            {t('objects.iou.short')}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.keys[0]} className={row === active ? 'is-active' : undefined} onPointerEnter={() => onPoint(row.keys[0] ?? null)}>
            <th scope="row">
              <label title={rowName(row)}>
                <input type="radio" name={name} checked={row === picked} onChange={() => onPick(row.keys[0] ?? null)} />
                <span className="ellipsis">{rowName(row)}</span>
              </label>
            </th>
            <Score found={row.a} />
            <Score found={row.b} />
            <td className="num">
              {row.iou === null ? <span className="quiet">{t(row.a ? 'compare.onlyA' : 'compare.onlyB')}</span> : fixed(row.iou, 2)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Score({ found }: { readonly found: ShownDetection | null }) {
  return (
    <td className="num" title={found ? String(found.score) : undefined}>
      {found ? percent(found.score) : <span className="quiet">–</span>}
    </td>
  )
}
