/** ShuffleNet v1 (arXiv:1707.01083) and the ways in which published implementations differ from the paper. */
import { badInput } from '../base/errors.ts'
import type { Graph, TensorId } from '../ir/graph.ts'
import { NetworkBuilder } from './blocks.ts'
import { type Architecture, type Fit, scaleName } from './entry.ts'
import { centreCrop, IMAGENET_RGB } from './preprocess.ts'
import { V1_REPEATS, v1Widths } from './v1Widths.ts'
import type { WeightSource } from './weights.ts'

export { V1_REPEATS, V1_WIDTHS, v1Widths } from './v1Widths.ts'

/** What an implementation decides for itself. None of it shows in the weights' shapes, all of it in the result. */
export interface ShuffleNetV1Variant {
  readonly shuffleOrder: '(g,n)' | '(n,g)'
  readonly shufflePlace: 'before depthwise' | 'after depthwise'
  /** Order of the two branches in the concatenation of a stride-2 unit. */
  readonly concatOrder: 'main, shortcut' | 'shortcut, main'
  /** In a stride-2 unit: ReLU on the main branch alone, or on the concatenation. */
  readonly concatRelu: 'main' | 'after'
  /** Whether batch norm and ReLU follow the first convolution. */
  readonly stemBnRelu: boolean
  readonly convBias: boolean
  readonly fcBias: boolean
  readonly averagePool: { readonly pad: number; readonly ceil: boolean; readonly countIncludePad: boolean }
  readonly maxPool: { readonly pad: number; readonly ceil: boolean }
}

/**
 * The paper: section 3.2 and figure 2 for the unit. Where it is silent (order of the concatenation, padding of the
 * pools, ReLU after the concatenation), the choice is that of pytorchcv, with which the bundled model is trained.
 */
export const PAPER_V1: ShuffleNetV1Variant = {
  shuffleOrder: '(g,n)',
  shufflePlace: 'before depthwise',
  concatOrder: 'main, shortcut',
  concatRelu: 'after',
  stemBnRelu: true,
  convBias: false,
  fcBias: true,
  averagePool: { pad: 1, ceil: false, countIncludePad: true },
  maxPool: { pad: 1, ceil: false },
}

export interface ShuffleNetV1Options {
  readonly name: string
  readonly groups: number
  /** Channels of the first convolution, and of stages 2, 3 and 4. */
  readonly stem: number
  readonly widths: readonly [number, number, number]
  readonly repeats: readonly [number, number, number]
  readonly classes: number
  /** [height, width] in pixels. */
  readonly inputSize: readonly [number, number]
  readonly shuffle: boolean
  /** The first pointwise layer of stage 2 is not grouped (table 1, caption). */
  readonly denseFirst: boolean
  readonly variant: ShuffleNetV1Variant
  /** Squeeze and excitation in every unit, over this fraction of its channels; absent for none. */
  readonly squeezeRatio?: number
}

/**
 * Builds the graph as loaded: input [1, 3, H, W], output logits [1, classes]. Units lie in scopes "stage2/unit1" to
 * "stage4/unit4"; roles of weights are e.g. "stage2.unit1.compress.conv.weight" and "stage2.unit1.compress.bn.mean".
 * Throws ScopeError where widths do not divide into groups, the input is too small, or the source lacks a weight.
 */
export function shuffleNetV1(options: ShuffleNetV1Options, weights: WeightSource): Graph {
  const net = new NetworkBuilder(options.name, weights)
  const input = net.graph.input('input', [1, 3, ...options.inputSize])
  let x = v1Stem(net, input, options)
  for (const stage of [2, 3, 4] as const) x = v1Stage(net, x, options, stage)
  return net.graph.finish([net.classifier(x, options.classes, options.variant.fcBias)])
}

/** What the layers before the classifier are made of. */
export type V1Layers = Omit<ShuffleNetV1Options, 'name' | 'classes' | 'inputSize'>

