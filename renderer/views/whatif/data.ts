/** What the sliders mean: the network that is open as their start, the costs of the one they describe, and the difference. */
import {
  type Cost,
  HELD_GROUPS,
  type HeldWidths,
  holdComplexity,
  macsOf,
  shuffleNetV1Cost,
  V1_REPEATS,
  type V1Cost,
  type V1Shape,
  v1ShapeCost,
  v1Widths,
} from '../../../engine/index.ts'
import type { WhatIfSettings } from '../../store/whatIfSlice.ts'
import type { ConventionId, ModelView, NetworkView } from '../../workers/contract/index.ts'

export interface Baseline {
  readonly settings: WhatIfSettings
  /** False where the open network is no ShuffleNet v1, and the paper's own stands in for it. */
  readonly opened: boolean
  readonly cost: V1Cost
}

/** The paper's own: 1x, g=3, 224x224, 1000 classes. */
const DEFAULT: WhatIfSettings = {
  groups: 3,
  scale: 1,
  height: 224,
  width: 224,
  repeats: [...V1_REPEATS],
  shuffle: true,
  classes: 1000,
  budget: null,
}
const ROUND_SCALES = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2]
/** Scales that the slider offers. */
export const SCALES: readonly number[] = Array.from({ length: 36 }, (_, i) => (i + 5) / 20)
const STAGES = ['stage2', 'stage3', 'stage4']

/** Convolutions count the same whatever an implementation does with its shortcuts, so they tell whether the family fits. */
export function baselineOf(network: NetworkView | null, model: ModelView | null): Baseline {
  const settings = network && model && settingsOf(network, model)
  return settings ? { settings, opened: true, cost: costOf(settings) } : { settings: DEFAULT, opened: false, cost: costOf(DEFAULT) }
}

function settingsOf(network: NetworkView, model: ModelView): WhatIfSettings | null {
  const units = STAGES.map((stage) => network.items.filter((i) => i.kind === 'unit' && i.section === stage))
  const [, , height, width] = model.inputShape
  const [a, b, c] = units.map((u) => u.length)
  if (!a || !b || !c || !height || !width) return null
  const groups = Math.max(...units.flat().map((u) => u.groups))
  const shuffle = groups === 1 || units.flat().some((u) => u.shuffle !== null)
  if (!HELD_GROUPS.some((g) => g === groups)) return null
  // Two scales may round to the same widths: the round ones are meant first.
  for (const scale of [...ROUND_SCALES, ...SCALES]) {
    if (v1Widths(groups, scale).widths.join() !== units.map((u) => u.at(-1)?.channelsOut).join()) continue
    const settings: WhatIfSettings = { groups, scale, height, width, repeats: [a, b, c], shuffle, classes: model.classes ?? 1000, budget: null }
    if (costOf(settings).total.convMacs === network.totals.paper) return settings
  }
  return null
}

export function heldOf({ budget, ...settings }: WhatIfSettings, groups: number): HeldWidths | null {
  return budget === null ? null : holdComplexity(groups, { ...settings, macs: budget })
}

/** Throws ScopeError as the engine does; the sliders keep to what can be built. */
export function costOf(settings: WhatIfSettings): V1Cost {
  const held = heldOf(settings, settings.groups)
  return held ? v1ShapeCost({ ...settings, stem: held.stem, widths: held.widths }) : shuffleNetV1Cost(settings)
}

/** Every number of groups at the same budget. */
export function heldRows(settings: WhatIfSettings): { readonly held: HeldWidths; readonly cost: V1Cost }[] {
  return HELD_GROUPS.flatMap((groups) => {
    const held = heldOf(settings, groups)
    return held ? [{ held, cost: v1ShapeCost({ ...settings, groups, stem: held.stem, widths: held.widths }) }] : []
  })
}

