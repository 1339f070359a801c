/**
 * What the importer takes: every ncnn layer type, and what of it is left out. The importer checks each layer against this list
 * before it converts it, and documentation is written from it; nothing else says what is supported.
 */
import { type LayerContext, OPEN } from './context.ts'

/** What of a layer type is left out. */
export interface Restriction {
  /** One clause that begins with "it" or "its", as the error says it. */
  readonly words: string
  /** What the user can do. */
  readonly hint: string
  /** Whether a layer is one of those left out. */
  readonly excludes: (layer: LayerContext) => boolean
}

export interface Claim {
  readonly restrictions: readonly Restriction[]
}

const restriction = (words: string, hint: string, excludes: Restriction['excludes']): Restriction => ({ words, hint, excludes })

const rank = (words: string, ...ranks: readonly number[]): Restriction =>
  restriction(words, 'Use a model for images', (layer) => !ranks.includes(layer.shape().length))
const MAP = rank('its input is not a feature map of three axes', 3)
const MAP_OR_VECTOR = rank('its input is neither a feature map of three axes nor a vector', 1, 3)
const UP_TO_MAP = rank('its input has four axes', 1, 2, 3)

const INT8 = restriction('it is quantised to 8 bits', 'Convert the model without quantisation', (layer) => layer.integer(8, 0) !== 0)
const dynamicWeight = (id: number): Restriction =>
  restriction('its weight is computed from the data', 'Convert the model with its weights stored', (layer) => layer.integer(id, 0) !== 0)
const PAD_VALUE = restriction('it pads with other than 0', 'Convert the model with a padding layer of its own', (layer) => layer.float(18, 0) !== 0)

const claim = (...restrictions: readonly Restriction[]): Claim => ({ restrictions })

const ELEMENTWISE = claim()

export const CLAIMS = {
  Input: claim(restriction('it has four axes', 'Use a model for images', (layer) => layer.integer(11, 0) > 0)),
  MemoryData: claim(restriction('it has four axes', 'Use a model for images', (layer) => layer.integer(11, 0) > 0)),

  // Windows.
  Convolution: claim(MAP_OR_VECTOR, INT8, PAD_VALUE, dynamicWeight(19)),
  ConvolutionDepthWise: claim(MAP, INT8, PAD_VALUE, dynamicWeight(19)),
  Deconvolution: claim(MAP, dynamicWeight(28)),
  DeconvolutionDepthWise: claim(MAP, dynamicWeight(28)),
  Pooling: claim(
    MAP,
    restriction(
      'it is adaptive to a size other than 1x1',
      'Convert the model with plain windows',
      (layer) => layer.integer(7, 0) !== 0 && (layer.integer(8, 0) !== 1 || layer.integer(18, layer.integer(8, 0)) !== 1),
    ),
    restriction(
      'its padding is both given and computed',
      'Convert the model with one of the two',
      (layer) => [2, 3].includes(layer.integer(5, 0)) && [3, 13, 14, 15].some((id) => layer.integer(id, 0) !== 0),
    ),
  ),
  InnerProduct: claim(UP_TO_MAP, INT8),

  // Activations.
  ReLU: ELEMENTWISE,
  PReLU: ELEMENTWISE,
  Clip: ELEMENTWISE,
  Sigmoid: ELEMENTWISE,
  HardSigmoid: ELEMENTWISE,
  HardSwish: claim(
    restriction(
      'its slope is left to a default that differs between versions of ncnn',
      'Convert the model with the slope written out (parameter 0)',
      (layer) => !layer.has(0),
    ),
  ),
  Swish: ELEMENTWISE,
  TanH: ELEMENTWISE,
  Softmax: claim(
    UP_TO_MAP,
    restriction(
      'it has an axis that old versions of ncnn took for another',
      'Convert the model with a newer version of ncnn',
      (layer) => layer.integer(0, 0) !== 0 && layer.integer(1, 0) === 0,
    ),
  ),

  // Arithmetic.
  Eltwise: ELEMENTWISE,
  BinaryOp: claim(
    restriction('its function is an arc tangent of two numbers or a remainder', 'Convert the model without it', (layer) => layer.integer(0, 0) > 9),
    restriction('its inputs have four axes', 'Use a model for images', (layer) => layer.all.some((id) => layer.shapeOf(id).length > 4)),
  ),
  UnaryOp: claim(
    restriction(
      'its function is trigonometric or cuts decimals off',
      'Convert the model without it',
      (layer) => (layer.integer(0, 0) >= 9 && layer.integer(0, 0) <= 14) || layer.integer(0, 0) > 18,
    ),
  ),
  Dropout: ELEMENTWISE,

  // Normalisation.
  BatchNorm: claim(UP_TO_MAP),
  Scale: claim(UP_TO_MAP),
  LRN: claim(
    MAP,
    restriction('it works within channels', 'Convert the model with normalisation across channels', (layer) => layer.integer(0, 0) !== 0),
    restriction('its window has an even size', 'Convert the model with an odd one', (layer) => layer.integer(1, 5) % 2 === 0),
  ),

  // Movement.
  Concat: ELEMENTWISE,
  Split: ELEMENTWISE,
  Slice: ELEMENTWISE,
  Crop: claim(
    UP_TO_MAP,
    restriction('it leaves open which axes it cuts', 'Convert the model with starts, ends and axes', (layer) =>
      [0, 1, 2].some((id) => layer.integer(id, 0) === OPEN),
    ),
    restriction('its place is computed', 'Convert the model with a fixed input size', (layer) => [19, 20, 21].some((id) => layer.has(id))),
  ),
  Flatten: ELEMENTWISE,
  Reshape: claim(
    restriction('it takes channels for the innermost axis', 'Convert the model with a newer version of ncnn', (layer) => layer.integer(3, 0) !== 0),
    restriction(
      'its shape is computed from the data, or has a batch',
      'Convert the model with a fixed input size',
      (layer) => [6, 12, 13].some((id) => layer.has(id)) || layer.count > 1,
    ),
  ),
  Permute: claim(UP_TO_MAP),
  ShuffleChannel: claim(MAP),
  Padding: claim(
    UP_TO_MAP,
    restriction('it repeats or mirrors the border', 'Convert the model with constant padding', (layer) => layer.integer(4, 0) !== 0),
    restriction('it pads each channel with its own value', 'Convert the model with one value', (layer) => layer.integer(6, 0) !== 0),
    restriction('its padding is computed from the data', 'Convert the model with a fixed input size', (layer) => layer.count > 1),
  ),
  Interp: claim(
    MAP_OR_VECTOR,
    restriction(
      'its size is computed from the data',
      'Convert the model with a fixed input size',
      (layer) => layer.integer(5, 0) !== 0 || layer.count > 1 || layer.has(9),
    ),
  ),
} as const satisfies Readonly<Record<string, Claim>>

export type ClaimedType = keyof typeof CLAIMS

const BY_NAME: ReadonlyMap<string, Claim> = new Map<string, Claim>(Object.entries(CLAIMS))

export function claimOf(type: string): Claim | undefined {
  return BY_NAME.get(type)
}

/** Throws ScopeError `unsupported` where a layer is beyond its type's claim. */
export function checkClaim(layer: LayerContext, { restrictions }: Claim): void {
  for (const { words, hint, excludes } of restrictions) if (excludes(layer)) throw layer.refuse(words, hint)
}
