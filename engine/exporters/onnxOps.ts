/** What each op of the engine becomes in ONNX, opset 13: one node where there is one that says the same, else several. */
import { NONE } from '../ir/graph.ts'
import { allocate, type TensorFact } from '../ir/tensor.ts'
import type { ActivationAttributes } from '../ops/activation/op.ts'
import type { Activation } from '../ops/activationFunction.ts'
import type { BatchNormAttributes } from '../ops/batchNorm/op.ts'
import type { BinaryAttributes } from '../ops/binary/op.ts'
import type { CastAttributes } from '../ops/cast/op.ts'
import type { ConstantOfShapeAttributes } from '../ops/constantOfShape/op.ts'
import type { Conv2dAttributes } from '../ops/conv2d/op.ts'
import type { ConvTranspose2dAttributes } from '../ops/convTranspose2d/op.ts'
import type { GlobalPoolAttributes } from '../ops/globalPool/op.ts'
import type { InterpolateAttributes } from '../ops/interpolate/op.ts'
import { type Taps, tapsOf } from '../ops/interpolate/taps.ts'
import type { LinearAttributes } from '../ops/linear/op.ts'
import type { LrnAttributes } from '../ops/lrn/op.ts'
import type { MaxRoiPoolAttributes } from '../ops/maxRoiPool/op.ts'
import type { PadAttributes } from '../ops/pad/op.ts'
import type { Pool2dAttributes } from '../ops/pool2d/op.ts'
import type { ReduceAttributes } from '../ops/reduce/op.ts'
import type { ResizeAttributes } from '../ops/resize/op.ts'
import type { ShapeAttributes } from '../ops/shape/op.ts'
import { integersOf } from '../ops/shared.ts'
import type { ShuffleSpec } from '../ops/shuffle.ts'
import type { SliceAttributes } from '../ops/slice/op.ts'
import type { SoftmaxAttributes } from '../ops/softmax/op.ts'
import type { SplitAttributes } from '../ops/split/op.ts'
import type { TileAttributes } from '../ops/tile/op.ts'
import type { TransposeAttributes } from '../ops/transpose/op.ts'
import type { UnaryAttributes } from '../ops/unary/op.ts'
import type { NodeScribe } from './onnx.ts'
import { ELEMENT, type OnnxAttributeValue } from './onnxProto.ts'

type Emitter = (s: NodeScribe) => void

/** Attributes were parsed by the op's schema when the node was built. */
const withAttributes =
  <A>(emit: (s: NodeScribe, attrs: A) => void): Emitter =>
  (s) =>
    emit(s, s.node.attrs as unknown as A)

const reshaped: Emitter = (s) => s.emit('Reshape', {}, [s.inputs[0] ?? '', s.integers('shape', s.output().shape)])

