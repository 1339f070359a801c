/**
 * What the importer takes: every ONNX operator, the first operator set that has it as it is read here, and what of it is
 * left out. The importer checks each node against this list before it converts it, documentation is written from it, and
 * the ONNX project's node tests are held against it; nothing else says what is supported.
 */
import type { ScopeError } from '../../base/errors.ts'
import { NONE } from '../../ir/graph.ts'
import type { NodeContext } from './context.ts'

/** Operator sets of whole models. */
export const OLDEST_OPSET = 7
export const NEWEST_OPSET = 21

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
  /** First operator set; the last is that of models. */
  readonly since: number
  readonly restrictions: readonly Restriction[]
}

/** Words for element types without numbers, and for values that are no tensors. */
export const NOT_A_TENSOR = 'it is not a tensor of numbers (a string, a complex number, a sequence, a quarter-precision float)'

const restriction = (words: string, hint: string, excludes: Restriction['excludes']): Restriction => ({ words, hint, excludes })

const given = (node: NodeContext, index: number): boolean => node.optional(index) !== NONE
const dtypeOf = (node: NodeContext, index: number): string | undefined =>
  given(node, index) ? node.builder.factOf(node.optional(index)).dtype : undefined
const rankOf = (node: NodeContext, index: number): number | undefined =>
  given(node, index) ? node.builder.factOf(node.optional(index)).shape.length : undefined

/** Integers are for shapes, which are computed while the file is read. */
const FLOAT_DATA = restriction('it computes with integers at run time, and only floats are', 'Export the model in float32', (node) =>
  node.inputs.some((id) => node.varies(id) && node.builder.factOf(id).dtype !== 'f32' && node.bytes.offsetOf(id) === undefined),
)

const FLOAT_INPUT = restriction('its input holds integers, and only floats are computed', 'Export the model in float32', (node) => {
  const dtype = dtypeOf(node, 0)
  return dtype !== undefined && dtype !== 'f32'
})

/** `role` computed from constants alone is a constant. */
const constant = (index: number, role: string): Restriction =>
  restriction(`its ${role} is computed from the data`, 'Export the model with a fixed input size, and with its weights stored', (node) =>
    node.varies(node.optional(index)),
  )

const constants = (...roles: readonly (readonly [number, string])[]): readonly Restriction[] => roles.map(([i, role]) => constant(i, role))

const ALL_CONSTANT = restriction(
  'it computes with data, and is only read where it belongs to shape arithmetic',
  'Export the model without it',
  (node) => node.inputs.some((id) => node.varies(id)),
)

const TWO_DIMENSIONS = restriction(
  'its input is not a feature map [N, C, H, W], and only two-dimensional windows are supported',
  'Use a model for images',
  (node) => {
    const rank = rankOf(node, 0)
    return rank !== undefined && rank !== 4
  },
)

const WEIGHT_OF_TWO = restriction(
  'its weight has not rank 4, and only two-dimensional convolutions are supported',
  'Use a model for images',
  (node) => {
    const rank = rankOf(node, 1)
    return rank !== undefined && rank !== 4
  },
)

const FLOAT_WEIGHT = restriction('its weight holds integers, and only floats are computed', 'Dequantise the weights before the node', (node) => {
  const dtype = dtypeOf(node, 1)
  return dtype !== undefined && dtype !== 'f32'
})

const MAP_OR_MATRIX = restriction('its input is neither a feature map [N, C, H, W] nor a matrix [N, C]', 'Use a model for images', (node) => {
  const rank = rankOf(node, 0)
  return rank !== undefined && rank !== 4 && rank !== 2
})

const NOT_DILATED = restriction(
  'it is a dilated pooling',
  'Export the model without dilation in poolings',
  (node) => node.ints('dilations')?.some((d) => d !== 1) ?? false,
)

const RANK_4_AT_MOST = restriction('its input has more than four axes', 'Export the model without such axes', (node) => (rankOf(node, 0) ?? 0) > 4)

const secondOutput = (words: string, hint: string): Restriction => restriction(words, hint, (node) => Boolean(node.onnx.outputs[1]))

