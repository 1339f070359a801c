/** One mixing curve with its title, the numbers of the unit under the pointer, and its table. */
import { type ReactNode, useState } from 'react'
import { percent, significant } from '../../charts/kit/format.ts'
import { useSize } from '../../charts/kit/size.ts'
import { MixingChart } from '../../charts/mixing/Chart.tsx'
import type { MixingPanel } from '../../charts/mixing/layout.ts'
import { useText } from '../../store/context.ts'
import type { MixingPointView } from '../../workers/contract/index.ts'
import { markText, type StagedPoint } from './mixingData.ts'

/** Seen channels, weight between groups, or change between groups on the photo. */
export type PanelMeasure = 'seen' | 'mass' | 'photo'

export interface PanelProps {
  readonly title: ReactNode
  readonly hint?: string
  readonly note?: string
  readonly label: string
  readonly panel: MixingPanel
  readonly points: readonly StagedPoint[]
  readonly of: PanelMeasure
  readonly selected?: number | null
  readonly onSelect?: (point: StagedPoint) => void
}

const TIP_WIDTH = 212

export function Panel({ title, hint, note, label, panel, points, of, selected = null, onSelect }: PanelProps) {
  const t = useText()
  const [ref, size] = useSize<HTMLDivElement>()
  const [active, setActive] = useState<{ index: number; x: number } | null>(null)
  const value = (side: MixingPointView['on']): number => (of === 'seen' ? side.channels.mean : (side.crossing ?? 0))
  const point = active === null ? undefined : points[active.index]
  return (
    <section className="mixing-panel">
      <h3 title={hint}>
        <span className={hint ? 'term' : undefined}>{title}</span>
        {note && <span className="quiet small">{note}</span>}
      </h3>
      <div className="mixing-canvas" ref={ref}>
        {size && size.width > 0 && (
          <MixingChart
            panel={panel}
            size={size}
            label={label}
            active={active?.index ?? null}
            selected={selected}
            describe={(index) => {
              const own = points[index]
              return own ? markText(t, own, value) : ''
            }}
            onActive={(index, x) => setActive(index === null ? null : { index, x })}
            {...(onSelect && { onSelect: (index: number) => points[index] && onSelect(points[index]) })}
          />
        )}
        {size && active && point && <Tip point={point} of={of} left={leftOf(active.x, size.width)} />}
      </div>
    </section>
  )
}

/** Beside the mark; a narrow panel lets the tip hang over its neighbours, towards the middle. */
function leftOf(x: number, width: number): number {
  return x > width / 2 ? x - TIP_WIDTH - 10 : x + 10
}

/** Hidden from screen readers: the mark says the same. */
function Tip({ point: { stage, point }, of, left }: { readonly point: StagedPoint; readonly of: PanelMeasure; readonly left: number }) {
  const t = useText()
  const { channels, groups } = stage
  const count = (share: number, all: number) => significant(share * all, 3).replace(/\.0+$/, '')
  const seen = (side: MixingPointView['on']) =>
    of !== 'seen'
      ? [`${percent(side.crossing ?? 0)} ${t(of === 'photo' ? 'mixing.between.photo' : 'mixing.between')}`]
      : [
          `${percent(side.channels.mean)}, ${t('mixing.seen', { n: count(side.channels.mean, channels), all: channels })}`,
          ...(groups > 1 ? [t('mixing.seenGroups', { n: count(side.groups.mean, groups), all: groups })] : []),
        ]
  const sides = [
    [t('mixing.on'), point.on],
    [t('mixing.off'), point.off],
  ] as const
  return (
    <div className="roofline-tip mixing-tip small" style={{ left, width: TIP_WIDTH }} aria-hidden="true">
      <p className="mono ellipsis">{point.name}</p>
      <p className="quiet">{point.depth === 0 ? t('mixing.first') : t('mixing.depth', { n: point.depth })}</p>
      {sides.map(
        ([name, side]) =>
          side && (
            <div key={name} className="mixing-side">
              {point.off && <p className="mixing-name">{name}</p>}
              {seen(side).map((text) => (
                <p key={text} className="num">
                  {text}
                </p>
              ))}
            </div>
          ),
      )}
    </div>
  )
}