/** By kind; what is not here is refused by its name. */
export const EMITTERS: Readonly<Record<string, Emitter>> = {
  identity: (s) => s.emit('Identity'),
  conv2d: withAttributes<Conv2dAttributes>((s, { kernel, stride, pad, dilation, groups }) =>
    s.emit('Conv', { kernel_shape: kernel, strides: stride, pads: pad, dilations: dilation, group: groups }),
  ),
  convTranspose2d: withAttributes(convTranspose),
  batchNorm: withAttributes<BatchNormAttributes>((s, { epsilon }) => s.emit('BatchNormalization', { epsilon: { float: epsilon } })),
  activation: withAttributes<ActivationAttributes>((s, { function: fn }) => activation(s, fn)),
  pool2d: withAttributes(pool),
  globalPool: withAttributes<GlobalPoolAttributes>((s, { mode, keepDims }) => {
    const op = mode === 'max' ? 'GlobalMaxPool' : 'GlobalAveragePool'
    if (keepDims) s.emit(op)
    else s.emit('Flatten', { axis: 1 }, [s.between('pooled', op, s.inputs)])
  }),
  channelShuffle: withAttributes(channelShuffle),
  linear: withAttributes<LinearAttributes>((s, { transposed }) => s.emit('Gemm', { transB: transposed ? 0 : 1 })),
  matmul: (s) => s.emit('MatMul'),
  concat: withAttributes<{ axis: number }>((s, { axis }) => s.emit('Concat', { axis })),
  binary: withAttributes<BinaryAttributes>((s, attrs) => binary(s, attrs.function)),
  unary: withAttributes<UnaryAttributes>((s, attrs) => s.emit(attrs.function.replace(/^./, (c) => c.toUpperCase()))),
  lrn: withAttributes(localResponseNorm),
  maxRoiPool: withAttributes<MaxRoiPoolAttributes>((s, { bins, scale }) =>
    s.emit('MaxRoiPool', { pooled_shape: bins, spatial_scale: { float: scale } }),
  ),
  softmax: withAttributes<SoftmaxAttributes>((s, { axis, log }) => s.emit(log ? 'LogSoftmax' : 'Softmax', { axis })),
  flatten: withAttributes<{ axis: number }>((s, { axis }) => s.emit('Flatten', { axis })),
  transpose: withAttributes<TransposeAttributes>((s, { perm }) => s.emit('Transpose', perm ? { perm } : {})),
  reshape: reshaped,
  squeeze: reshaped,
  unsqueeze: reshaped,
  split: withAttributes<SplitAttributes>((s, { axis, sizes }) => s.emit('Split', { axis }, [...s.inputs, s.integers('sizes', sizes)])),
  slice: withAttributes<SliceAttributes>((s, attrs) => {
    const parts = (['starts', 'ends', 'axes', 'steps'] as const).map((key) => s.integers(key, attrs[key]))
    s.emit('Slice', {}, [...s.inputs, ...parts])
  }),
  pad: withAttributes<PadAttributes>((s, attrs) => {
    const pads = attrs.pads ?? valuesOf(s, 1)
    if (!pads) throw s.refuse('its pads are computed at run time')
    s.emit('Pad', {}, [s.inputs[0] ?? '', s.integers('pads', pads), s.scalar('value', attrs.value ?? s.constant(2)?.data[0] ?? 0)])
  }),
  tile: withAttributes<TileAttributes>((s, { repeats }) => s.emit('Tile', {}, [s.inputs[0] ?? '', s.integers('repeats', repeats)])),
  resize: withAttributes<ResizeAttributes>((s, { factors }) => {
    const rule = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }
    s.emit('Resize', rule, [s.inputs[0] ?? '', '', s.floats('scales', [4], Float32Array.of(1, 1, ...factors))])
  }),
  interpolate: withAttributes(interpolate),
  reduce: withAttributes(reduce),
  gather: withAttributes<{ axis: number }>((s, { axis }) => s.emit('Gather', { axis })),
  cast: withAttributes<CastAttributes>((s, { to }) => s.emit('Cast', { to: ELEMENT[to] })),
  shape: withAttributes<ShapeAttributes>((s, { start, end }) => {
    if (start === 0 && end === null) s.emit('Shape')
    else
      s.emit('Slice', {}, [s.between('whole', 'Shape', s.inputs), s.integers('start', [start]), s.integers('end', [end ?? s.input(0).shape.length])])
  }),
  constantOfShape: withAttributes<ConstantOfShapeAttributes>((s, { value, dtype }) =>
    s.emit('ConstantOfShape', { value: { tensor: { dtype, shape: [1], data: allocate(dtype, 1).fill(value) } } }),
  ),
}

/** Integers behind a constant input; undefined where it is none. */
function valuesOf(s: NodeScribe, index: number): number[] | undefined {
  const value = s.constant(index)
  return value && integersOf(value)
}