const TRAINING = restriction('it is in training mode', 'Call model.eval() before exporting', (node) => {
  if (node.onnx.opType === 'BatchNormalization') return node.int('training_mode', 0) !== 0
  return node.varies(node.optional(2)) || Boolean(node.valueOf(node.optional(2))?.data[0])
})

const mode = (attribute: string, otherwise: string, supported: readonly string[], words: string, hint: string): Restriction =>
  restriction(words, hint, (node) => !supported.includes(node.string(attribute, otherwise)))

const claim = (since: number, ...restrictions: readonly Restriction[]): Claim => ({ since, restrictions })

const ACTIVATION = [FLOAT_INPUT] as const
const ARITHMETIC = claim(OLDEST_OPSET, FLOAT_DATA)
const MOVEMENT = [FLOAT_DATA] as const
const REDUCTION = claim(OLDEST_OPSET, FLOAT_DATA, constant(1, 'list of axes'))
const RESIZE_MODES = ['nearest', 'linear', 'bilinear', 'cubic']
const NOT_BLOCKED = restriction('it quantises in blocks', 'Quantise per tensor or per axis', (node) => node.int('block_size', 0) !== 0)
const EIGHT_BITS = restriction('it quantises to another type than int8 and uint8', 'Quantise to 8 bits', (node) => {
  const type = node.int('output_dtype', 0)
  const dtype = dtypeOf(node, 2)
  return (type !== 0 && type !== 2 && type !== 3) || (dtype !== undefined && dtype !== 'u8' && dtype !== 'i8')
})

const isQuantised = (node: NodeContext, index: number): boolean => node.bytes.offsetOf(node.optional(index)) !== undefined
const QUANTISED_INPUT = restriction(
  'its input is not quantised by the model',
  'Give the model floats, and let QuantizeLinear quantise them',
  (node) => !isQuantised(node, 0),
)
const QUANTISED_PARTS = restriction(
  'its inputs are not all quantised by the model',
  'Give the model floats, and let QuantizeLinear quantise them',
  (node) => node.inputs.length < 5 || node.inputs.some((_, i) => i >= 2 && i % 3 === 2 && !isQuantised(node, i)),
)
const CHANNELS_FIRST = restriction(
  'its input has its channels last',
  'Export the model with channels first',
  (node) => node.int('channels_last', 0) !== 0,
)