/** First convolution and pooling: [N, 3, H, W] to a quarter of the sides. */
export function v1Stem(net: NetworkBuilder, input: TensorId, { stem, variant }: V1Layers): TensorId {
  return net.graph.within('stem', () => {
    let y = net.conv('stem', input, { out: stem, kernel: 3, stride: 2, pad: 1, bias: variant.convBias })
    if (variant.stemBnRelu) y = net.relu('stem', net.batchNorm('stem', y))
    return net.pool('stem', 'max', y, { kernel: 3, stride: 2, ...variant.maxPool })
  })
}

/** All units of a stage, each in a scope that `scopeOf` names. Throws ScopeError where widths do not divide into groups. */
export function v1Stage(
  net: NetworkBuilder,
  x: TensorId,
  options: V1Layers,
  stage: 2 | 3 | 4,
  scopeOf = (unit: number): string => `stage${stage}/unit${unit}`,
): TensorId {
  let y = x
  for (let u = 1; u <= (options.repeats[stage - 2] ?? 0); u++) {
    const groups = options.denseFirst && stage === 2 && u === 1 ? 1 : options.groups
    y = net.graph.within(scopeOf(u), () => unit(net, y, options, options.widths[stage - 2] ?? 0, { stage, unit: u }, groups))
  }
  return y
}

/** One unit; the first of a stage has stride 2. Source: the paper, figure 2 (b) and (c). */
function unit(
  net: NetworkBuilder,
  x: TensorId,
  { groups, variant, shuffle, squeezeRatio }: V1Layers,
  width: number,
  place: { stage: number; unit: number },
  firstGroups: number,
): TensorId {
  const name = `stage${place.stage}.unit${place.unit}`
  const down = place.unit === 1
  const bottleneck = Math.floor(width / 4)
  const out = down ? width - net.channels(x) : width
  const bias = variant.convBias
  if (out <= 0 || net.channels(x) % firstGroups || bottleneck % groups || bottleneck % firstGroups || out % groups)
    throw badInput(
      `Unit ${name}`,
      `${net.channels(x)} input, ${bottleneck} bottleneck and ${out} branch channels do not divide into ${groups} groups`,
      'Stage widths must be multiples of 4 times the groups, the stem a multiple of the groups',
      name,
    )
  const excite = (y: TensorId) => (squeezeRatio === undefined ? y : net.squeezeExcite(name, y, Math.floor(width / squeezeRatio)))
  const mix = (y: TensorId) => (shuffle && groups > 1 ? net.shuffle(name, y, groups, variant.shuffleOrder) : y)

  let y = net.convBnRelu(`${name}.compress`, x, { out: bottleneck, kernel: 1, groups: firstGroups, bias })
  if (variant.shufflePlace === 'before depthwise') y = mix(y)
  y = net.convBn(`${name}.depthwise`, y, { out: bottleneck, kernel: 3, stride: down ? 2 : 1, pad: 1, groups: bottleneck, bias })
  if (variant.shufflePlace === 'after depthwise') y = mix(y)
  y = net.convBn(`${name}.expand`, y, { out, kernel: 1, groups, bias })
  if (!down) return net.relu(name, net.add(name, x, excite(y)))

  const shortcut = net.pool(`${name}.shortcut`, 'average', x, { kernel: 3, stride: 2, ...variant.averagePool })
  if (variant.concatRelu === 'main') y = net.relu(name, y)
  const joined = excite(net.concat(name, variant.concatOrder === 'main, shortcut' ? [y, shortcut] : [shortcut, y]))
  return variant.concatRelu === 'after' ? net.relu(name, joined) : joined
}

/** One network of the family as the zoo lists it. */
interface Listed
  extends Pick<Architecture, 'id' | 'title' | 'source' | 'fits'>,
    Pick<ShuffleNetV1Options, 'groups' | 'stem' | 'widths' | 'squeezeRatio'> {
  readonly repeats?: readonly [number, number, number]
}

function listed({ id, title, source, fits, repeats = V1_REPEATS, ...sizes }: Listed): Architecture {
  return {
    id,
    title,
    source,
    ...(fits && { fits }),
    preprocess: (inputSize) => centreCrop(inputSize, IMAGENET_RGB),
    build: (options, weights) => shuffleNetV1({ ...options, ...sizes, repeats, denseFirst: true, variant: PAPER_V1 }, weights),
  }
}