function binary(s: NodeScribe, fn: BinaryAttributes['function']): void {
  const [x = '', slope = ''] = s.inputs
  // The slope of PRelu may be spread over the input, and not the input over the slope.
  if (fn === 'prelu' && s.output().shape.join() !== s.input(0).shape.join()) {
    const zero = s.scalar('zero', 0)
    const below = s.between('below', 'Mul', [s.between('negative', 'Min', [x, zero]), slope])
    s.emit('Add', {}, [s.between('positive', 'Max', [x, zero]), below])
    return
  }
  s.emit({ add: 'Add', sub: 'Sub', mul: 'Mul', div: 'Div', max: 'Max', min: 'Min', pow: 'Pow', prelu: 'PRelu' }[fn])
}

export function channelShuffle(s: NodeScribe, { groups, order }: ShuffleSpec): void {
  const [n = 1, c = 1, h = 1, w = 1] = s.output().shape
  const split = order === '(n,g)' ? [c / groups, groups] : [groups, c / groups]
  const grouped = s.between('grouped', 'Reshape', [s.inputs[0] ?? '', s.integers('split', [n, ...split, h, w])])
  const mixed = s.between('transposed', 'Transpose', [grouped], { perm: [0, 2, 1, 3, 4] })
  s.emit('Reshape', {}, [mixed, s.integers('join', [n, c, h, w])])
}

/**
 * Rounding up: ONNX does not say whether a window that begins in the padding counts, nor what the average over one that
 * reaches past it is divided by. Where that matters, the padding is written out so that no rounding is left.
 */
export function pool(s: NodeScribe, { mode, kernel, stride, pad, ceil, countIncludePad }: Pool2dAttributes): void {
  const op = mode === 'max' ? 'MaxPool' : 'AveragePool'
  const window = (pads: readonly number[], include: boolean, up = false): Record<string, OnnxAttributeValue> => ({
    kernel_shape: kernel,
    strides: stride,
    pads,
    ceil_mode: up ? 1 : 0,
    ...(mode === 'max' ? {} : { count_include_pad: include ? 1 : 0 }),
  })
  const include = mode === 'average' && countIncludePad
  if (!ceil) {
    s.emit(op, window(pad, include))
    return
  }
  const along = ([0, 1] as const).map((axis) => {
    const size = (s.input(0).shape[axis + 2] ?? 0) + pad[axis] + (pad[axis + 2] ?? 0)
    const count = s.output().shape[axis + 2] ?? 0
    // Beyond the padding that the last window needs; none where the padding is more than enough.
    const more = Math.max(0, (count - 1) * stride[axis] + kernel[axis] - size)
    return { more, plain: count === Math.ceil((size - kernel[axis]) / stride[axis]) + 1 }
  })
  const [down = 0, right = 0] = along.map((a) => a.more)
  if (!include) {
    const plain = along.every((a) => a.plain)
    s.emit(op, plain ? window(pad, false, true) : window([pad[0], pad[1], pad[2] + down, pad[3] + right], false))
    return
  }
  const [top, left, bottom, end] = pad
  const padded = s.between('padded', 'Pad', [s.inputs[0] ?? '', s.integers('pads', [0, 0, top, left, 0, 0, bottom, end])])
  s.emit(op, window([0, 0, down, right], false), [padded])
}

/** Rows and columns that are added at the end are `output_padding` as far as that may go; any others are written after it, with the bias. */
function convTranspose(s: NodeScribe, { kernel, stride, pad, dilation, groups }: ConvTranspose2dAttributes): void {
  const [x = '', weight = '', bias = ''] = s.inputs
  const added = pad.map((p) => Math.max(-p, 0)) as [number, number, number, number]
  const window = { kernel_shape: kernel, strides: stride, dilations: dilation, group: groups, pads: pad.map((p) => Math.max(p, 0)) }
  const [top, left, bottom, right] = added
  if (top === 0 && left === 0 && bottom < stride[0] && right < stride[1]) {
    s.emit('ConvTranspose', bottom + right > 0 ? { ...window, output_padding: [bottom, right] } : window)
    return
  }
  const product = s.between('product', 'ConvTranspose', [x, weight], window)
  const pads = s.integers('pads', [0, 0, top, left, 0, 0, bottom, right])
  if (bias === '') s.emit('Pad', {}, [product, pads])
  else {
    const perChannel = s.between('perChannel', 'Reshape', [bias, s.integers('channels', [1, s.output().shape[1] ?? 1, 1, 1])])
    s.emit('Add', {}, [s.between('padded', 'Pad', [product, pads]), perChannel])
  }
}

