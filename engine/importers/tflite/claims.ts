/**
 * What the importer takes: every TensorFlow Lite operator, and what of it is left out. The importer checks each node against
 * this list before it converts it, and documentation is written from it; nothing else says what is supported.
 */
import type { NodeContext } from './context.ts'

/** What of an operator is left out. */
export interface Restriction {
  /** One clause that begins with "it" or "its", as the error says it. */
  readonly words: string
  /** What the user can do. */
  readonly hint: string
  /** Whether a node is one of those left out. */
  readonly excludes: (node: NodeContext) => boolean
}

export interface Claim {
  readonly restrictions: readonly Restriction[]
}

const restriction = (words: string, hint: string, excludes: Restriction['excludes']): Restriction => ({ words, hint, excludes })

/** Integers are for shapes, which are computed while the file is read; quantised numbers are floats here. */
const FLOAT_DATA = restriction(
  'it computes with integers at run time, and only floats and quantised numbers are',
  'Convert the model in float32 or quantised to 8 bits',
  (node) => node.operator.inputs.some((_, i) => node.varies(i) && node.dtype(i) !== 'f32'),
)

const MAP_INPUT = (index = 0): Restriction =>
  restriction(
    'its input is not a feature map [N, H, W, C], and only two-dimensional windows are supported',
    'Use a model for images',
    (node) => node.has(index) && node.shape(index).length !== 4,
  )

/** `role` computed from constants alone is a constant. */
const constant = (index: number, role: string): Restriction =>
  restriction(`its ${role} is computed from the data`, 'Convert the model with a fixed input size, and with its weights stored', (node) =>
    node.varies(index),
  )

const constants = (...roles: readonly (readonly [number, string])[]): readonly Restriction[] => roles.map(([i, role]) => constant(i, role))

const FLOAT_WEIGHT = restriction(
  'its weight holds integers without a scale',
  'Convert the model in float32 or quantised to 8 bits',
  (node) => node.has(1) && node.dtype(1) !== 'f32',
)

const WEIGHT_OF_FOUR = restriction('its weight has not rank 4', 'Use a model for images', (node) => node.has(1) && node.shape(1).length !== 4)

/** The interpreter's kernels of these operators leave out the two, so that nothing says what is meant. */
const ONLY_CLIPS = restriction('its fused activation is tanh or the sign bit', 'Convert the model with the activation as a node of its own', (node) =>
  [4, 5].includes(node.option('fusedActivation')),
)

const claim = (...restrictions: readonly Restriction[]): Claim => ({ restrictions })

const MOVEMENT = claim(FLOAT_DATA)
const ARITHMETIC = claim(FLOAT_DATA, ONLY_CLIPS)
const ACTIVATION = claim(FLOAT_DATA)
const POOL = claim(FLOAT_DATA, MAP_INPUT(), ONLY_CLIPS)
const REDUCTION = claim(FLOAT_DATA, constant(1, 'list of axes'))
const RESIZE = claim(FLOAT_DATA, MAP_INPUT(), constant(1, 'size'))

