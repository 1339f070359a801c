/** What lies over the photo: a class map or an occlusion map of one of the top classes, and what it says in words. */
import type { Translate } from '../../app/strings/index.ts'
import { percent, significant } from '../../charts/kit/format.ts'
import { type HeatData, strongestOf } from '../../charts/maps/heat.ts'
import type { FigureTable } from '../../export/figures.ts'
import type { State } from '../../store/state.ts'
import { NO_OVERLAY, type Overlay, type OverlayKind } from '../../store/whySlice.ts'
import type { Prediction, RunView } from '../../workers/contract/index.ts'

export { NO_OVERLAY, type Overlay, type OverlayKind }

/** The map to draw; undefined where there is none (yet). */
export function overlayData({ kind, rank }: Overlay, run: RunView, occlusion: State['occlusion']): HeatData | undefined {
  const source = kind === 'map' && 'maps' in run.why ? run.why : kind === 'occlusion' && occlusion?.run === run ? occlusion.view : undefined
  const values = source?.maps[rank]
  return source && values && { rows: source.rows, columns: source.columns, values }
}

/** A class map holds scores, an occlusion map probabilities. */
export function overlayValue(kind: OverlayKind, value: number): string {
  return kind === 'occlusion' ? percent(value) : significant(value, 3)
}

export function overlayText(t: Translate, kind: OverlayKind, data: HeatData, { label, index }: Prediction): string {
  const name = label ?? t('photo.class', { n: index })
  const strongest = strongestOf(data)
  if (!strongest) return t('why.nowhere', { label: name })
  const place = t(`why.place.${strongest.place as 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8}`)
  return t('why.strongest', { label: name, place, value: overlayValue(kind, strongest.value) })
}

/** The map's values by place, from the top left: scores of a class map, probabilities lost of an occlusion map. */
export function overlayTable(t: Translate, kind: OverlayKind, { rows, columns, values }: HeatData): FigureTable {
  const places = Array.from({ length: columns }, (_, c) => c)
  return {
    columns: [
      { key: 'row', label: t('export.row'), text: (n) => t('why.row', { n: Number(n) }) },
      ...places.map((c) => ({ key: `column${c + 1}`, label: t('why.column', { n: c + 1 }), text: (v: unknown) => overlayValue(kind, Number(v)) })),
    ],
    rows: Array.from({ length: rows }, (_, r) => [r + 1, ...places.map((c) => values[r * columns + c] ?? null)]),
  }
}
