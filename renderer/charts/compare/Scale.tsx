/** The scale above the differences, which is also their legend: from the largest loss to the largest gain. */
import { useId } from 'react'
import { differenceColour } from '../kit/colour.ts'
import { differenceLayout } from './layout.ts'

export interface DifferenceScaleProps {
  readonly width: number
  /** The ends in numbers; null where nothing differs. */
  readonly ends: { readonly less: string; readonly more: string } | null
  /** What stands in its place where nothing differs. */
  readonly none: string
  /** What the sides and colours mean. */
  readonly hint: string
}

const STOPS = [-1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1]

export function DifferenceScale({ width, ends, none, hint }: DifferenceScaleProps) {
  const id = useId()
  const { left, right, zero } = differenceLayout([], { width, rowHeight: 1, most: 1 })
  return (
    <svg className="difference-scale" width={width} height={28} role="img" aria-label={ends ? hint : none}>
      <title>{ends ? hint : none}</title>
      {ends ? (
        <>
          <defs>
            <linearGradient id={id}>
              {STOPS.map((share) => (
                <stop key={share} offset={(share + 1) / 2} stopColor={differenceColour(share)} />
              ))}
            </linearGradient>
          </defs>
          <text x={left} y={13}>
            {ends.less}
          </text>
          <text className="is-zero" x={zero} y={13}>
            0
          </text>
          <text className="is-more" x={right} y={13}>
            {ends.more}
          </text>
          <rect x={left} y={18} width={right - left} height={6} fill={`url(#${id})`} />
        </>
      ) : (
        <text className="is-zero" x={zero} y={18}>
          {none}
        </text>
      )}
    </svg>
  )
}
