/**
 * Numbers and names of the TensorFlow Lite schema, version 3: operators, element types, and the fields of every table that is
 * read, each by its place in the table. Source: tensorflow/compiler/mlir/lite/schema/schema.fbs.
 */

export const FILE_IDENTIFIER = 'TFL3'
export const SCHEMA_VERSION = 3

/** Built-in operators in the order of BuiltinOperator, from 0. */
const OPERATOR_NAMES = `
ADD AVERAGE_POOL_2D CONCATENATION CONV_2D DEPTHWISE_CONV_2D DEPTH_TO_SPACE DEQUANTIZE EMBEDDING_LOOKUP FLOOR FULLY_CONNECTED
HASHTABLE_LOOKUP L2_NORMALIZATION L2_POOL_2D LOCAL_RESPONSE_NORMALIZATION LOGISTIC LSH_PROJECTION LSTM MAX_POOL_2D MUL RELU RELU_N1_TO_1
RELU6 RESHAPE RESIZE_BILINEAR RNN SOFTMAX SPACE_TO_DEPTH SVDF TANH CONCAT_EMBEDDINGS SKIP_GRAM CALL CUSTOM EMBEDDING_LOOKUP_SPARSE PAD
UNIDIRECTIONAL_SEQUENCE_RNN GATHER BATCH_TO_SPACE_ND SPACE_TO_BATCH_ND TRANSPOSE MEAN SUB DIV SQUEEZE UNIDIRECTIONAL_SEQUENCE_LSTM
STRIDED_SLICE BIDIRECTIONAL_SEQUENCE_RNN EXP TOPK_V2 SPLIT LOG_SOFTMAX DELEGATE BIDIRECTIONAL_SEQUENCE_LSTM CAST PRELU MAXIMUM ARG_MAX
MINIMUM LESS NEG PADV2 GREATER GREATER_EQUAL LESS_EQUAL SELECT SLICE SIN TRANSPOSE_CONV SPARSE_TO_DENSE TILE EXPAND_DIMS EQUAL NOT_EQUAL
LOG SUM SQRT RSQRT SHAPE POW ARG_MIN FAKE_QUANT REDUCE_PROD REDUCE_MAX PACK LOGICAL_OR ONE_HOT LOGICAL_AND LOGICAL_NOT UNPACK REDUCE_MIN
FLOOR_DIV REDUCE_ANY SQUARE ZEROS_LIKE FILL FLOOR_MOD RANGE RESIZE_NEAREST_NEIGHBOR LEAKY_RELU SQUARED_DIFFERENCE MIRROR_PAD ABS SPLIT_V
UNIQUE CEIL REVERSE_V2 ADD_N GATHER_ND COS WHERE RANK ELU REVERSE_SEQUENCE MATRIX_DIAG QUANTIZE MATRIX_SET_DIAG ROUND HARD_SWISH IF WHILE
NON_MAX_SUPPRESSION_V4 NON_MAX_SUPPRESSION_V5 SCATTER_ND SELECT_V2 DENSIFY SEGMENT_SUM BATCH_MATMUL PLACEHOLDER_FOR_GREATER_OP_CODES CUMSUM
CALL_ONCE BROADCAST_TO RFFT2D CONV_3D IMAG REAL COMPLEX_ABS HASHTABLE HASHTABLE_FIND HASHTABLE_IMPORT HASHTABLE_SIZE REDUCE_ALL
CONV_3D_TRANSPOSE VAR_HANDLE READ_VARIABLE ASSIGN_VARIABLE BROADCAST_ARGS RANDOM_STANDARD_NORMAL BUCKETIZE RANDOM_UNIFORM MULTINOMIAL GELU
DYNAMIC_UPDATE_SLICE RELU_0_TO_1 UNSORTED_SEGMENT_PROD UNSORTED_SEGMENT_MAX UNSORTED_SEGMENT_SUM ATAN2 UNSORTED_SEGMENT_MIN SIGN BITCAST
BITWISE_XOR RIGHT_SHIFT STABLEHLO_LOGISTIC STABLEHLO_ADD STABLEHLO_DIVIDE STABLEHLO_MULTIPLY STABLEHLO_MAXIMUM STABLEHLO_RESHAPE
STABLEHLO_CLAMP STABLEHLO_CONCATENATE STABLEHLO_BROADCAST_IN_DIM STABLEHLO_CONVOLUTION STABLEHLO_SLICE STABLEHLO_CUSTOM_CALL
STABLEHLO_REDUCE STABLEHLO_ABS STABLEHLO_AND STABLEHLO_COSINE STABLEHLO_EXPONENTIAL STABLEHLO_FLOOR STABLEHLO_LOG STABLEHLO_MINIMUM
STABLEHLO_NEGATE STABLEHLO_OR STABLEHLO_POWER STABLEHLO_REMAINDER STABLEHLO_RSQRT STABLEHLO_SELECT STABLEHLO_SUBTRACT STABLEHLO_TANH
STABLEHLO_SCATTER STABLEHLO_COMPARE STABLEHLO_CONVERT STABLEHLO_DYNAMIC_SLICE STABLEHLO_DYNAMIC_UPDATE_SLICE STABLEHLO_PAD STABLEHLO_IOTA
STABLEHLO_DOT_GENERAL STABLEHLO_REDUCE_WINDOW STABLEHLO_SORT STABLEHLO_WHILE STABLEHLO_GATHER STABLEHLO_TRANSPOSE DILATE
STABLEHLO_RNG_BIT_GENERATOR REDUCE_WINDOW STABLEHLO_COMPOSITE STABLEHLO_SHIFT_LEFT STABLEHLO_CBRT STABLEHLO_CASE
`
  .trim()
  .split(/\s+/)

