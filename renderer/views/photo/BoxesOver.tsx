/** The boxes of a detector over the photo, as large as it is shown. */
import { useMemo } from 'react'
import { BoxesChart } from '../../charts/boxes/Chart.tsx'
import { boxesLayout } from '../../charts/boxes/layout.ts'
import { useSize } from '../../charts/kit/size.ts'
import { useText } from '../../store/context.ts'
import type { PhotoView } from '../../workers/contract.ts'
import { countedNames, type ShownDetection, tagOf } from './detections.ts'

export interface BoxesOverProps {
  readonly shown: readonly ShownDetection[]
  readonly photo: Pick<PhotoView, 'width' | 'height'>
  readonly active: number | null
  readonly onPoint: (rank: number | null) => void
  readonly onPick: (rank: number | null) => void
}

export function BoxesOver({ shown, photo, active, onPoint, onPick }: BoxesOverProps) {
  const t = useText()
  const [ref, size] = useSize<HTMLDivElement>()
  const { width, height } = photo
  const shapes = useMemo(() => {
    const items = shown.map((d) => ({ key: d.rank, box: d.box, text: tagOf(d), hue: d.hue }))
    return size ? boxesLayout(items, { width, height }, size) : []
  }, [shown, width, height, size])
  return (
    <div className="photo-boxes" ref={ref}>
      {size && (
        <BoxesChart
          shapes={shapes}
          size={size}
          active={active}
          label={t('detect.summary', { n: shown.length, names: countedNames(t, shown) })}
          onPoint={onPoint}
          onPick={onPick}
        />
      )}
    </div>
  )
}
