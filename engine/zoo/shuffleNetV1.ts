/** ShuffleNet v1 (arXiv:1707.01083) and the ways in which published implementations differ from the paper. */
import { badInput } from '../base/errors.ts'
import type { Graph, TensorId } from '../ir/graph.ts'
import { NetworkBuilder } from './blocks.ts'
import { type Architecture, scaleName } from './entry.ts'
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
}

/**
 * Builds the graph as loaded: input [1, 3, H, W], output logits [1, classes]. Units lie in scopes "stage2/unit1" to
 * "stage4/unit4"; roles of weights are e.g. "stage2.unit1.compress.conv.weight" and "stage2.unit1.compress.bn.mean".
 * Throws ScopeError where widths do not divide into groups, the input is too small, or the source lacks a weight.
 */
export function shuffleNetV1(options: ShuffleNetV1Options, weights: WeightSource): Graph {
  const { variant, groups } = options
  const net = new NetworkBuilder(options.name, weights)
  const input = net.graph.input('input', [1, 3, ...options.inputSize])
  let x = net.graph.within('stem', () => {
    let y = net.conv('stem', input, { out: options.stem, kernel: 3, stride: 2, pad: 1, bias: variant.convBias })
    if (variant.stemBnRelu) y = net.relu('stem', net.batchNorm('stem', y))
    return net.pool('stem', 'max', y, { kernel: 3, stride: 2, ...variant.maxPool })
  })
  options.widths.forEach((width, s) => {
    for (let u = 0; u < (options.repeats[s] ?? 0); u++) {
      const place = { stage: s + 2, unit: u + 1 }
      const dense = options.denseFirst && s === 0 && u === 0
      x = net.graph.within(`stage${place.stage}/unit${place.unit}`, () => unit(net, x, options, width, place, dense ? 1 : groups))
    }
  })
  return net.graph.finish([net.classifier(x, options.classes, variant.fcBias)])
}

/** One unit; the first of a stage has stride 2. Source: the paper, figure 2 (b) and (c). */
function unit(
  net: NetworkBuilder,
  x: TensorId,
  { groups, variant, shuffle }: ShuffleNetV1Options,
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
  const mix = (y: TensorId) => (shuffle && groups > 1 ? net.shuffle(name, y, groups, variant.shuffleOrder) : y)

  let y = net.convBnRelu(`${name}.compress`, x, { out: bottleneck, kernel: 1, groups: firstGroups, bias })
  if (variant.shufflePlace === 'before depthwise') y = mix(y)
  y = net.convBn(`${name}.depthwise`, y, { out: bottleneck, kernel: 3, stride: down ? 2 : 1, pad: 1, groups: bottleneck, bias })
  if (variant.shufflePlace === 'after depthwise') y = mix(y)
  y = net.convBn(`${name}.expand`, y, { out, kernel: 1, groups, bias })
  if (!down) return net.relu(name, net.add(name, x, y))

  const shortcut = net.pool(`${name}.shortcut`, 'average', x, { kernel: 3, stride: 2, ...variant.averagePool })
  if (variant.concatRelu === 'main') y = net.relu(name, y)
  const joined = net.concat(name, variant.concatOrder === 'main, shortcut' ? [y, shortcut] : [shortcut, y])
  return variant.concatRelu === 'after' ? net.relu(name, joined) : joined
}

/** The paper's family: five group counts at five scales. */
export const SHUFFLENET_V1: readonly Architecture[] = [1, 2, 3, 4, 8].flatMap((groups) =>
  [0.25, 0.5, 1, 1.5, 2].map(
    (scale): Architecture => ({
      id: `shufflenet-v1-g${groups}-${scaleName(scale)}`,
      title: `ShuffleNet v1 ${scaleName(scale)} (g=${groups})`,
      preprocess: (inputSize) => centreCrop(inputSize, IMAGENET_RGB),
      build: (options, weights) =>
        shuffleNetV1({ ...options, ...v1Widths(groups, scale), groups, repeats: V1_REPEATS, denseFirst: true, variant: PAPER_V1 }, weights),
    }),
  ),
)
