/** The other structures of the paper's table 4: its architecture (table 1) with units of VGG, ResNet, Xception and ResNeXt. */
import type { Graph, TensorId } from '../ir/graph.ts'
import { NetworkBuilder } from './blocks.ts'
import type { Architecture, BuildOptions, Fit } from './entry.ts'
import { centreCrop, IMAGENET_RGB } from './preprocess.ts'
import { PAPER_V1, shuffleNetV1 } from './shuffleNetV1.ts'
import { V1_REPEATS, v1Widths } from './v1Widths.ts'
import type { WeightSource } from './weights.ts'

type Kind = 'vgg' | 'resnet' | 'resnext'

export interface StructureOptions extends BuildOptions {
  readonly kind: Kind
  /** Channels of the first convolution, and of stages 2, 3 and 4. */
  readonly stem: number
  readonly widths: readonly [number, number, number]
}

/** Groups of the ResNeXt unit (section 4.2). */
const CARDINALITY = 16

/**
 * Builds the graph as loaded: input [1, 3, H, W], output logits [1, classes]. Scopes are those of ShuffleNet v1; roles
 * of weights are e.g. "stage2.unit1.first.conv.weight" (VGG) and "stage2.unit1.spatial.conv.weight" (ResNet, ResNeXt).
 * Throws ScopeError where the input is too small, a stage does not grow or the source lacks a weight.
 */
export function structure(options: StructureOptions, weights: WeightSource): Graph {
  const net = new NetworkBuilder(options.name, weights)
  const input = net.graph.input('input', [1, 3, ...options.inputSize])
  let x = net.graph.within('stem', () => {
    const y = net.convBnRelu('stem', input, { out: options.stem, kernel: 3, stride: 2, pad: 1 })
    return net.pool('stem', 'max', y, { kernel: 3, stride: 2, pad: 1 })
  })
  options.widths.forEach((width, s) => {
    for (let u = 0; u < (V1_REPEATS[s] ?? 0); u++)
      x = net.graph.within(`stage${s + 2}/unit${u + 1}`, () => UNITS[options.kind](net, x, `stage${s + 2}.unit${u + 1}`, width, u === 0))
  })
  return net.graph.finish([net.classifier(x, options.classes, true)])
}

type Unit = (net: NetworkBuilder, x: TensorId, name: string, width: number, down: boolean) => TensorId

const UNITS: Readonly<Record<Kind, Unit>> = {
  /** Two 3x3 convolutions, batch norm after each. */
  vgg(net, x, name, width, down) {
    const y = net.convBnRelu(`${name}.first`, x, { out: width, kernel: 3, stride: down ? 2 : 1, pad: 1 })
    return net.convBnRelu(`${name}.second`, y, { out: width, kernel: 3, pad: 1 })
  },

  /** Bottleneck of a quarter. */
  resnet(net, x, name, width, down) {
    const stride = down ? 2 : 1
    const y = bottleneck(net, x, name, { inner: Math.floor(width / 4), out: width, stride, groups: 1 })
    const shortcut = down ? net.convBn(`${name}.shortcut`, x, { out: width, kernel: 1, stride }) : x
    return net.relu(name, net.add(name, y, shortcut))
  },

  /** Bottleneck of a half, grouped. */
  resnext(net, x, name, width, down) {
    const inner = Math.floor(width / 2)
    const groups = cardinality(inner)
    if (!down) return net.relu(name, net.add(name, bottleneck(net, x, name, { inner, out: width, stride: 1, groups }), x))
    const y = bottleneck(net, x, name, { inner, out: width - net.channels(x), stride: 2, groups })
    const shortcut = net.pool(`${name}.shortcut`, 'average', x, { kernel: 3, stride: 2, pad: 1 })
    return net.relu(name, net.concat(name, [y, shortcut]))
  },
}

interface Bottleneck {
  readonly inner: number
  readonly out: number
  readonly stride: number
  readonly groups: number
}

/** 1x1, 3x3 and 1x1 convolution; the stride is on the 3x3. */
function bottleneck(net: NetworkBuilder, x: TensorId, name: string, { inner, out, stride, groups }: Bottleneck): TensorId {
  let y = net.convBnRelu(`${name}.compress`, x, { out: inner, kernel: 1 })
  y = net.convBnRelu(`${name}.spatial`, y, { out: inner, kernel: 3, stride, pad: 1, groups })
  return net.convBn(`${name}.expand`, y, { out, kernel: 1 })
}

/** 16 groups, or the most below that into which the channels divide. */
function cardinality(channels: number): number {
  let groups = Math.min(CARDINALITY, channels)
  while (channels % groups !== 0) groups--
  return groups
}

