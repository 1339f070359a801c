/** Reads the options of an architecture off the shapes of its weights. */
import { badInput } from '../../../base/errors.ts'
import { scaleName } from '../../../zoo/entry.ts'
import { type ShuffleNetV1Options, type ShuffleNetV1Variant, V1_REPEATS, V1_WIDTHS } from '../../../zoo/shuffleNetV1.ts'
import { type ShuffleNetV2Options, type ShuffleNetV2Variant, V2_REPEATS, V2_WIDTHS } from '../../../zoo/shuffleNetV2.ts'
import type { StateDict } from '../state.ts'
import { type Layout, parseRole, shapeOf } from './layout.ts'

type Named = Pick<Layout, 'keyOf' | 'title'>
type Measured<T> = Omit<T, 'name' | 'inputSize' | 'shuffle'>

/** Published checkpoints have 4, 8 and 4 units; more or fewer show as a missing or an unused key. */
export function measureV1(state: StateDict, layout: Named, variant: ShuffleNetV1Variant): Measured<ShuffleNetV1Options> {
  const shape = (role: string, rank = 4) => shapeOf(state, layout, role, rank)
  const [stem = 0] = shape('stem.conv.weight')
  const width = (stage: number) => shape(`stage${stage}.unit2.expand.conv.weight`)[0] ?? 0
  const widths = [width(2), width(3), width(4)] as const
  const perGroup = shape('stage2.unit2.compress.conv.weight')[1] ?? 0
  const groups = widths[0] / perGroup
  if (!Number.isInteger(groups) || groups < 1)
    throw badInput(
      `State dict in the layout "${layout.title}"`,
      `its units of ${widths[0]} channels do not divide into groups of ${perGroup}`,
      'These weights belong to another architecture, or the file is damaged',
    )
  const denseFirst = shape('stage2.unit1.compress.conv.weight')[1] === stem
  return { stem, widths, groups, denseFirst, repeats: V1_REPEATS, ...head(state, layout, variant) }
}

export function measureV2(state: StateDict, layout: Named, variant: ShuffleNetV2Variant): Measured<ShuffleNetV2Options> {
  const first = (role: string) => shapeOf(state, layout, role, 4)[0] ?? 0
  const width = (stage: number) => 2 * first(`stage${stage}.unit2.main.pointwise2.conv.weight`)
  return {
    stem: first('stem.conv.weight'),
    widths: [width(2), width(3), width(4)],
    last: first('last.conv.weight'),
    repeats: V2_REPEATS,
    ...head(state, layout, variant),
  }
}

/** Class count, and a classifier bias where there is one whatever the layout is wont to. */
function head<V extends { fcBias: boolean }>(state: StateDict, layout: Named, variant: V): { classes: number; variant: V } {
  const [classes = 0] = shapeOf(state, layout, 'fc.weight', 2)
  return { classes, variant: { ...variant, fcBias: state.has(layout.keyOf(parseRole('fc.bias'))) } }
}

/** e.g. "0.5x"; widths in words where they are no multiple of the published ones. */
export function v1Scale(groups: number, widths: readonly number[]): string {
  return scaleOf(V1_WIDTHS[groups], widths)
}

export function v2Scale(widths: readonly number[]): string {
  const known = Object.entries(V2_WIDTHS).find(([, published]) => published.slice(0, 3).join() === widths.join())
  return known ? scaleName(Number(known[0])) : widths.join('-')
}

function scaleOf(base: readonly number[] | undefined, widths: readonly number[]): string {
  const scale = (widths[2] ?? 0) / (base?.[2] ?? Number.NaN)
  const exact = base?.every((w, i) => Math.abs(w * scale - (widths[i] ?? 0)) < 1)
  return exact && Number.isInteger(scale * 100) ? scaleName(scale) : widths.join('-')
}
