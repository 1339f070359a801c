/** Draws a coarse map smoothly over whatever lies below it, and its scale. */
import { useLayoutEffect, useRef } from 'react'
import { HEAT_GRADIENT, type HeatData, heatPixels, peakOf } from './heat.ts'

/** Pixels along the longer side: the page stretches it to the photo. */
const DRAWN = 392

export interface HeatMapProps {
  readonly data: HeatData
  readonly opacity: number
  readonly label: string
}

export function HeatMap({ data, opacity, label }: HeatMapProps) {
  const ref = useRef<HTMLCanvasElement>(null)
  const longer = Math.max(data.rows, data.columns)
  const width = Math.round((DRAWN * data.columns) / longer)
  const height = Math.round((DRAWN * data.rows) / longer)
  useLayoutEffect(() => {
    ref.current?.getContext('2d')?.putImageData(new ImageData(heatPixels(data, peakOf(data), width, height), width, height), 0, 0)
  }, [data, width, height])
  return <canvas ref={ref} className="heat" width={width} height={height} role="img" aria-label={label} style={{ opacity }} />
}

export function HeatLegend({ label, low, high }: { readonly label: string; readonly low: string; readonly high: string }) {
  return (
    <div className="heat-legend small">
      <span>{label}</span>
      <span className="row">
        <span className="num">{low}</span>
        <span className="heat-scale" style={{ background: HEAT_GRADIENT }} />
        <span className="num">{high}</span>
      </span>
    </div>
  )
}
