/** ShuffleNet v2 (arXiv:1807.11164) in its two published topologies: Megvii's, whose cost the paper prints, and torchvision's. */
import { badInput } from '../base/errors.ts'
import type { Graph, TensorId } from '../ir/graph.ts'
import { NetworkBuilder } from './blocks.ts'
import { type Architecture, scaleName } from './entry.ts'
import { centreCrop, IMAGENET_RGB, MEGVII_BGR } from './preprocess.ts'
import type { WeightSource } from './weights.ts'

export interface ShuffleNetV2Variant {
  /** Output channels of the shortcut branch of a stride-2 unit: as many as it has inputs, or half the stage. */
  readonly shortcutWidth: 'input' | 'half'
  /** A shuffle after every concatenation, or an even-odd split at the start of every stride-1 unit. */
  readonly shuffle: 'after concat' | 'before split'
  readonly fcBias: boolean
  readonly maxPool: { readonly pad: number; readonly ceil: boolean }
}

export const MEGVII_V2: ShuffleNetV2Variant = {
  shortcutWidth: 'input',
  shuffle: 'before split',
  fcBias: false,
  maxPool: { pad: 1, ceil: false },
}
export const TORCHVISION_V2: ShuffleNetV2Variant = {
  shortcutWidth: 'half',
  shuffle: 'after concat',
  fcBias: true,
  maxPool: { pad: 1, ceil: false },
}

export interface ShuffleNetV2Options {
  readonly name: string
  readonly stem: number
  /** Channels of stages 2, 3 and 4, and of the last convolution. */
  readonly widths: readonly [number, number, number]
  readonly last: number
  readonly repeats: readonly [number, number, number]
  readonly classes: number
  /** [height, width] in pixels. */
  readonly inputSize: readonly [number, number]
  readonly shuffle: boolean
  readonly variant: ShuffleNetV2Variant
  /** Squeeze and excitation in every unit, over this fraction of its channels; absent for none. */
  readonly squeezeRatio?: number
}

/** Channels by scale: stages 2 to 4, last convolution. Source: arXiv:1807.11164, table 5; 2x as its authors released it. */
export const V2_WIDTHS: Readonly<Record<string, readonly [number, number, number, number]>> = {
  '0.5': [48, 96, 192, 1024],
  '1': [116, 232, 464, 1024],
  '1.5': [176, 352, 704, 1024],
  '2': [244, 488, 976, 2048],
}
export const V2_STEM = 24
export const V2_REPEATS = [4, 8, 4] as const

/**
 * Builds the graph as loaded: input [1, 3, H, W], output logits [1, classes]. Roles of weights are e.g.
 * "stage2.unit1.main.pointwise1.conv.weight", "stage2.unit1.shortcut.depthwise.bn.mean", "last.conv.weight".
 * Throws ScopeError where a width is odd, the input is too small, or the source lacks a weight.
 */
export function shuffleNetV2(options: ShuffleNetV2Options, weights: WeightSource): Graph {
  const { variant } = options
  const net = new NetworkBuilder(options.name, weights)
  const input = net.graph.input('input', [1, 3, ...options.inputSize])
  let x = net.graph.within('stem', () => {
    const y = net.convBnRelu('stem', input, { out: options.stem, kernel: 3, stride: 2, pad: 1 })
    return net.pool('stem', 'max', y, { kernel: 3, stride: 2, ...variant.maxPool })
  })
  options.widths.forEach((width, s) => {
    for (let u = 0; u < (options.repeats[s] ?? 0); u++) {
      const name = `stage${s + 2}.unit${u + 1}`
      x = net.graph.within(`stage${s + 2}/unit${u + 1}`, () => unit(net, x, options, width, name, u === 0))
    }
  })
  x = net.graph.within('head', () => net.convBnRelu('last', x, { out: options.last, kernel: 1 }))
  return net.graph.finish([net.classifier(x, options.classes, variant.fcBias)])
}

