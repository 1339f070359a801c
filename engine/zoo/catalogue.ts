/** Real weights that a user can download: where they are, and how to know that they arrived whole. Data only. */

export interface CatalogueEntry {
  /** e.g. "torchvision-shufflenet-v2-1.0x" */
  readonly id: string
  readonly title: string
  readonly url: string
  /** Bytes as published, from rounded figures: for a progress bar, not for a check. Null where it is not published. */
  readonly size: number | null
  /** First hexadecimal digits of the file's sha256, as its name carries them. */
  readonly sha256Prefix: string
  /** Id of the state-dict layout that reads it. */
  readonly layout: string
  readonly params: number
  readonly classes: number
  readonly labelSet: 'imagenet-1k'
  /** Licence of the code that published them. */
  readonly licence: string
  /** Published top-1 accuracy on ImageNet, percent. */
  readonly top1: number
}

const TORCHVISION = 'https://download.pytorch.org/models/'
const IMAGENET = { classes: 1000, labelSet: 'imagenet-1k' } as const

/** File, size and accuracy: pytorch/vision, torchvision/models/shufflenetv2.py. */
const TORCHVISION_V2 = [
  { scale: '0.5x', file: 'shufflenetv2_x0.5-f707e7126e.pth', megabytes: 5.282, params: 1_366_792, top1: 60.552 },
  { scale: '1.0x', file: 'shufflenetv2_x1-5666bf0f80.pth', megabytes: 8.791, params: 2_278_604, top1: 69.362 },
  { scale: '1.5x', file: 'shufflenetv2_x1_5-3c479a10.pth', megabytes: 13.557, params: 3_503_624, top1: 72.996 },
  { scale: '2.0x', file: 'shufflenetv2_x2_0-8be3c8ee.pth', megabytes: 28.433, params: 7_393_996, top1: 76.23 },
] as const

export const CATALOGUE: readonly CatalogueEntry[] = [
  {
    id: 'mmpretrain-shufflenet-v1-g3-1.0x',
    title: 'ShuffleNet v1 1.0x (g=3), mmpretrain',
    url: 'https://download.openmmlab.com/mmclassification/v0/shufflenet_v1/shufflenet_v1_batch1024_imagenet_20200804-5d6cec73.pth',
    size: null,
    sha256Prefix: '5d6cec73',
    layout: 'mmpretrain-v1',
    params: 1_865_728,
    licence: 'Apache-2.0',
    top1: 68.13,
    ...IMAGENET,
  },
  ...TORCHVISION_V2.map(
    ({ scale, file, megabytes, params, top1 }): CatalogueEntry => ({
      id: `torchvision-shufflenet-v2-${scale}`,
      title: `ShuffleNet v2 ${scale}, torchvision`,
      url: TORCHVISION + file,
      // torchvision publishes mebibytes.
      size: Math.round(megabytes * 2 ** 20),
      sha256Prefix: /-([0-9a-f]+)\.pth$/.exec(file)?.[1] ?? '',
      layout: 'torchvision-v2',
      params,
      licence: 'BSD-3-Clause',
      top1,
      ...IMAGENET,
    }),
  ),
]
