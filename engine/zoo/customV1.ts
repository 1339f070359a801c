/** ShuffleNet v1 of any size, by an id that says everything: what sliders describe can be opened, linked to and saved. */
import { badInput } from '../base/errors.ts'
import type { Architecture } from './entry.ts'
import { centreCrop, IMAGENET_RGB } from './preprocess.ts'
import { PAPER_V1, shuffleNetV1 } from './shuffleNetV1.ts'
import { type V1Shape, v1ShapeCost } from './v1Cost.ts'

const PREFIX = 'shufflenet-v1-custom-'
/** Groups, stem, three widths, units of three stages, height x width, classes. */
const FORM =
  /^g(\d{1,3})-stem(\d{1,5})-(\d{1,5})-(\d{1,5})-(\d{1,5})-units(\d{1,2})-(\d{1,2})-(\d{1,2})-(\d{1,4})x(\d{1,4})-classes(\d{1,6})(-noshuffle)?$/
/** An id comes from an address as well: what it asks for must fit into memory. */
const MOST_PARAMS = 64e6

/** e.g. "shufflenet-v1-custom-g3-stem24-240-480-960-units4-8-4-224x224-classes1000". */
export function customV1Id({ groups, stem, widths, repeats, height, width, classes, shuffle }: V1Shape): string {
  return `${PREFIX}g${groups}-stem${stem}-${widths.join('-')}-units${repeats.join('-')}-${height}x${width}-classes${classes}${shuffle ? '' : '-noshuffle'}`
}

/** Undefined where the id is of another kind. Throws ScopeError `bad-input` where it is of this kind and cannot be built. */
export function customV1(id: string): { readonly shape: V1Shape; readonly architecture: Architecture } | undefined {
  if (!id.startsWith(PREFIX)) return undefined
  const found = FORM.exec(id.slice(PREFIX.length))
  const [groups = 0, stem = 0, a = 0, b = 0, c = 0, r2 = 0, r3 = 0, r4 = 0, height = 0, width = 0, classes = 0] =
    found?.slice(1, 12).map(Number) ?? []
  if (!found) throw badInput(`Model "${id}"`, 'it is not how a ShuffleNet v1 of its own sizes is written', 'Open it from “What if” in Costs')
  const shape: V1Shape = { groups, stem, widths: [a, b, c], repeats: [r2, r3, r4], height, width, classes, shuffle: found[12] === undefined }
  const { params } = v1ShapeCost(shape).total
  if (params > MOST_PARAMS)
    throw badInput(`Model "${id}"`, `it has ${(params / 1e6).toFixed(0)} M parameters, more than ${MOST_PARAMS / 1e6} M`, 'Make it narrower')
  return {
    shape,
    architecture: {
      id,
      title: `ShuffleNet v1 ${a}-${b}-${c} (g=${groups})`,
      source: 'Sizes from the id; units of arXiv:1707.01083, figure 2',
      preprocess: (inputSize) => centreCrop(inputSize, IMAGENET_RGB),
      build: (options, weights) =>
        shuffleNetV1({ ...options, groups, stem, widths: shape.widths, repeats: shape.repeats, denseFirst: true, variant: PAPER_V1 }, weights),
    },
  }
}
