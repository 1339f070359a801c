/** The one scale of the map, always in sight: which measure, and what its ends stand for. */
import { useShallow } from 'zustand/shallow'
import type { MapItem } from '../../charts/network/layout.ts'
import type { Level } from '../../charts/network/view.ts'
import { useStore, useText } from '../../store/context.ts'
import { isTimed, shownMeasure } from '../../store/selectors.ts'
import { MEASURES, type Measuring, measuresOf } from './measures.ts'

export interface MapLegendProps {
  readonly level: Level
  readonly items: readonly MapItem[]
  readonly measuring: Measuring
}

export function MapLegend({ level, items, measuring }: MapLegendProps) {
  const t = useText()
  const measure = useStore(shownMeasure)
  const network = useStore((s) => s.network)
  const profile = useStore((s) => s.profile)
  const waiting = isTimed(measure) && !profile
  const task = useStore((s) => s.profileTask)
  const measures = useStore(useShallow(measuresOf))
  const setMeasure = useStore((s) => s.setMeasure)
  const run = useStore((s) => s.measure)
  const of = level === 'ops' ? (network?.layers.map((l) => measuring.layer(l) ?? 0) ?? []) : items.map((i) => i.cost ?? 0)
  return (
    <div className="map-legend" data-zoom="off">
      <label>
        <span className="sr-only">{t('map.measure')}</span>
        <select
          value={measure}
          onChange={(e) => {
            const chosen = MEASURES.find((m) => m === e.target.value)
            if (!chosen) return
            setMeasure(chosen)
            if (isTimed(chosen) && !profile && !task) void run()
          }}
        >
          {measures.map((m) => (
            <option key={m} value={m}>
              {t(`strip.${m}`)}
            </option>
          ))}
        </select>
      </label>
      {waiting ? (
        <>
          <span className="legend-none" aria-hidden="true" />
          <span>{t('explore.unmeasured')}</span>
          {!task && (
            <button type="button" className="button is-small" onClick={() => void run()}>
              {t('strip.time')}
            </button>
          )}
        </>
      ) : (
        <span className="legend" title={t(level === 'ops' ? 'map.legend.op' : 'map.legend.unit')}>
          <span className="num">0</span>
          <span className="legend-scale" aria-hidden="true" />
          <span className="num">{measuring.text(Math.max(0, ...of))}</span>
        </span>
      )}
    </div>
  )
}
