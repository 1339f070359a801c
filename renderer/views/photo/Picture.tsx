/** The photo large, with the frame of what the network sees, and a map over it. */
import { useMemo, useState } from 'react'
import { HeatMap } from '../../charts/maps/HeatMap.tsx'
import { useStore, useText } from '../../store/context.ts'
import { Figure } from '../../ui/Figure.tsx'
import type { Box } from '../../workers/contract/index.ts'
import { BoxesOver } from './BoxesOver.tsx'
import { boxItems, countedNames, detectionsTable, shownDetections } from './detections.ts'
import { type Overlay, overlayData, overlayTable, overlayText } from './overlay.ts'

/** A photo is shown at most this many times larger than it is. */
const ENLARGED = 2

export interface PictureProps {
  readonly overlay: Overlay
  /** Rank of the detection that stands out. */
  readonly active: number | null
  readonly onPoint: (rank: number | null) => void
  readonly onPick: (rank: number | null) => void
}

export function Picture({ overlay, active, onPoint, onPick }: PictureProps) {
  const t = useText()
  const photo = useStore((s) => s.photo)
  const run = useStore((s) => s.run)
  const occlusion = useStore((s) => s.occlusion)
  const [shape, setShape] = useState<{ readonly url: string; readonly width: number; readonly height: number } | null>(null)
  const chosen = useStore((s) => s.detectionThreshold)
  const found = run?.detections
  const shown = useMemo(() => (found ? shownDetections(t, found, chosen ?? found.threshold) : null), [t, found, chosen])
  const items = useMemo(() => boxItems(shown ?? []), [shown])
  if (!photo) return null
  const own = shape?.url === photo.url ? shape : null
  const seen = run?.photo
  const place = (box: Box) => {
    const share = (part: number, whole: number) => `${(part / whole) * 100}%`
    if (!seen) return {}
    return {
      left: share(box.x, seen.width),
      top: share(box.y, seen.height),
      width: share(box.width, seen.width),
      height: share(box.height, seen.height),
    }
  }
  const data = run ? overlayData(overlay, run, occlusion) : undefined
  const picked = run?.top[overlay.rank]
  const kind = overlay.kind === 'occlusion' ? t('why.occlusion') : t('why.map')
  const overlayTitle = `${kind}: ${picked?.label ?? t('photo.class', { n: picked?.index ?? 0 })}`
  const title = shown ? t('detect.boxes', { name: photo.name }) : overlayTitle
  const table = shown ? detectionsTable(t, shown) : data ? overlayTable(t, overlay.kind, data) : { columns: [], rows: [] }
  const id = shown ? 'detections' : overlay.kind === 'map' ? 'class-map' : overlay.kind
  // A frame around all of the photo says nothing.
  const isCropped = seen && (seen.crop.width < seen.width || seen.crop.height < seen.height)
  return (
    <figure className="photo-large">
      <Figure id={id} title={title} table={table} tableShown={!shown} isReady={shown !== null || data !== undefined}>
        <div
          className="photo-frame"
          style={own ? { width: `min(100%, ${ENLARGED * own.width}px, calc((100vh - 300px) * ${own.width / own.height}))` } : {}}
        >
          <img
            key={photo.url}
            src={photo.url}
            className={own ? 'is-fitted' : undefined}
            alt={t('photo.alt', { name: photo.name })}
            onLoad={({ currentTarget: { naturalWidth: width, naturalHeight: height } }) => setShape({ url: photo.url, width, height })}
          />
          {seen && data && picked && (
            <div className="photo-heat">
              <div className="photo-heat-place" style={place(seen.window)}>
                <HeatMap data={data} opacity={overlay.opacity} label={overlayText(t, overlay.kind, data, picked)} />
              </div>
            </div>
          )}
          {seen && (isCropped || !shown) && <div className="photo-crop" style={place(seen.crop)} />}
          {seen && shown && (
            <BoxesOver
              items={items}
              photo={seen}
              active={active === null ? [] : [active]}
              label={t('detect.summary', { n: shown.length, names: countedNames(t, shown) })}
              onPoint={onPoint}
              onPick={onPick}
            />
          )}
        </div>
      </Figure>
      <figcaption className="small quiet">
        <span>{photo.name}</span>
        {seen && <span>{t('photo.size', { width: seen.width, height: seen.height })}</span>}
        {seen && (isCropped || !shown) && <span className="photo-key">{t('photo.seen')}</span>}
      </figcaption>
    </figure>
  )
}