/** Up to this number the code lies in one byte, the only field of older files; later ones have a field of their own. */
const CODES_IN_A_BYTE = 127

/** The name of an operator, by its codes in the old and the new field. */
export function operatorName(old: number, code: number): string {
  const number = old < CODES_IN_A_BYTE ? Math.max(old, code) : code
  return OPERATOR_NAMES[number] ?? `operator number ${number}`
}

export const CUSTOM = 'CUSTOM'

export const MODEL = { version: 0, operatorCodes: 1, subgraphs: 2, description: 3, buffers: 4 } as const
export const OPERATOR_CODE = { oldCode: 0, customName: 1, version: 2, code: 3 } as const
export const SUBGRAPH = { tensors: 0, inputs: 1, outputs: 2, operators: 3, name: 4 } as const
export const TENSOR = {
  shape: 0,
  type: 1,
  buffer: 2,
  name: 3,
  quantization: 4,
  isVariable: 5,
  sparsity: 6,
  shapeSignature: 7,
  externalBuffer: 10,
} as const
export const QUANTIZATION = { scale: 2, zeroPoint: 3, detailsType: 4, axis: 6 } as const
export const OPERATOR = { code: 0, inputs: 1, outputs: 2, optionsType: 3, options: 4 } as const
/** Data of a large file lies behind the FlatBuffer, at `offset` of the file. */
export const BUFFER = { data: 0, offset: 1, size: 2 } as const

/** TensorType. */
export const TENSOR_TYPES = [
  'float32',
  'float16',
  'int32',
  'uint8',
  'int64',
  'string',
  'bool',
  'int16',
  'complex64',
  'int8',
  'float64',
  'complex128',
  'uint64',
  'resource',
  'variant',
  'uint32',
  'uint16',
  'int4',
  'bfloat16',
  'int2',
  'uint4',
] as const
export type TensorType = (typeof TENSOR_TYPES)[number]

/** ActivationFunctionType. */
export const FUSED_ACTIVATIONS = ['none', 'relu', 'reluN1To1', 'relu6', 'tanh', 'signBit'] as const