/** The window of an even size is not symmetric, which some runtimes refuse: its sums are then a convolution of the squares. */
function localResponseNorm(s: NodeScribe, { size, alpha, beta, bias }: LrnAttributes): void {
  if (size % 2 === 1) {
    s.emit('LRN', { size, alpha: { float: alpha }, beta: { float: beta }, bias: { float: bias } })
    return
  }
  const [x = ''] = s.inputs
  const channels = s.input(0).shape[1] ?? 1
  const band = new Float32Array(channels * channels)
  for (let c = 0; c < channels; c++) {
    const first = c - Math.floor((size - 1) / 2)
    for (let i = Math.max(first, 0); i < Math.min(first + size, channels); i++) band[c * channels + i] = alpha / size
  }
  const squares = s.between('squares', 'Mul', [x, x])
  const bands = s.floats('window', [channels, channels, 1, 1], band)
  const sums = s.between('sums', 'Conv', [squares, bands, s.floats('bias', [channels], new Float32Array(channels).fill(bias))])
  s.emit('Div', {}, [x, s.between('power', 'Pow', [sums, s.scalar('beta', beta)])])
}

/** Of opset 13. */
const COORDINATES: readonly string[] = ['asymmetric', 'half_pixel', 'pytorch_half_pixel', 'align_corners']

/** A Resize where opset 13 can say it; else what it is in any case: a matrix over the rows and another over the columns. */
function interpolate(s: NodeScribe, attrs: InterpolateAttributes): void {
  const [x = ''] = s.inputs
  const [, , h = 1, w = 1] = s.input(0).shape
  const [oh, ow] = attrs.size
  const bySize = !attrs.scales || (attrs.scales[0] === oh / h && attrs.scales[1] === ow / w)
  const scales = (attrs.scales ?? [1, 1]).map(Math.fround) as [number, number]
  const byScales = Math.floor(h * scales[0]) === oh && Math.floor(w * scales[1]) === ow
  const known = COORDINATES.includes(attrs.coordinates) && (attrs.mode === 'cubic' || !attrs.excludeOutside)
  if (!known || !(bySize || byScales)) {
    const [sh, sw] = attrs.scales ?? [oh / h, ow / w]
    const rows = s.floats('rows', [oh, h], matrixOf(tapsOf(attrs, h, oh, sh), h, oh, false))
    const columns = s.floats('columns', [w, ow], matrixOf(tapsOf(attrs, w, ow, sw), w, ow, true))
    s.emit('MatMul', {}, [s.between('resized', 'MatMul', [rows, x]), columns])
    return
  }
  const rule = {
    mode: attrs.mode,
    coordinate_transformation_mode: attrs.coordinates,
    nearest_mode: attrs.rounding,
    cubic_coeff_a: { float: attrs.cubic },
    exclude_outside: attrs.excludeOutside ? 1 : 0,
  }
  if (bySize) s.emit('Resize', rule, [x, '', '', s.integers('sizes', [...s.output().shape])])
  else s.emit('Resize', rule, [x, '', s.floats('scales', [4], Float32Array.of(1, 1, ...scales))])
}

/** [output, input], or transposed: how much each input position counts for each output position. */
function matrixOf({ count, index, weight }: Taps, input: number, output: number, transposed: boolean): Float32Array {
  const matrix = new Float32Array(input * output)
  for (let to = 0; to < output; to++)
    for (let i = to * count; i < (to + 1) * count; i++) {
      const from = index[i] ?? 0
      const at = transposed ? from * output + to : to * input + from
      matrix[at] = (matrix[at] ?? 0) + (weight[i] ?? 0)
    }
  return matrix
}

