/** The mixing meter in the terms of its chart, and in words. */
import type { Translate } from '../../app/strings/index.ts'
import { percent } from '../../charts/kit/format.ts'
import type { MixingPanel } from '../../charts/mixing/layout.ts'
import type { MixingPointView, MixingStageView, MixingView } from '../../workers/contract/index.ts'

export interface StagedPoint {
  readonly stage: MixingStageView
  readonly index: number
  readonly point: MixingPointView
}

/** All points of a model in network order. */
export function pointsOf({ stages }: MixingView): StagedPoint[] {
  return stages.flatMap((stage, index) => stage.points.map((point) => ({ stage, index, point })))
}

/** "Stage 2" from a unit's name "stage2/unit1"; without scopes, the place of the stage. */
export function stageName(t: Translate, { points }: MixingStageView, index: number): string {
  const section = points[0]?.item.startsWith('op:') ? undefined : points[0]?.item.split('/')[0]
  const numbered = section && /^([a-z]+?)[_-]?(\d+)$/i.exec(section)
  if (!numbered) return section ?? t('mixing.stage', { n: index + 1 })
  return `${(numbered[1] ?? '').charAt(0).toUpperCase()}${(numbered[1] ?? '').slice(1)} ${numbered[2]}`
}

export function seenPanel(view: MixingView, labels: readonly string[]): MixingPanel {
  return {
    marks: pointsOf(view).map(({ index, point }) => ({ stage: index, on: point.on.channels, off: point.off?.channels ?? null })),
    stageLabels: labels,
    reference: null,
  }
}

/** Squared weight between groups; the first feature map of a stage has no unit before it, so it has no mark. Null without groups. */
export function massPanel(view: MixingView, labels: readonly string[]): { panel: MixingPanel; points: StagedPoint[] } | null {
  const points = pointsOf(view).filter(({ point }) => point.on.crossing !== null)
  if (points.length === 0) return null
  const groups = [...new Set(points.map((p) => p.stage.groups))]
  const [g] = groups
  const level = (value: number) => ({ mean: value, least: value, most: value })
  return {
    points,
    panel: {
      marks: points.map(({ index, point }) => ({
        stage: index,
        on: level(point.on.crossing ?? 0),
        off: point.off && level(point.off.crossing ?? 0),
      })),
      stageLabels: labels,
      reference: groups.length === 1 && g !== undefined ? { value: 1 - 1 / g, label: `${g - 1}/${g}` } : null,
    },
  }
}

export function unitsText(t: Translate, n: number): string {
  return n === 1 ? t('mixing.unit') : t('mixing.units', { n })
}

/** Depth after which every channel of every stage sees all; null where one never does. */
export function allAfter({ stages }: MixingView): number | null {
  const depths = stages.map((s) => s.allAt)
  return depths.some((d) => d === null) || depths.length === 0 ? null : Math.max(...depths.map((d) => d ?? 0))
}

/** What the curve says, about the longest stage. */
export function sayText(t: Translate, view: MixingView): string {
  const longest = view.stages.reduce((best, s, i) => (s.points.length > (view.stages[best]?.points.length ?? 0) ? i : best), 0)
  const stage = view.stages[longest]
  const last = stage?.points.at(-1)
  if (!stage || !last) return ''
  const values = {
    stage: stageName(t, stage, longest),
    on: percent(last.on.channels.mean),
    off: percent(last.off?.channels.mean ?? 0),
    n: stage.channels,
  }
  if (!last.off) return t('mixing.says.plain', values)
  return stage.allAt === null ? t('mixing.says.never', values) : t('mixing.says', { ...values, units: unitsText(t, stage.allAt) })
}

export function markText(t: Translate, { point }: StagedPoint, value: (side: MixingPointView['on']) => number): string {
  const unit = point.depth === 0 ? `${point.name}, ${t('mixing.first')}` : point.name
  return point.off
    ? t('mixing.mark', { unit, on: percent(value(point.on)), off: percent(value(point.off)) })
    : t('mixing.mark.plain', { unit, on: percent(value(point.on)) })
}