/** Padding. */
export const SAME = 0
/** MirrorPadMode. */
export const REFLECT = 0

export type OptionKind = 'byte' | 'int' | 'bool' | 'float' | 'ints'

export interface OptionField {
  readonly at: number
  readonly kind: OptionKind
  /** What the schema says where the field is absent. */
  readonly otherwise: number
}

export interface OptionTable {
  /** Its number in BuiltinOptions. */
  readonly type: number
  readonly fields: Readonly<Record<string, OptionField>>
}

const field = (at: number, kind: OptionKind, otherwise = 0): OptionField => ({ at, kind, otherwise })
const table = (type: number, fields: OptionTable['fields'] = {}): OptionTable => ({ type, fields })
const fused = (at: number): { fusedActivation: OptionField } => ({ fusedActivation: field(at, 'byte') })
const strides = { strideW: field(1, 'int'), strideH: field(2, 'int') }

const POOL = table(5, { padding: field(0, 'byte'), ...strides, filterWidth: field(3, 'int'), filterHeight: field(4, 'int'), ...fused(5) })
const REDUCER = table(27, { keepDims: field(0, 'bool') })

/** The options of operators that have any which are read here. */
export const OPTIONS: Readonly<Record<string, OptionTable>> = {
  CONV_2D: table(1, {
    padding: field(0, 'byte'),
    ...strides,
    ...fused(3),
    dilationW: field(4, 'int', 1),
    dilationH: field(5, 'int', 1),
  }),
  DEPTHWISE_CONV_2D: table(2, {
    padding: field(0, 'byte'),
    ...strides,
    ...fused(4),
    dilationW: field(5, 'int', 1),
    dilationH: field(6, 'int', 1),
  }),
  TRANSPOSE_CONV: table(49, { padding: field(0, 'byte'), ...strides, ...fused(3) }),
  MAX_POOL_2D: POOL,
  AVERAGE_POOL_2D: POOL,
  FULLY_CONNECTED: table(8, { ...fused(0), weightsFormat: field(1, 'byte'), keepNumDims: field(2, 'bool') }),
  ADD: table(11, fused(0)),
  SUB: table(28, fused(0)),
  MUL: table(21, fused(0)),
  DIV: table(29, fused(0)),
  CONCATENATION: table(10, { axis: field(0, 'int'), ...fused(1) }),
  RESHAPE: table(17, { newShape: field(0, 'ints') }),
  SQUEEZE: table(30, { squeezeDims: field(0, 'ints') }),
  STRIDED_SLICE: table(32, {
    beginMask: field(0, 'int'),
    endMask: field(1, 'int'),
    ellipsisMask: field(2, 'int'),
    newAxisMask: field(3, 'int'),
    shrinkAxisMask: field(4, 'int'),
    offset: field(5, 'bool'),
  }),
  MEAN: REDUCER,
  SUM: REDUCER,
  REDUCE_MAX: REDUCER,
  REDUCE_PROD: REDUCER,
  SOFTMAX: table(9, { beta: field(0, 'float') }),
  LEAKY_RELU: table(75, { alpha: field(0, 'float') }),
  RESIZE_BILINEAR: table(15, { alignCorners: field(2, 'bool'), halfPixelCenters: field(3, 'bool') }),
  RESIZE_NEAREST_NEIGHBOR: table(74, { alignCorners: field(0, 'bool'), halfPixelCenters: field(1, 'bool') }),
  MIRROR_PAD: table(77, { mode: field(0, 'byte') }),
  GELU: table(116, { approximate: field(0, 'bool') }),
  GATHER: table(23, { axis: field(0, 'int'), batchDims: field(1, 'int') }),
  PACK: table(59, { axis: field(1, 'int') }),
  DEPTH_TO_SPACE: table(94, { blockSize: field(0, 'int') }),
  SPACE_TO_DEPTH: table(19, { blockSize: field(0, 'int') }),
}
