/**
 * The messages of Caffe that this engine reads, for their text and their binary form alike. Source: src/caffe/proto/caffe.proto of
 * BVLC/caffe; what it does not have is marked with the fork it comes from. A field without a number occurs in texts alone.
 */

export type Kind =
  | 'int'
  | 'float'
  | 'bool'
  | 'string'
  /** Known, and without meaning for a network that only runs. */
  | 'skip'
  | 'blob'
  /** Names of an enumeration, with their numbers. */
  | { readonly names: Readonly<Record<string, number>> }
  | { readonly message: Schema }

export interface Field {
  readonly id: number
  readonly kind: Kind
}

export type Schema = Readonly<Record<string, Field>>

const int = (id: number): Field => ({ id, kind: 'int' })
const float = (id: number): Field => ({ id, kind: 'float' })
const bool = (id: number): Field => ({ id, kind: 'bool' })
const string = (id: number): Field => ({ id, kind: 'string' })
const skip = (id: number): Field => ({ id, kind: 'skip' })
const choice = (id: number, ...list: readonly string[]): Field => ({ id, kind: { names: Object.fromEntries(list.map((name, i) => [name, i])) } })
const message = (id: number, schema: Schema): Field => ({ id, kind: { message: schema } })

const NO_NUMBER = 0

const SHAPE: Schema = { dim: int(1) }
const RULE: Schema = {
  phase: choice(1, 'TRAIN', 'TEST'),
  min_level: int(2),
  max_level: int(3),
  stage: string(4),
  not_stage: string(5),
}

const ENGINE_1 = { engine: skip(1) }

const CONVOLUTION: Schema = {
  num_output: int(1),
  bias_term: bool(2),
  pad: int(3),
  kernel_size: int(4),
  group: int(5),
  stride: int(6),
  weight_filler: skip(7),
  bias_filler: skip(8),
  pad_h: int(9),
  pad_w: int(10),
  kernel_h: int(11),
  kernel_w: int(12),
  stride_h: int(13),
  stride_w: int(14),
  engine: skip(15),
  axis: int(16),
  force_nd_im2col: skip(17),
  dilation: int(18),
}

const POOLING: Schema = {
  pool: choice(1, 'MAX', 'AVE', 'STOCHASTIC'),
  kernel_size: int(2),
  stride: int(3),
  pad: int(4),
  kernel_h: int(5),
  kernel_w: int(6),
  stride_h: int(7),
  stride_w: int(8),
  pad_h: int(9),
  pad_w: int(10),
  engine: skip(11),
  global_pooling: bool(12),
  round_mode: choice(13, 'CEIL', 'FLOOR'),
  /** Of forks that round down where it is false. */
  ceil_mode: bool(NO_NUMBER),
}

const TRANSFORM: Schema = { scale: float(1), crop_size: int(3), mean_file: string(4), mean_value: float(5) }

/** Data layers have the same fields under other numbers; those of transform_param took their place. */
const DATA: Schema = { scale: float(2), mean_file: string(3), crop_size: int(5) }

/** Of a layer, by its type; the rest of LayerParameter is below. */
const PARAMETERS: Schema = {
  batch_norm_param: message(139, { use_global_stats: bool(1), moving_average_fraction: skip(2), eps: float(3) }),
  bias_param: message(141, { axis: int(1), num_axes: int(2), filler: skip(3) }),
  clip_param: message(148, { min: float(1), max: float(2) }),
  concat_param: message(104, { concat_dim: int(1), axis: int(2) }),
  convolution_param: message(106, CONVOLUTION),
  dropout_param: message(108, { dropout_ratio: skip(1), scale_train: bool(2) }),
  eltwise_param: message(110, { operation: choice(1, 'PROD', 'SUM', 'MAX'), coeff: float(2), stable_prod_grad: skip(3) }),
  elu_param: message(140, { alpha: float(1) }),
  exp_param: message(111, { base: float(1), scale: float(2), shift: float(3) }),
  flatten_param: message(135, { axis: int(1), end_axis: int(2) }),
  inner_product_param: message(117, {
    num_output: int(1),
    bias_term: bool(2),
    weight_filler: skip(3),
    bias_filler: skip(4),
    axis: int(5),
    transpose: bool(6),
  }),
  input_param: message(143, { shape: message(1, SHAPE) }),
  /** DeepLab's. */
  interp_param: message(NO_NUMBER, {
    height: int(1),
    width: int(2),
    zoom_factor: int(3),
    shrink_factor: int(4),
    pad_beg: int(5),
    pad_end: int(6),
  }),
  log_param: message(134, { base: float(1), scale: float(2), shift: float(3) }),
  lrn_param: message(118, {
    local_size: int(1),
    alpha: float(2),
    beta: float(3),
    norm_region: choice(4, 'ACROSS_CHANNELS', 'WITHIN_CHANNEL'),
    k: float(5),
    engine: skip(6),
  }),
  /** SSD's. */
  permute_param: message(202, { order: int(1) }),
  pooling_param: message(121, POOLING),
  power_param: message(122, { power: float(1), scale: float(2), shift: float(3) }),
  prelu_param: message(131, { filler: skip(1), channel_shared: bool(2) }),
  relu_param: message(123, { negative_slope: float(1), engine: skip(2) }),
  /** Of forks; the bound is 6 wherever it is left out. */
  relu6_param: message(NO_NUMBER, { threshold: float(1), negative_slope: float(2) }),
  reshape_param: message(133, { shape: message(1, SHAPE), axis: int(2), num_axes: int(3) }),
  scale_param: message(142, { axis: int(1), num_axes: int(2), filler: skip(3), bias_term: bool(4), bias_filler: skip(5) }),
  /** Of farmingyard/ShuffleNet, the ShuffleNet of Caffe. */
  shuffle_channel_param: message(164, { group: int(1) }),
  sigmoid_param: message(124, ENGINE_1),
  slice_param: message(126, { slice_dim: int(1), slice_point: int(2), axis: int(3) }),
  softmax_param: message(125, { engine: skip(1), axis: int(2) }),
  swish_param: message(147, { beta: float(1) }),
  tanh_param: message(127, ENGINE_1),
  /** Of forks for detectors. */
  upsample_param: message(NO_NUMBER, { scale: int(1) }),
}

const LAYER: Schema = {
  name: string(1),
  type: string(2),
  bottom: string(3),
  top: string(4),
  blobs: { id: 7, kind: 'blob' },
  include: message(8, RULE),
  exclude: message(9, RULE),
  transform_param: message(100, TRANSFORM),
  data_param: message(107, DATA),
  image_data_param: message(115, { ...DATA, new_height: int(9), new_width: int(10) }),
  memory_data_param: message(119, { channels: int(2), height: int(3), width: int(4) }),
  ...PARAMETERS,
}

/** Only for the words of a refusal: their fields are others than those of a layer. */
const OLD_LAYER: Schema = {}

export const NET: Schema = {
  name: string(1),
  layers: message(2, OLD_LAYER),
  input: string(3),
  input_dim: int(4),
  input_shape: message(8, SHAPE),
  layer: message(100, LAYER),
}

/** BlobProto; `data` and `double_data` are read where they lie. The last two are of NVIDIA's fork. */
export const BLOB = { num: 1, channels: 2, height: 3, width: 4, data: 5, shape: 7, doubles: 8, rawType: 10, raw: 12 } as const
