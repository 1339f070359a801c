/** Latency, temperature and frequency along the run, one above the other over one time. */
import { useMemo, useState } from 'react'
import type { Trace } from '../../../engine/index.ts'
import { Lines } from '../../charts/devices/Lines.tsx'
import type { LineMark, LinePoint } from '../../charts/devices/lines.ts'
import { significant } from '../../charts/kit/format.ts'
import { useSize } from '../../charts/kit/size.ts'
import { useText } from '../../store/context.ts'
import { Figure } from '../../ui/Figure.tsx'
import { conditionLine, conditionsTable, figuresOf, isDoubtful, type Looked } from './runData.ts'

const LOOKED = ['ms', 'temperature', 'frequency'] as const satisfies readonly Looked[]
/** Two points make no curve. */
const FEWEST = 3

export function Sustained({ trace }: { readonly trace: Trace }) {
  const t = useText()
  const conditions = useMemo(() => trace.conditions ?? [], [trace])
  const lines = useMemo(
    () => LOOKED.map((what) => ({ what, ...conditionLine(conditions, what) })).filter((l) => l.points.length >= FEWEST),
    [conditions],
  )
  const table = useMemo(() => conditionsTable(t, conditions), [t, conditions])
  if (conditions.length < FEWEST) return null
  // Latency is looked at along a sustained run alone, and every device has it.
  const missing = LOOKED.filter((what) => what !== 'ms' && !lines.some((l) => l.what === what))
  const doubtful = isDoubtful(figuresOf(trace).verdict)
  return (
    <section aria-label={t('devices.along')}>
      <h2>{t(trace.sustained ? 'devices.along.sustained' : 'devices.along')}</h2>
      <Figure id="device-conditions" title={t('devices.along')} table={table}>
        <div className="device-along">
          {lines.map(({ what, points, minutes }) => (
            <Along key={what} what={what} points={points} minutes={minutes} doubtful={doubtful && what === 'ms'} />
          ))}
        </div>
      </Figure>
      {missing.length > 0 && (
        <p className="quiet small">{t('devices.along.missing', { list: missing.map((what) => t(`devices.looked.${what}`)).join(', ') })}</p>
      )}
    </section>
  )
}

interface AlongProps {
  readonly what: Looked
  readonly points: readonly LinePoint[]
  readonly minutes: boolean
  readonly doubtful: boolean
}

function Along({ what, points, minutes, doubtful }: AlongProps) {
  const t = useText()
  const [ref, size] = useSize<HTMLDivElement>()
  const [hovered, setHovered] = useState<LineMark | null>(null)
  const data = useMemo(() => ({ series: [{ key: what, points }], fromZero: what !== 'temperature' }), [what, points])
  const words = (m: LineMark) => {
    const p = points[m.at]
    return p ? t(`devices.along.${what}`, { at: significant(p.x, 3), unit: minutes ? 'min' : 's', value: significant(p.y, 4) }) : ''
  }
  return (
    <div>
      <div className="device-along-one" ref={ref}>
        {size && (
          <Lines
            data={data}
            size={size}
            texts={{
              label: t('devices.along.label', { what: t(`devices.looked.${what}`), n: points.length }),
              x: t(minutes ? 'devices.axis.minutes' : 'devices.axis.seconds'),
              y: t(`devices.looked.${what}.unit`),
            }}
            hovered={hovered}
            describe={words}
            onHover={setHovered}
            doubtful={[doubtful]}
          />
        )}
      </div>
      <p className="device-read small num" aria-hidden="true">
        {hovered ? words(hovered) : ' '}
      </p>
    </div>
  )
}