export const CLAIMS = {
  // Windows.
  Conv: claim(OLDEST_OPSET, FLOAT_INPUT, WEIGHT_OF_TWO, TWO_DIMENSIONS, FLOAT_WEIGHT, ...constants([1, 'weight'], [2, 'bias'])),
  ConvTranspose: claim(OLDEST_OPSET, FLOAT_INPUT, WEIGHT_OF_TWO, TWO_DIMENSIONS, FLOAT_WEIGHT, ...constants([1, 'weight'], [2, 'bias'])),
  MaxPool: claim(
    OLDEST_OPSET,
    FLOAT_INPUT,
    TWO_DIMENSIONS,
    NOT_DILATED,
    secondOutput('it also gives the positions of the maxima', 'Export the model without unpooling'),
  ),
  AveragePool: claim(OLDEST_OPSET, FLOAT_INPUT, TWO_DIMENSIONS, NOT_DILATED),
  MaxRoiPool: claim(OLDEST_OPSET, FLOAT_INPUT, TWO_DIMENSIONS),
  GlobalMaxPool: claim(OLDEST_OPSET, FLOAT_INPUT, TWO_DIMENSIONS),
  GlobalAveragePool: claim(OLDEST_OPSET, FLOAT_INPUT, TWO_DIMENSIONS),

  // Normalisation.
  BatchNormalization: claim(
    OLDEST_OPSET,
    FLOAT_INPUT,
    TRAINING,
    MAP_OR_MATRIX,
    restriction(
      'it normalises each position on its own',
      'Export with operator set 9 or later',
      (node) => node.opset < 9 && node.int('spatial', 1) === 0,
    ),
    ...constants([1, 'scale'], [2, 'bias'], [3, 'mean'], [4, 'variance']),
  ),
  InstanceNormalization: claim(OLDEST_OPSET, FLOAT_INPUT, ...constants([1, 'scale'], [2, 'bias'])),
  LayerNormalization: claim(17, FLOAT_INPUT),
  GroupNormalization: claim(18, FLOAT_INPUT, ...constants([1, 'scale'], [2, 'bias'])),
  LRN: claim(OLDEST_OPSET, FLOAT_INPUT, TWO_DIMENSIONS),
  Dropout: claim(
    OLDEST_OPSET,
    FLOAT_DATA,
    TRAINING,
    secondOutput('its mask is asked for, which only training needs', 'Export the model without the mask'),
  ),

  // Activations.
  Relu: claim(OLDEST_OPSET, ...ACTIVATION),
  Clip: claim(OLDEST_OPSET, ...ACTIVATION, ...constants([1, 'minimum'], [2, 'maximum'])),
  LeakyRelu: claim(OLDEST_OPSET, ...ACTIVATION),
  PRelu: claim(OLDEST_OPSET, ...ACTIVATION),
  Elu: claim(OLDEST_OPSET, ...ACTIVATION),
  Selu: claim(OLDEST_OPSET, ...ACTIVATION),
  Sigmoid: claim(OLDEST_OPSET, ...ACTIVATION),
  HardSigmoid: claim(OLDEST_OPSET, ...ACTIVATION),
  HardSwish: claim(14, ...ACTIVATION),
  Tanh: claim(OLDEST_OPSET, ...ACTIVATION),
  Softplus: claim(OLDEST_OPSET, ...ACTIVATION),
  Mish: claim(18, ...ACTIVATION),
  Gelu: claim(20, ...ACTIVATION),
  Softmax: claim(OLDEST_OPSET, FLOAT_INPUT, RANK_4_AT_MOST),
  LogSoftmax: claim(OLDEST_OPSET, FLOAT_INPUT, RANK_4_AT_MOST),

  // Arithmetic; of constants, integers too.
  Add: ARITHMETIC,
  Sub: ARITHMETIC,
  Mul: ARITHMETIC,
  Div: ARITHMETIC,
  Pow: claim(
    OLDEST_OPSET,
    FLOAT_DATA,
    restriction('its base holds integers and its exponent is computed from the data', 'Export the model in float32', (node) => {
      const dtype = dtypeOf(node, 0)
      return dtype !== undefined && dtype !== 'f32' && node.varies(node.optional(1))
    }),
  ),
  Max: ARITHMETIC,
  Min: ARITHMETIC,
  Sum: ARITHMETIC,
  Mean: claim(OLDEST_OPSET, FLOAT_INPUT),
  Sqrt: ARITHMETIC,
  Exp: ARITHMETIC,
  Log: ARITHMETIC,
  Erf: claim(9, FLOAT_DATA),
  Abs: ARITHMETIC,
  Neg: ARITHMETIC,
  Reciprocal: ARITHMETIC,
  Floor: ARITHMETIC,
  Ceil: ARITHMETIC,
  Round: claim(11, FLOAT_DATA),

  // Products.
  Gemm: claim(OLDEST_OPSET, FLOAT_INPUT, FLOAT_WEIGHT),
  MatMul: claim(OLDEST_OPSET, FLOAT_INPUT, FLOAT_WEIGHT),

  // Reductions.
  ReduceMean: REDUCTION,
  ReduceSum: REDUCTION,
  ReduceMax: REDUCTION,
  ReduceMin: claim(OLDEST_OPSET, FLOAT_INPUT, constant(1, 'list of axes')),
  ReduceL1: claim(OLDEST_OPSET, FLOAT_INPUT, constant(1, 'list of axes')),
  ReduceL2: claim(OLDEST_OPSET, FLOAT_INPUT, constant(1, 'list of axes')),
  ReduceSumSquare: claim(OLDEST_OPSET, FLOAT_INPUT, constant(1, 'list of axes')),

  // Shapes and movement.
  Identity: claim(OLDEST_OPSET, ...MOVEMENT),
  Constant: claim(
    OLDEST_OPSET,
    restriction('its value is of a kind that is not supported (a string or a sparse tensor)', 'Export the model with plain constants', (node) =>
      ['value_string', 'value_strings', 'sparse_value'].some((name) => node.has(name)),
    ),
  ),
  ConstantOfShape: claim(9, constant(0, 'shape')),
  Shape: claim(OLDEST_OPSET),
  Size: claim(OLDEST_OPSET),
  Range: claim(11, ALL_CONSTANT),
  Cast: claim(
    OLDEST_OPSET,
    FLOAT_DATA,
    restriction(
      'it turns data into integers or bfloat16 at run time',
      'Export the model in float32',
      (node) => node.varies(node.optional(0)) && ![1, 10, 11].includes(node.int('to', 0)),
    ),
  ),
  Reshape: claim(OLDEST_OPSET, ...MOVEMENT, constant(1, 'shape')),
  Flatten: claim(OLDEST_OPSET, ...MOVEMENT),
  Squeeze: claim(OLDEST_OPSET, ...MOVEMENT, constant(1, 'list of axes')),
  Unsqueeze: claim(OLDEST_OPSET, ...MOVEMENT, constant(1, 'list of axes')),
  Transpose: claim(OLDEST_OPSET, ...MOVEMENT),
  Concat: claim(OLDEST_OPSET, ...MOVEMENT),
  Split: claim(OLDEST_OPSET, ...MOVEMENT, constant(1, 'list of sizes')),
  Slice: claim(OLDEST_OPSET, ...MOVEMENT, ...constants([1, 'start'], [2, 'end'], [3, 'list of axes'], [4, 'step'])),
  Gather: claim(OLDEST_OPSET, ...MOVEMENT, constant(1, 'list of indices')),
  Expand: claim(8, ...MOVEMENT, constant(1, 'shape')),
  Tile: claim(OLDEST_OPSET, ...MOVEMENT, constant(1, 'list of repeats')),
  Pad: claim(
    OLDEST_OPSET,
    ...MOVEMENT,
    ...constants([1, 'padding'], [2, 'fill value'], [3, 'list of axes']),
    mode('mode', 'constant', ['constant', 'reflect', 'edge'], 'it pads by wrapping around', 'Export the model with zero padding'),
  ),
  DepthToSpace: claim(OLDEST_OPSET, FLOAT_DATA, TWO_DIMENSIONS),
  SpaceToDepth: claim(OLDEST_OPSET, FLOAT_DATA, TWO_DIMENSIONS),
  Resize: claim(
    10,
    FLOAT_INPUT,
    TWO_DIMENSIONS,
    ...constants([1, 'region or scales'], [2, 'scales'], [3, 'size']),
    mode('mode', 'nearest', RESIZE_MODES, 'it resizes by a rule that is not supported', 'Use nearest, linear or cubic'),
    restriction(
      'it cuts out a region of its input',
      'Export without tf_crop_and_resize',
      (node) => node.string('coordinate_transformation_mode', '') === 'tf_crop_and_resize',
    ),
    restriction('it smooths before it makes smaller (antialias)', 'Export without antialias', (node) => node.int('antialias', 0) !== 0),
    mode('keep_aspect_ratio_policy', 'stretch', ['stretch'], 'it keeps the aspect ratio by itself', 'Export with both sizes'),
  ),
  Upsample: claim(
    OLDEST_OPSET,
    FLOAT_INPUT,
    TWO_DIMENSIONS,
    constant(1, 'scales'),
    mode('mode', 'nearest', RESIZE_MODES, 'it resizes by a rule that is not supported', 'Use nearest or linear'),
  ),

  // Shape arithmetic alone.
  Equal: claim(OLDEST_OPSET, ALL_CONSTANT),
  Greater: claim(OLDEST_OPSET, ALL_CONSTANT),
  Less: claim(OLDEST_OPSET, ALL_CONSTANT),
  GreaterOrEqual: claim(12, ALL_CONSTANT),
  LessOrEqual: claim(12, ALL_CONSTANT),
  Mod: claim(10, ALL_CONSTANT),
  Not: claim(OLDEST_OPSET, ALL_CONSTANT),
  And: claim(OLDEST_OPSET, ALL_CONSTANT),
  Or: claim(OLDEST_OPSET, ALL_CONSTANT),
  Where: claim(9, ALL_CONSTANT),

  // Quantised models: constants are dequantised, data is rounded to the values that 8 bits have. Passes find the layers that compute in 8 bits.
  QuantizeLinear: claim(10, FLOAT_INPUT, NOT_BLOCKED, EIGHT_BITS, ...constants([1, 'scale'], [2, 'zero point'])),
  DequantizeLinear: claim(10, FLOAT_DATA, NOT_BLOCKED, ...constants([1, 'scale'], [2, 'zero point'])),
  QLinearConv: claim(
    10,
    QUANTISED_INPUT,
    TWO_DIMENSIONS,
    restriction('its weight has not rank 4, and only two-dimensional convolutions are supported', 'Use a model for images', (node) => {
      const rank = rankOf(node, 3)
      return rank !== undefined && rank !== 4
    }),
    ...constants([1, 'scale'], [2, 'zero point'], [3, 'weight'], [4, 'scale'], [5, 'zero point'], [6, 'scale'], [7, 'zero point'], [8, 'bias']),
  ),
  // What onnxruntime's tool writes beside it.
  'com.microsoft.QGemm': claim(
    10,
    QUANTISED_INPUT,
    ...constants([1, 'scale'], [2, 'zero point'], [3, 'weight'], [4, 'scale'], [5, 'zero point'], [6, 'bias'], [7, 'scale'], [8, 'zero point']),
  ),
  'com.microsoft.QLinearAdd': claim(
    10,
    QUANTISED_INPUT,
    ...constants([1, 'scale'], [2, 'zero point'], [4, 'scale'], [5, 'zero point'], [6, 'scale'], [7, 'zero point']),
  ),
  'com.microsoft.QLinearAveragePool': claim(
    10,
    QUANTISED_INPUT,
    TWO_DIMENSIONS,
    NOT_DILATED,
    CHANNELS_FIRST,
    ...constants([1, 'scale'], [2, 'zero point'], [3, 'scale'], [4, 'zero point']),
  ),
  'com.microsoft.QLinearConcat': claim(10, QUANTISED_PARTS, ...constants([0, 'scale'], [1, 'zero point'])),
  'com.microsoft.QLinearGlobalAveragePool': claim(
    10,
    QUANTISED_INPUT,
    TWO_DIMENSIONS,
    CHANNELS_FIRST,
    ...constants([1, 'scale'], [2, 'zero point'], [3, 'scale'], [4, 'zero point']),
  ),
} as const satisfies Readonly<Record<string, Claim>>

