/** The boxes of detectors over the photo, as large as it is shown. */
import { useMemo } from 'react'
import { BoxesChart } from '../../charts/boxes/Chart.tsx'
import { type BoxItem, boxesLayout } from '../../charts/boxes/layout.ts'
import { useSize } from '../../charts/kit/size.ts'
import type { PhotoView } from '../../workers/contract/index.ts'

export interface BoxesOverProps {
  readonly items: readonly BoxItem[]
  readonly photo: Pick<PhotoView, 'width' | 'height'>
  /** Keys of the items that stand out. */
  readonly active: readonly number[]
  readonly label: string
  readonly onPoint: (key: number | null) => void
  readonly onPick: (key: number | null) => void
}

export function BoxesOver({ items, photo: { width, height }, ...looked }: BoxesOverProps) {
  const [ref, size] = useSize<HTMLDivElement>()
  const shapes = useMemo(() => (size ? boxesLayout(items, { width, height }, size) : []), [items, width, height, size])
  return (
    <div className="photo-boxes" ref={ref}>
      {size && <BoxesChart shapes={shapes} size={size} {...looked} />}
    </div>
  )
}
