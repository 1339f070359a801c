/** What the layouts of ShuffleNet v1 have in common: measure, name, build. */
import type { Preprocess } from '../../../model.ts'
import { type ShuffleNetV1Variant, shuffleNetV1 } from '../../../zoo/shuffleNetV1.ts'
import type { Layout, Opening } from './layout.ts'
import { measureV1, v1Scale } from './measure.ts'

export interface V1Layout extends Omit<Layout, 'open'> {
  readonly maker: string
  readonly variant: ShuffleNetV1Variant
  readonly preprocess: (inputSize: readonly [number, number]) => Preprocess
}

export function v1Layout(layout: V1Layout): Layout {
  return {
    ...layout,
    open(state, inputSize): Opening {
      const measured = measureV1(state, layout, layout.variant)
      const scale = v1Scale(measured.groups, measured.widths)
      return {
        id: `shufflenet-v1-g${measured.groups}-${scale}-${layout.maker.toLowerCase()}`,
        title: `ShuffleNet v1 ${scale} (g=${measured.groups}), ${layout.maker}`,
        classes: measured.classes,
        preprocess: layout.preprocess(inputSize),
        build: (name, weights) => shuffleNetV1({ ...measured, name, inputSize, shuffle: true }, weights),
      }
    },
  }
}