export type ClaimedOp = keyof typeof CLAIMS

const BY_NAME: ReadonlyMap<string, Claim> = new Map<string, Claim>(Object.entries(CLAIMS))

/** Operators of other domains are not those of ONNX, whatever their name: theirs begins with the domain. */
export function operatorName(domain: string, opType: string): string {
  return domain === '' || domain === 'ai.onnx' ? opType : `${domain}.${opType}`
}

export function claimOf(domain: string, opType: string): Claim | undefined {
  return BY_NAME.get(operatorName(domain, opType))
}

/** Throws ScopeError `unsupported` where a node is beyond its operator's claim. */
export function checkClaim(node: NodeContext, { since, restrictions }: Claim): void {
  if (node.opset < since)
    throw node.refuse(`it is read from operator set ${since} on, and the model has ${node.opset}`, 'Export the model with a later operator set')
  for (const { words, hint, excludes } of restrictions) if (excludes(node)) throw node.refuse(words, hint)
}

const WORDS: ReadonlySet<string> = new Set([NOT_A_TENSOR, ...Object.values(CLAIMS).flatMap((c) => c.restrictions.map((r) => r.words))])

/** The words of the restriction that an error of the importer stands for, or undefined where it is another error. */
export function outsideClaim(error: ScopeError): string | undefined {
  return error.code === 'unsupported' && WORDS.has(error.why) ? error.why : undefined
}
