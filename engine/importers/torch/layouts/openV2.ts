/** What the layouts of ShuffleNet v2 have in common: measure, name, build. */
import type { Preprocess } from '../../../model.ts'
import { type ShuffleNetV2Variant, shuffleNetV2 } from '../../../zoo/shuffleNetV2.ts'
import type { Layout, Opening } from './layout.ts'
import { measureV2, v2Scale } from './measure.ts'

export interface V2Layout extends Omit<Layout, 'open'> {
  readonly maker: string
  readonly variant: ShuffleNetV2Variant
  readonly preprocess: (inputSize: readonly [number, number], stage2Width: number) => Preprocess
}

export function v2Layout(layout: V2Layout): Layout {
  return {
    ...layout,
    open(state, inputSize): Opening {
      const measured = measureV2(state, layout, layout.variant)
      const scale = v2Scale(measured.widths)
      return {
        id: `shufflenet-v2-${scale}-${layout.maker.toLowerCase()}`,
        title: `ShuffleNet v2 ${scale}, ${layout.maker}`,
        classes: measured.classes,
        preprocess: layout.preprocess(inputSize, measured.widths[0]),
        build: (name, weights) => shuffleNetV2({ ...measured, name, inputSize, shuffle: true }, weights),
      }
    },
  }
}