function unit(net: NetworkBuilder, x: TensorId, options: ShuffleNetV2Options, width: number, name: string, down: boolean): TensorId {
  const { variant, shuffle, squeezeRatio } = options
  const channels = net.channels(x)
  const half = width / 2
  const shortcutOut = !down ? half : variant.shortcutWidth === 'input' ? channels : half
  if (width % 2 || channels % 2 || shortcutOut >= width)
    throw badInput(`Unit ${name}`, `${channels} channels cannot become ${width} in two halves`, 'Stage widths must be even and growing', name)

  let shortcut = x
  let main = x
  if (down) {
    shortcut = net.convBn(`${name}.shortcut.depthwise`, x, { out: channels, kernel: 3, stride: 2, pad: 1, groups: channels })
    shortcut = net.convBnRelu(`${name}.shortcut.pointwise`, shortcut, { out: shortcutOut, kernel: 1 })
  } else {
    // Even channels first, then odd ones: the inverse of the paper's shuffle with two groups.
    const mixed = shuffle && variant.shuffle === 'before split' ? net.shuffle(name, x, 2, '(n,g)') : x
    ;[shortcut, main] = net.halves(name, mixed)
  }
  main = net.convBnRelu(`${name}.main.pointwise1`, main, { out: half, kernel: 1 })
  main = net.convBn(`${name}.main.depthwise`, main, { out: half, kernel: 3, stride: down ? 2 : 1, pad: 1, groups: half })
  main = net.convBnRelu(`${name}.main.pointwise2`, main, { out: width - shortcutOut, kernel: 1 })
  let joined = net.concat(name, [shortcut, main])
  if (squeezeRatio !== undefined) joined = net.squeezeExcite(name, joined, Math.floor(width / squeezeRatio))
  return shuffle && variant.shuffle === 'after concat' ? net.shuffle(name, joined, 2, '(g,n)') : joined
}

const TOPOLOGIES = [
  { name: 'torchvision', variant: TORCHVISION_V2, normalisation: IMAGENET_RGB, source: 'torchvision, models/shufflenetv2.py' },
  {
    name: 'megvii',
    variant: MEGVII_V2,
    normalisation: MEGVII_BGR,
    source: 'arXiv:1807.11164 as its authors released it: megvii-model/ShuffleNet-Series',
  },
]

/** Both topologies at four scales. */
export const SHUFFLENET_V2: readonly Architecture[] = TOPOLOGIES.flatMap(({ name, variant, normalisation, source }) =>
  [0.5, 1, 1.5, 2].map(
    (scale): Architecture => ({
      id: `shufflenet-v2-${name}-${scaleName(scale)}`,
      title: `ShuffleNet v2 ${scaleName(scale)} (${name})`,
      source,
      preprocess: (inputSize) => centreCrop(inputSize, normalisation),
      build: (options, weights) => shuffleNetV2({ ...options, ...sizes(V2_WIDTHS[scale]), variant }, weights),
    }),
  ),
)

/** The largest network of the paper's table 8. */
export const SHUFFLENET_V2_SE: Architecture = {
  id: 'shufflenet-v2-megvii-2.0x-se',
  title: 'ShuffleNet v2 2.0x with SE (megvii)',
  source: 'arXiv:1807.11164, table 8; squeeze and excitation: arXiv:1709.01507',
  fits: [
    {
      what: 'Reduction ratio 2 over the full width of every unit, on its concatenation: ratio 16 would add 0.7 M to 2x, the printed figures differ by 6 M',
      figure: { megaMacs: 597, counts: 'conv+fc' },
      source: 'arXiv:1807.11164, table 8',
    },
    { what: 'Both layers of squeeze and excitation have biases', figure: null, source: 'as torchvision has them' },
  ],
  preprocess: (inputSize) => centreCrop(inputSize, MEGVII_BGR),
  build: (options, weights) => shuffleNetV2({ ...options, ...sizes(V2_WIDTHS['2']), variant: MEGVII_V2, squeezeRatio: 2 }, weights),
}

function sizes([stage2 = 0, stage3 = 0, stage4 = 0, last = 0]: readonly number[] = []) {
  return { stem: V2_STEM, widths: [stage2, stage3, stage4], last, repeats: V2_REPEATS } as const
}