function reduce(s: NodeScribe, attrs: ReduceAttributes): void {
  const given = attrs.axes ?? valuesOf(s, 1)
  if (!given && (s.node.inputs[1] ?? NONE) !== NONE) throw s.refuse('its axes are computed at run time')
  const [x = ''] = s.inputs
  const all = !given?.length
  if (all && attrs.noopWithEmptyAxes) {
    s.emit('Identity', {}, [x])
    return
  }
  const axes = all ? axesOf(s.input(0)) : given
  const keepdims = attrs.keepDims ? 1 : 0
  // The axes of ReduceSum are an input since opset 13, those of the others since 18.
  if (attrs.function === 'sum') s.emit('ReduceSum', { keepdims }, [x, s.integers('axes', axes)])
  else s.emit(attrs.function === 'mean' ? 'ReduceMean' : 'ReduceMax', { axes, keepdims }, [x])
}

const axesOf = ({ shape }: TensorFact): number[] => shape.map((_, axis) => axis)

export function activation(s: NodeScribe, fn: Activation): void {
  const [x = ''] = s.inputs
  switch (fn.kind) {
    case 'none':
      s.emit('Identity')
      return
    case 'clip':
      if (fn.min === 0 && fn.max === null) s.emit('Relu')
      else s.emit('Clip', {}, [x, fn.min === null ? '' : s.scalar('min', fn.min), fn.max === null ? '' : s.scalar('max', fn.max)])
      return
    case 'leakyRelu':
      s.emit('LeakyRelu', { alpha: { float: fn.alpha } })
      return
    case 'sigmoid':
      s.emit('Sigmoid')
      return
    case 'hardSigmoid':
      s.emit('HardSigmoid', { alpha: { float: fn.alpha }, beta: { float: fn.beta } })
      return
    case 'hardSwish':
      s.emit('Mul', {}, [x, s.between('gate', 'HardSigmoid', [x], { alpha: { float: 1 / 6 }, beta: { float: 0.5 } })])
      return
    case 'silu':
      s.emit('Mul', {}, [x, s.between('gate', 'Sigmoid', [x])])
      return
    case 'elu':
      if (fn.gamma === 1) s.emit('Elu', { alpha: { float: fn.alpha } })
      else s.emit('Selu', { alpha: { float: fn.alpha }, gamma: { float: fn.gamma } })
      return
    case 'tanh':
      s.emit('Tanh')
      return
    case 'softplus':
      s.emit('Softplus')
      return
    case 'mish':
      s.emit('Mul', {}, [x, s.between('gate', 'Tanh', [s.between('softplus', 'Softplus', [x])])])
      return
    case 'gelu':
      gated(s, s.between('erf', 'Erf', [s.between('scaled', 'Mul', [x, s.scalar('scale', Math.SQRT1_2)])]))
      return
    case 'geluTanh': {
      const cube = s.between('cube', 'Mul', [s.between('square', 'Mul', [x, x]), x])
      const sum = s.between('sum', 'Add', [x, s.between('cubic', 'Mul', [cube, s.scalar('cubicFactor', 0.044715)])])
      gated(s, s.between('tanh', 'Tanh', [s.between('scaled', 'Mul', [sum, s.scalar('scale', Math.sqrt(2 / Math.PI))])]))
    }
  }
}

/** x/2 * (1 + gate): the form that both kinds of GELU have. */
function gated(s: NodeScribe, gate: string): void {
  const half = s.between('half', 'Mul', [s.inputs[0] ?? '', s.scalar('factor', 0.5)])
  s.emit('Mul', {}, [half, s.between('gate', 'Add', [gate, s.scalar('one', 1)])])
}