/** MFLOPs of the table, stem, widths. Stage 4 at 38 is from the text; 140 and 13 are twice and half of those widths. */
const SIZES: Readonly<Record<Kind, readonly (readonly [budget: number, stem: number, widths: readonly [number, number, number]])[]>> = {
  vgg: [
    [140, 24, [24, 49, 98]],
    [38, 12, [12, 25, 50]],
  ],
  resnet: [
    [140, 24, [96, 192, 384]],
    [38, 12, [48, 96, 192]],
    [13, 12, [24, 48, 96]],
  ],
  resnext: [
    [140, 24, [96, 192, 384]],
    [38, 12, [48, 96, 192]],
    [13, 12, [24, 48, 96]],
  ],
}

const TITLES: Readonly<Record<Kind, string>> = { vgg: 'VGG-like', resnet: 'ResNet', resnext: 'ResNeXt' }
const SOURCE = 'arXiv:1707.01083, section 4.2 and table 4'
const SHORTCUTS: Readonly<Record<Kind, string | null>> = {
  vgg: null,
  resnet: 'Stride on the 3x3 convolution; the shortcut of a stride-2 unit is a 1x1 convolution with batch norm',
  resnext: "Stride on the 3x3 convolution; the shortcut of a stride-2 unit is ShuffleNet's, average pooling and concatenation",
}

function fitsOf(kind: Kind, budget: number, stem: number, widths: readonly [number, number, number]): Fit[] {
  const figure = { megaMacs: budget, counts: 'conv' } as const
  const sizes = `Stem of ${stem} and stages of ${widths.join(', ')} channels`
  const shortcut = SHORTCUTS[kind]
  const inner = widths.map((w) => Math.floor(w / 2))
  const groups = inner.map(cardinality)
  const held = groups.every((g) => g === CARDINALITY)
  return [
    budget === 38
      ? { what: `${sizes}: the ${widths[2]} of stage 4 are the paper's, halved twice for the others`, figure, source: SOURCE }
      : { what: sizes, because: 'the paper gives no width at this complexity', figure, source: SOURCE },
    ...(shortcut ? [{ what: shortcut, figure, source: SOURCE }] : []),
    ...(kind === 'resnext' && !held
      ? [
          {
            what: `${groups.join(', ')} groups: bottlenecks of ${inner.join(', ')} channels do not all divide into ${CARDINALITY}`,
            figure,
            source: SOURCE,
          },
        ]
      : []),
  ]
}

/** "Xception-like" is ShuffleNet with one group and no shuffle, whose sizes table 1 gives at 1x. */
const XCEPTION_LIKE: readonly Architecture[] = [
  { budget: 140, scale: 1 },
  { budget: 38, scale: 0.5 },
  { budget: 13, scale: 0.25 },
].map(({ budget, scale }) => {
  const { stem, widths } = v1Widths(1, scale)
  const what = `Stem of ${stem} and stages of ${widths.join(', ')} channels${budget === 38 ? ": the 288 of stage 4 are the paper's" : ''}`
  return {
    id: `xception-like-${budget}m`,
    title: `Xception-like units, ${budget} MFLOPs`,
    source: `${SOURCE}: ShuffleNet without group convolution and shuffle`,
    ...(scale !== 1 && { fits: [{ what, figure: { megaMacs: budget, counts: 'conv' as const }, source: SOURCE }] }),
    preprocess: (inputSize) => centreCrop(inputSize, IMAGENET_RGB),
    build: (options, weights) =>
      shuffleNetV1({ ...options, stem, widths, groups: 1, shuffle: false, repeats: V1_REPEATS, denseFirst: true, variant: PAPER_V1 }, weights),
  }
})

/** Every cell of table 4 beside ShuffleNet's. The paper has no VGG-like network of 13 MFLOPs. */
export const STRUCTURES: readonly Architecture[] = [
  ...(['vgg', 'resnet', 'resnext'] as const).flatMap((kind) =>
    SIZES[kind].map(
      ([budget, stem, widths]): Architecture => ({
        id: `${kind}-like-${budget}m`,
        title: `${TITLES[kind]} units, ${budget} MFLOPs`,
        source: SOURCE,
        fits: fitsOf(kind, budget, stem, widths),
        preprocess: (inputSize) => centreCrop(inputSize, IMAGENET_RGB),
        build: (options, weights) => structure({ ...options, kind, stem, widths }, weights),
      }),
    ),
  ),
  ...XCEPTION_LIKE,
]