/** What a scale costs in the paper (tables 2 and 5), in MACs: where a budget starts. */
const PUBLISHED: Readonly<Record<number, number>> = { 0.25: 13e6, 0.5: 38e6, 1: 140e6, 1.5: 292e6, 2: 524e6 }

/** The paper's figure for the paper's own sizes; elsewhere what the network costs now. */
export function budgetOf(settings: WhatIfSettings): number {
  const own = settings.height === 224 && settings.width === 224 && settings.repeats.join() === V1_REPEATS.join()
  return (own && PUBLISHED[settings.scale]) || costOf(settings).total.convMacs
}

/** Budgets that the slider offers, in MACs; among them all complexities of the paper. */
export const BUDGETS: readonly number[] = [
  5, 8, 10, 13, 16, 20, 25, 32, 38, 45, 55, 70, 85, 100, 120, 140, 170, 200, 250, 292, 350, 420, 524, 650, 800, 1000,
].map((m) => m * 1e6)

/** Input sizes that the slider offers, by area: squares, and the sizes of table 8. `own` is kept among them. */
export function inputSizes(own: readonly [number, number]): (readonly [number, number])[] {
  const squares = [96, 128, 160, 192, 224, 256, 288, 320, 384, 448, 512].map((s) => [s, s] as const)
  const all = [...squares, [480, 640] as const, [720, 1280] as const]
  if (!all.some((s) => s.join() === own.join())) all.push(own)
  return all.sort((a, b) => a[0] * a[1] - b[0] * b[1])
}

export interface StageSize {
  readonly key: string
  readonly channels: number
  readonly height: number
  readonly width: number
  readonly units: number
  readonly groups: number
  readonly shuffle: boolean
}

/** Stages 2 to 4 with the feature maps that they make: the stem halves the input twice, each stage once. */
export function stagesOf({ groups, widths, repeats, shuffle, ...input }: V1Shape): StageSize[] {
  const halved = (size: number, times: number): number => (times === 0 ? size : halved(Math.ceil(size / 2), times - 1))
  return STAGES.map((key, s) => ({
    key,
    channels: widths[s] ?? 0,
    height: halved(input.height, s + 3),
    width: halved(input.width, s + 3),
    units: repeats[s] ?? 0,
    groups,
    shuffle: shuffle && groups > 1,
  }))
}

export const SIZE_MEASURES = ['macs', 'params', 'activations'] as const
export type SizeMeasure = (typeof SIZE_MEASURES)[number]

/** Activations: bytes of every layer's output, f32, nothing fused. */
export function measureOf(cost: Cost, measure: SizeMeasure, convention: ConventionId): number {
  return measure === 'macs' ? macsOf(cost, convention) : measure === 'params' ? cost.params : cost.bytesWritten
}

export interface StageBar {
  readonly key: string
  readonly value: number
  readonly before: number
  /** Widths of the bars, as shares of the longest. */
  readonly share: number
  readonly shareBefore: number
}

export function stageBars(after: V1Cost, before: V1Cost, measure: SizeMeasure, convention: ConventionId): StageBar[] {
  const rows = after.sections.map(({ key, cost }) => {
    const old = before.sections.find((s) => s.key === key)?.cost
    return { key, value: measureOf(cost, measure, convention), before: old ? measureOf(old, measure, convention) : 0 }
  })
  const longest = Math.max(1, ...rows.flatMap((r) => [r.value, r.before]))
  return rows.map((r) => ({ ...r, share: r.value / longest, shareBefore: r.before / longest }))
}

/** "+12.3 %", "−4.00 %", "±0"; a dash where there was nothing before. */
export function changeText(after: number, before: number): string {
  if (after === before) return '±0'
  if (before === 0) return '–'
  const percent = (100 * (after - before)) / before
  const size = Math.abs(percent)
  const digits = size < 0.01 ? '< 0.01' : size >= 100 ? size.toFixed(0) : size.toPrecision(3)
  return `${percent > 0 ? '+' : '−'}${digits} %`
}
