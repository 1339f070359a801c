/** The zoo: architectures by id, built with random weights. */
import { badInput, type ScopeError } from '../base/errors.ts'
import { type Graph, parameterCount } from '../ir/graph.ts'
import type { Model } from '../model.ts'
import { ALEXNETS } from './alexNet.ts'
import { customV1 } from './customV1.ts'
import type { Architecture, Fit } from './entry.ts'
import { FASTER_RCNNS } from './fasterRcnn.ts'
import { GOOGLENETS } from './googLeNet.ts'
import { MOBILENET_V1 } from './mobileNetV1.ts'
import { RESNETS } from './resNet.ts'
import { SHUFFLENET_V1, SHUFFLENET_V1_VARIANTS } from './shuffleNetV1.ts'
import { SHUFFLENET_V2, SHUFFLENET_V2_SE } from './shuffleNetV2.ts'
import { SQUEEZENETS } from './squeezeNet.ts'
import { STRUCTURES } from './structures.ts'
import { VGG_16 } from './vgg.ts'
import { randomWeights, shapesOnly, type WeightSource } from './weights.ts'
import { XCEPTION } from './xception.ts'

export interface ZooOptions {
  /** Pixels: a side, or [height, width]. Default 224, or as the architecture is published. */
  readonly inputSize?: number | readonly [number, number]
  /** Default 1000, or as the architecture is published. */
  readonly classes?: number
  /** Of the random weights. Default 1. */
  readonly seed?: number
  /** False builds the network without its channel shuffles (the paper, table 3). */
  readonly shuffle?: boolean
}

export interface ZooEntry {
  readonly id: string
  readonly title: string
  /** Parameters with `classes` classes; running statistics are not parameters. Counted when first asked for. */
  readonly params: number
  readonly classes: number
  /** What states the network. */
  readonly source: string
  /** Where that is silent: the choices of this zoo, with the published figures that they meet. */
  readonly fits: readonly Fit[]
  build(options?: ZooOptions): Model
}

const CLASSES = 1000
const SIZE = 224
/** Larger requests are mistakes, or meant to exhaust memory. */
const LIMITS = { side: 4096, classes: 100_000 }

/** Everything the zoo can build, with weights from any source. */
export const ARCHITECTURES: readonly Architecture[] = [
  ...SHUFFLENET_V1,
  ...SHUFFLENET_V1_VARIANTS,
  ...SHUFFLENET_V2,
  SHUFFLENET_V2_SE,
  ...STRUCTURES,
  ...MOBILENET_V1,
  ...RESNETS,
  ...SQUEEZENETS,
  ...ALEXNETS,
  VGG_16,
  ...GOOGLENETS,
  XCEPTION,
  ...FASTER_RCNNS,
]

export const ZOO: readonly ZooEntry[] = ARCHITECTURES.map(entryOf)

/**
 * Builds an architecture of the zoo, or one whose id says its sizes (`customV1Id`), with random weights: input
 * [1, 3, H, W], output logits [1, classes], or those of `fasterRcnn`. Throws ScopeError `bad-input` for an unknown id, or a size or class count that cannot be built.
 */
export function buildZooModel(id: string, options: ZooOptions = {}): Model {
  const custom = customV1(id)
  if (custom) {
    const { height, width, classes, shuffle } = custom.shape
    return modelOf(custom.architecture, { inputSize: [height, width], classes, shuffle, ...options })
  }
  const entry = ZOO.find((e) => e.id === id)
  if (!entry) throw unknown(id)
  return entry.build(options)
}

/**
 * The graph of an architecture with zeros for weights: enough to count and to plan, and cheap. Throws as `buildZooModel`
 * does; ids with sizes of their own are not known here.
 */
export function zooSkeleton(id: string, options: Omit<ZooOptions, 'seed'> = {}): Graph {
  const architecture = ARCHITECTURES.find((a) => a.id === id)
  if (!architecture) throw unknown(id)
  return graphOf(architecture, options, shapesOnly())
}

function unknown(id: string): ScopeError {
  return badInput(`Model "${id}"`, 'the zoo has no such architecture', `It has: ${ZOO.map((e) => e.id).join(', ')}`)
}

function entryOf(architecture: Architecture): ZooEntry {
  let params: number | undefined
  return {
    id: architecture.id,
    title: architecture.title,
    classes: architecture.classes ?? CLASSES,
    source: architecture.source,
    fits: architecture.fits ?? [],
    get params() {
      params ??= parameterCount(graphOf(architecture, {}, shapesOnly()))
      return params
    },
    build: (options) => modelOf(architecture, options ?? {}),
  }
}

function modelOf(architecture: Architecture, options: ZooOptions): Model {
  const { seed = 1, shuffle = true } = options
  return {
    id: architecture.id,
    title: shuffle ? architecture.title : `${architecture.title}, no shuffle`,
    preprocess: architecture.preprocess(sizeOf(architecture, options)),
    labels: null,
    labelSet: null,
    provenance: `Random weights (seed ${seed}); the network is not trained`,
    notice: `The weights are random: this model shows structure and speed, and cannot ${architecture.task === 'detection' ? 'detect' : 'classify'}`,
    graph: graphOf(architecture, options, randomWeights(seed)),
    format: 'zoo',
  }
}

function graphOf(architecture: Architecture, options: ZooOptions, weights: WeightSource): Graph {
  const { classes = architecture.classes ?? CLASSES, shuffle = true } = options
  const inputSize = sizeOf(architecture, options)
  check('input size', inputSize[0], LIMITS.side)
  check('input size', inputSize[1], LIMITS.side)
  check('number of classes', classes, LIMITS.classes)
  return architecture.build({ name: architecture.id, inputSize, classes, shuffle }, weights)
}

function sizeOf({ inputSize = SIZE }: Architecture, options: ZooOptions): readonly [number, number] {
  const size = options.inputSize ?? inputSize
  return typeof size === 'number' ? [size, size] : size
}

function check(what: string, value: number, limit: number): void {
  if (!Number.isInteger(value) || value < 1 || value > limit)
    throw badInput(`The ${what}`, `${value} is not a whole number from 1 to ${limit}`, 'Choose another value')
}
