/** The measure on the photo in the terms of its charts: the curve of its marks, and the matrix of the unit that is selected. */
import type { MixingPanel } from '../../charts/mixing/layout.ts'
import type { MixingView, PhotoMixingPoint, PhotoMixingView } from '../../workers/contract/index.ts'
import type { StagedPoint } from './mixingData.ts'

export interface PhotoMarks {
  readonly panel: MixingPanel
  /** As the meter's own, with what crosses on the photo in place of weight. */
  readonly points: readonly StagedPoint[]
  /** Of each mark. */
  readonly measured: readonly PhotoMixingPoint[]
}

/** Null without groups. */
export function photoPanel(meter: MixingView, photo: PhotoMixingView, labels: readonly string[]): PhotoMarks | null {
  const found = photo.stages.flatMap(({ stage: index, points }) => {
    const stage = meter.stages[index]
    if (!stage) return []
    return points.flatMap((measured, depth) => {
      const point = stage.points[depth]
      if (!point) return []
      const on = { ...point.on, crossing: measured.on.crossing }
      const off = point.off && measured.off && { ...point.off, crossing: measured.off.crossing }
      return [{ measured, staged: { stage, index, point: { ...point, on, off } } }]
    })
  })
  if (found.length === 0) return null
  const level = (value: number) => ({ mean: value, least: value, most: value })
  const groups = [...new Set(photo.stages.map((s) => s.groups))]
  const [g] = groups
  return {
    points: found.map((f) => f.staged),
    measured: found.map((f) => f.measured),
    panel: {
      marks: found.map(({ measured, staged }) => ({
        stage: staged.index,
        on: level(measured.on.crossing),
        off: measured.off && level(measured.off.crossing),
      })),
      stageLabels: labels,
      reference: groups.length === 1 && g !== undefined ? { value: 1 - 1 / g, label: `${g - 1}/${g}` } : null,
    },
  }
}

/** The point of the selected unit, else the end of the longest stage: there groups had the longest way to mix. */
export function matrixPoint({ stages }: PhotoMixingView, selected: string | null): PhotoMixingPoint | undefined {
  const own = stages.flatMap((s) => s.points).find((p) => p.item === selected)
  if (own) return own
  const [first, ...rest] = stages
  return rest.reduce((longest, s) => (longest && s.points.length > longest.points.length ? s : longest), first)?.points.at(-1)
}

/** The largest change of both sides that is finite: the top of their common scale. */
export function greatestOf({ on, off }: PhotoMixingPoint): number {
  return Math.max(0, ...[...on.change, ...(off?.change ?? [])].flat().filter(Number.isFinite))
}

/** A row for every unit, side and zeroed group: its name, depth, side, the group, and the change of each group. */
export function photoRows(view: PhotoMixingView, sides: { readonly on: string; readonly off: string; readonly only: string }): (string | number)[][] {
  return view.stages.flatMap(({ points }) =>
    points.flatMap(({ name, depth, on, off }) =>
      [
        { side: on, text: off ? sides.on : sides.only },
        { side: off, text: sides.off },
      ].flatMap(
        ({ side, text }) => side?.change.map((_, zeroed) => [name, depth, text, zeroed, ...side.change.map((row) => row[zeroed] ?? 0)]) ?? [],
      ),
    ),
  )
}