const UNSAID = 'the paper scales "the number of filters" and does not say how it rounds'

/** What the paper prints for a scale (table 2 for all numbers of groups, table 5 for g=3), or its authors' code for g=8. */
function printed(groups: number, scale: number): Pick<Fit, 'figure' | 'source'> {
  if (scale < 1) return { figure: { megaMacs: scale === 0.5 ? 38 : 13, counts: 'conv' }, source: 'arXiv:1707.01083, table 2' }
  const megaMacs = { 3: [292, 524], 8: [290, 522] }[groups]?.[scale === 1.5 ? 0 : 1]
  if (megaMacs === undefined) return { figure: null, source: 'as for g=3' }
  return {
    figure: { megaMacs, counts: 'conv+fc' },
    source: groups === 3 ? 'arXiv:1707.01083, table 5' : 'megvii-model/ShuffleNet-Series, ShuffleNetV1/README.md',
  }
}

/** The paper's family: five group counts at five scales. */
export const SHUFFLENET_V1: readonly Architecture[] = [1, 2, 3, 4, 8].flatMap((groups) =>
  [0.25, 0.5, 1, 1.5, 2].map((scale): Architecture => {
    const { stem, widths } = v1Widths(groups, scale)
    const what = `Stem of ${stem} and stages of ${widths.join(', ')} channels`
    return listed({
      id: `shufflenet-v1-g${groups}-${scaleName(scale)}`,
      title: `ShuffleNet v1 ${scaleName(scale)} (g=${groups})`,
      source: 'arXiv:1707.01083, table 1 and figure 2',
      ...(scale !== 1 && { fits: [{ what, because: UNSAID, ...printed(groups, scale) }] }),
      groups,
      stem,
      widths,
    })
  }),
)

/** Networks that the paper names with a figure and without their sizes. */
export const SHUFFLENET_V1_VARIANTS: readonly Architecture[] = [
  listed({
    id: 'shufflenet-v1-g3-2.0x-se',
    title: 'ShuffleNet v1 2.0x with SE (g=3)',
    source: 'arXiv:1707.01083, section 4.3 and table 5; squeeze and excitation: arXiv:1709.01507',
    fits: [
      {
        what: 'Reduction ratio 16 over the full width of every unit: on the branch before it is added, and on the concatenation in units of stride 2',
        figure: { megaMacs: 527, counts: 'conv+fc' },
        source: 'arXiv:1707.01083, table 5',
      },
      { what: 'Both layers of squeeze and excitation have biases', figure: null, source: 'as torchvision has them' },
    ],
    groups: 3,
    ...v1Widths(3, 2),
    squeezeRatio: 16,
  }),
  listed({
    id: 'shufflenet-v1-g3-0.5x-shallow',
    title: 'ShuffleNet v1 0.5x, shallow (g=3)',
    source: 'arXiv:1707.01083, section 4.3: half the units of each stage, 26 layers',
    fits: [
      {
        what: 'Stem of 9 and stages of 180, 360, 720 channels: with the widths of 0.5x, half the units would cost 22 M',
        figure: { megaMacs: 40, counts: 'conv+fc' },
        source: 'arXiv:1707.01083, table 5',
      },
    ],
    groups: 3,
    stem: 9,
    widths: [180, 360, 720],
    repeats: [2, 4, 2],
  }),
  listed({
    id: 'shufflenet-v1-g8-0.5x-arch2',
    title: 'ShuffleNet v1 0.5x, arch2 (g=8)',
    source: 'arXiv:1707.01083v1, as it is quoted: two units of stage 3 removed, every feature map widened',
    fits: [
      {
        what: 'Stem of 16 and stages of 224, 416, 832 channels: the widths are published nowhere, these are those of tensorpack',
        figure: { megaMacs: 40, counts: 'conv' },
        source: 'tensorpack, examples/ImageNetModels, which quotes arXiv:1707.01083v1',
      },
    ],
    groups: 8,
    stem: 16,
    widths: [224, 416, 832],
    repeats: [4, 6, 4],
  }),
]
