/**
 * What the importer takes: every layer type of Caffe, and what of it is left out. The importer checks each layer against this list
 * before it converts it, and documentation is written from it; nothing else says what is supported.
 */
import type { LayerContext } from './context.ts'

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
  /** The message of the type's own parameters; empty where it has none. */
  readonly parameter: string
  readonly restrictions: readonly Restriction[]
}

const restriction = (words: string, hint: string, excludes: Restriction['excludes']): Restriction => ({ words, hint, excludes })

const MAP = restriction('its input is not a feature map of four axes', 'Use a model for images', (layer) => layer.shape().length !== 4)
const AXES = restriction('its input has no channels', 'Use a model for images', (layer) => layer.shape().length < 2)
const UP_TO_MAP = restriction('its input has more than four axes', 'Use a model for images', (layer) => layer.shape().length > 4)
const ONE_INPUT = restriction('it has several inputs', 'Write a layer for each input', (layer) => layer.count > 1)
const CHANNEL_AXIS = restriction('its axis of channels is another than 1', 'Use axis 1', (layer) => layer.integer('axis', 1) !== 1)

/** Of layers that Caffe itself does not have, forks number the parameters as they like. Without this, defaults would be taken for what a file says. */
const numbered = (parameter: string): Restriction =>
  restriction(
    'its parameters are not under a known number in a file of weights alone',
    'Open the .prototxt with the weights beside it',
    (layer) => layer.setting.trained && !layer.step.layer.message.has(parameter),
  )

const claim = (parameter: string, ...restrictions: readonly Restriction[]): Claim => ({ parameter, restrictions })

const data = (): Claim => claim('')
const convolution = (): Claim => claim('convolution_param', ONE_INPUT, MAP, CHANNEL_AXIS)

export const CLAIMS = {
  // Inputs.
  Input: claim('input_param'),
  Data: data(),
  ImageData: data(),
  HDF5Data: data(),
  MemoryData: data(),
  WindowData: data(),
  AnnotatedData: data(),

  // Windows.
  Convolution: convolution(),
  ConvolutionDepthwise: convolution(),
  DepthwiseConvolution: convolution(),
  Deconvolution: convolution(),
  Pooling: claim(
    'pooling_param',
    MAP,
    restriction('it pools at random', 'Use MAX or AVE', (layer) => !['MAX', 'AVE'].includes(layer.choice('pool', 'MAX'))),
    restriction('it gives the places of its maxima as well', 'Use a layer with one output', (layer) => layer.step.outputs.length > 1),
  ),
  InnerProduct: claim('inner_product_param', ONE_INPUT),

  // Activations.
  ReLU: claim('relu_param'),
  ReLU6: claim('relu6_param'),
  PReLU: claim('prelu_param', AXES),
  Sigmoid: claim('sigmoid_param'),
  TanH: claim('tanh_param'),
  ELU: claim('elu_param'),
  BNLL: claim(''),
  Clip: claim('clip_param'),
  Swish: claim('swish_param'),
  Softmax: claim('softmax_param'),

  // Arithmetic.
  AbsVal: claim(''),
  Power: claim('power_param'),
  Exp: claim('exp_param'),
  Log: claim('log_param'),
  Eltwise: claim('eltwise_param'),
  Dropout: claim(
    'dropout_param',
    restriction(
      'it scales when it is tested and not when it is trained',
      'Put a Power layer in its place',
      (layer) => !layer.bool('scale_train', true),
    ),
  ),

  // Normalisation.
  BatchNorm: claim(
    'batch_norm_param',
    AXES,
    UP_TO_MAP,
    restriction(
      'its text asks for the statistics of the data (use_global_stats: false)',
      'Remove that line, as files for deployment do',
      (layer) => !layer.setting.trained && !layer.bool('use_global_stats', true),
    ),
    restriction('it has a factor and an offset of its own, as forks of Caffe do', 'Write a Scale layer after it', (layer) => layer.blobs > 3),
  ),
  Scale: claim('scale_param', UP_TO_MAP),
  Bias: claim('bias_param', UP_TO_MAP),
  LRN: claim(
    'lrn_param',
    MAP,
    restriction(
      'it works within channels',
      'Use normalisation across channels',
      (layer) => layer.choice('norm_region', 'ACROSS_CHANNELS') !== 'ACROSS_CHANNELS',
    ),
  ),

  // Movement.
  Concat: claim('concat_param'),
  Slice: claim('slice_param'),
  Flatten: claim('flatten_param'),
  Reshape: claim('reshape_param'),
  Permute: claim('permute_param', numbered('permute_param')),
  ShuffleChannel: claim('shuffle_channel_param', MAP, numbered('shuffle_channel_param')),
  Interp: claim(
    'interp_param',
    MAP,
    numbered('interp_param'),
    ONE_INPUT,
    restriction(
      'it cuts its input first',
      'Use pad_beg and pad_end of 0',
      (layer) => layer.integer('pad_beg', 0) !== 0 || layer.integer('pad_end', 0) !== 0,
    ),
  ),
  Upsample: claim(
    'upsample_param',
    MAP,
    numbered('upsample_param'),
    restriction('it puts values back to where a pooling found them', 'Use a layer with a scale alone', (layer) => layer.count > 1),
  ),
} as const satisfies Readonly<Record<string, Claim>>

export type ClaimedType = keyof typeof CLAIMS

const BY_NAME: ReadonlyMap<string, Claim> = new Map<string, Claim>(Object.entries(CLAIMS))

export function claimOf(type: string): Claim | undefined {
  return BY_NAME.get(type)
}

/** Throws ScopeError `unsupported` where a layer is beyond its type's claim. */
export function checkClaim(layer: LayerContext, { parameter, restrictions }: Claim): void {
  const unknown = [...layer.parameters.unknown].slice(0, 5)
  if (unknown.length > 0) throw layer.refuse(`its ${parameter} has a field that is not known: ${unknown.join(', ')}`, 'Write the model without it')
  for (const { words, hint, excludes } of restrictions) if (excludes(layer)) throw layer.refuse(words, hint)
}