export const CLAIMS = {
  // Windows.
  CONV_2D: claim(FLOAT_DATA, MAP_INPUT(), WEIGHT_OF_FOUR, FLOAT_WEIGHT, ONLY_CLIPS, ...constants([1, 'weight'], [2, 'bias'])),
  DEPTHWISE_CONV_2D: claim(FLOAT_DATA, MAP_INPUT(), WEIGHT_OF_FOUR, FLOAT_WEIGHT, ONLY_CLIPS, ...constants([1, 'weight'], [2, 'bias'])),
  TRANSPOSE_CONV: claim(
    FLOAT_DATA,
    MAP_INPUT(2),
    WEIGHT_OF_FOUR,
    FLOAT_WEIGHT,
    ONLY_CLIPS,
    ...constants([0, 'output shape'], [1, 'weight'], [3, 'bias']),
  ),
  MAX_POOL_2D: POOL,
  AVERAGE_POOL_2D: POOL,
  FULLY_CONNECTED: claim(
    FLOAT_DATA,
    restriction(
      'its weights are stored shuffled for one kind of processor',
      'Convert the model with plain weights',
      (node) => node.option('weightsFormat') !== 0,
    ),
    FLOAT_WEIGHT,
    ONLY_CLIPS,
    ...constants([1, 'weight'], [2, 'bias']),
  ),

  // Arithmetic.
  ADD: ARITHMETIC,
  SUB: ARITHMETIC,
  MUL: ARITHMETIC,
  DIV: ARITHMETIC,
  MAXIMUM: MOVEMENT,
  MINIMUM: MOVEMENT,
  SQUARED_DIFFERENCE: MOVEMENT,
  SQUARE: MOVEMENT,
  ABS: MOVEMENT,
  NEG: MOVEMENT,
  EXP: MOVEMENT,
  LOG: MOVEMENT,
  SQRT: MOVEMENT,
  RSQRT: MOVEMENT,
  FLOOR: MOVEMENT,
  CEIL: MOVEMENT,
  ROUND: MOVEMENT,

  // Activations.
  RELU: ACTIVATION,
  RELU6: ACTIVATION,
  RELU_N1_TO_1: ACTIVATION,
  LEAKY_RELU: ACTIVATION,
  PRELU: ACTIVATION,
  ELU: ACTIVATION,
  LOGISTIC: ACTIVATION,
  TANH: ACTIVATION,
  HARD_SWISH: ACTIVATION,
  GELU: ACTIVATION,
  SOFTMAX: claim(
    FLOAT_DATA,
    restriction('its input has more than four axes', 'Convert the model without such axes', (node) => node.has(0) && node.shape(0).length > 4),
  ),

  // Reductions.
  MEAN: REDUCTION,
  SUM: REDUCTION,
  REDUCE_MAX: REDUCTION,
  REDUCE_PROD: claim(
    restriction('it multiplies other than a list of constants, as shape arithmetic has it', 'Convert the model without it', (node) => node.varies(0)),
    constant(1, 'list of axes'),
  ),

  // Movement.
  CONCATENATION: claim(FLOAT_DATA, ONLY_CLIPS),
  SPLIT: claim(FLOAT_DATA, constant(0, 'axis')),
  SPLIT_V: claim(FLOAT_DATA, ...constants([1, 'list of sizes'], [2, 'axis'])),
  SLICE: claim(FLOAT_DATA, ...constants([1, 'start'], [2, 'size'])),
  STRIDED_SLICE: claim(
    FLOAT_DATA,
    restriction(
      'it names axes by an ellipsis or makes new ones',
      'Convert the model with plain slices',
      (node) => node.option('ellipsisMask') !== 0 || node.option('newAxisMask') !== 0,
    ),
    restriction('its end counts from its start', 'Convert the model with plain slices', (node) => node.option('offset') !== 0),
    ...constants([1, 'start'], [2, 'end'], [3, 'step']),
  ),
  RESHAPE: claim(FLOAT_DATA, constant(1, 'shape')),
  SQUEEZE: MOVEMENT,
  EXPAND_DIMS: claim(FLOAT_DATA, constant(1, 'axis')),
  TRANSPOSE: claim(FLOAT_DATA, constant(1, 'permutation')),
  PAD: claim(FLOAT_DATA, constant(1, 'padding')),
  PADV2: claim(FLOAT_DATA, ...constants([1, 'padding'], [2, 'fill value'])),
  MIRROR_PAD: claim(FLOAT_DATA, constant(1, 'padding')),
  PACK: MOVEMENT,
  GATHER: claim(
    FLOAT_DATA,
    constant(1, 'list of indices'),
    restriction(
      'it gathers apart for each index of leading axes',
      'Convert the model without batch dimensions in gathers',
      (node) => node.option('batchDims') !== 0,
    ),
  ),
  SHAPE: claim(),
  RESIZE_BILINEAR: RESIZE,
  RESIZE_NEAREST_NEIGHBOR: RESIZE,
  DEPTH_TO_SPACE: claim(FLOAT_DATA, MAP_INPUT()),
  SPACE_TO_DEPTH: claim(FLOAT_DATA, MAP_INPUT()),

  // From one number format to another; both are floats here.
  QUANTIZE: MOVEMENT,
  DEQUANTIZE: MOVEMENT,
} as const satisfies Readonly<Record<string, Claim>>

export type ClaimedOp = keyof typeof CLAIMS

const BY_NAME: ReadonlyMap<string, Claim> = new Map<string, Claim>(Object.entries(CLAIMS))

/** Custom operators are none of TensorFlow Lite's, whatever their name. */
export function claimOf(custom: boolean, op: string): Claim | undefined {
  return custom ? undefined : BY_NAME.get(op)
}

/** Throws ScopeError `unsupported` where a node is beyond its operator's claim. */
export function checkClaim(node: NodeContext, { restrictions }: Claim): void {
  for (const { words, hint, excludes } of restrictions) if (excludes(node)) throw node.refuse(words, hint)
}
