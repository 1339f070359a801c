/** Convolutions and poolings. Source: ONNX operator specification, Conv, MaxPool, AveragePool and the global poolings. */
import { normalAxis } from '../../../ops/shared.ts'
import type { Converters, NodeContext } from '../context.ts'

type Pads = readonly [number, number, number, number]
type Pair = readonly [number, number]

/** [top, left, bottom, right], explicit or from auto_pad. */
function padsOf(node: NodeContext, kernel: Pair, stride: Pair, dilation: Pair): Pads {
  const mode = node.string('auto_pad', 'NOTSET')
  if (mode === 'NOTSET') {
    const pads = node.ints('pads') ?? [0, 0, 0, 0]
    const [top, left, bottom, right] = pads
    if (pads.length !== 4 || top === undefined || left === undefined || bottom === undefined || right === undefined)
      throw node.refuse(`its pads have ${pads.length} entries, and only two-dimensional windows are supported`, 'Use a model for images')
    return [top, left, bottom, right]
  }
  if (mode === 'VALID') return [0, 0, 0, 0]
  if (mode !== 'SAME_UPPER' && mode !== 'SAME_LOWER') throw node.misuse(`its auto_pad is "${mode}"`)
  const [, , height = 1, width = 1] = node.fact(0).shape
  const [top, bottom] = same(height, kernel[0], stride[0], dilation[0], mode)
  const [left, right] = same(width, kernel[1], stride[1], dilation[1], mode)
  return [top, left, bottom, right]
}

/** As many zeros as make the output ceil(size / stride); the odd one goes after for SAME_UPPER. */
function same(size: number, kernel: number, stride: number, dilation: number, mode: 'SAME_UPPER' | 'SAME_LOWER'): Pair {
  const out = Math.ceil(size / stride)
  const total = Math.max(0, (out - 1) * stride + dilation * (kernel - 1) + 1 - size)
  const less = Math.floor(total / 2)
  return mode === 'SAME_UPPER' ? [less, total - less] : [total - less, less]
}

function conv(node: NodeContext): number[] {
  const weight = node.fact(1, 'weight').shape
  if (weight.length !== 4)
    throw node.refuse(`its weight has shape [${weight.join(', ')}], and only two-dimensional convolutions are supported`, 'Use a model for images')
  const kernel = node.pair('kernel_shape', [weight[2] ?? 1, weight[3] ?? 1])
  const stride = node.pair('strides', [1, 1])
  const dilation = node.pair('dilations', [1, 1])
  const attrs = { kernel, stride, dilation, pad: padsOf(node, kernel, stride, dilation), groups: node.int('group', 1) }
  return [node.emit('conv2d', attrs, [node.input(0), node.input(1, 'weight'), node.optional(2)])]
}

function pool(node: NodeContext, mode: 'max' | 'average'): number[] {
  const kernel = node.pair('kernel_shape', [0, 0])
  const stride = node.pair('strides', [1, 1])
  const dilation = node.pair('dilations', [1, 1])
  if (dilation[0] !== 1 || dilation[1] !== 1) throw node.refuse('it is a dilated pooling', 'Export the model without dilation in poolings')
  if (node.onnx.outputs[1]) throw node.refuse('it also gives the positions of the maxima', 'Export the model without unpooling')
  const attrs = {
    mode,
    kernel,
    stride,
    pad: padsOf(node, kernel, stride, dilation),
    ceil: node.int('ceil_mode', 0) !== 0,
    countIncludePad: mode === 'average' && node.int('count_include_pad', 0) !== 0,
  }
  return [node.emit('pool2d', attrs, [node.input(0)])]
}

/** Nearest neighbour with whole factors, whatever the coordinate rule, as long as each pixel is repeated evenly. */
function resize(node: NodeContext): number[] {
  const mode = node.string('mode', 'nearest')
  if (mode !== 'nearest')
    throw node.refuse(`it interpolates ("${mode}"), and only nearest-neighbour resizing is supported`, 'Export with mode="nearest"')
  const { shape } = node.fact(0)
  if (shape.length !== 4) throw node.refuse(`its input has shape [${shape.join(', ')}], not that of a feature map`, 'Use a model for images')
  const old = node.onnx.opType === 'Upsample' || node.opset < 11
  const scales = old && node.has('scales') ? node.onnx.attributes.get('scales')?.floats : node.constantInput(old ? 1 : 2, 'scales')?.data
  const sizes = old ? undefined : node.constantInput(3, 'sizes')?.data
  const factor = (axis: number): number => (sizes?.length ? Number(sizes[axis]) / (shape[axis] ?? 1) : Number(scales?.[axis]))
  const factors = [factor(2), factor(3)]
  if (factor(0) !== 1 || factor(1) !== 1 || factors.some((f) => !Number.isInteger(f) || f < 1 || f > 1024))
    throw node.refuse('it does not enlarge rows and columns by a whole factor', 'Use whole factors for resizing')
  const rule = old
    ? ['asymmetric', 'floor']
    : [node.string('coordinate_transformation_mode', 'half_pixel'), node.string('nearest_mode', 'round_prefer_floor')]
  for (const [i, f] of factors.entries())
    if (!repeatsEvenly(shape[i + 2] ?? 1, f, rule[0] ?? '', rule[1] ?? ''))
      throw node.refuse(
        `its rule (${rule.join(', ')}) does not repeat each pixel evenly`,
        'Export with coordinate_transformation_mode="asymmetric" and nearest_mode="floor"',
      )
  return [node.emit('resize', { factors }, [node.input(0)])]
}

const ROUND: Readonly<Record<string, (x: number) => number>> = {
  floor: Math.floor,
  ceil: Math.ceil,
  round_prefer_floor: (x) => Math.ceil(x - 0.5),
  round_prefer_ceil: (x) => Math.floor(x + 0.5),
}

function repeatsEvenly(size: number, factor: number, transformation: string, rounding: string): boolean {
  const round = ROUND[rounding]
  const source: Record<string, (x: number) => number> = {
    asymmetric: (x) => x / factor,
    half_pixel: (x) => (x + 0.5) / factor - 0.5,
    pytorch_half_pixel: (x) => (size * factor > 1 ? (x + 0.5) / factor - 0.5 : 0),
    half_pixel_symmetric: (x) => (x + 0.5) / factor - 0.5,
    tf_half_pixel_for_nn: (x) => (x + 0.5) / factor,
    align_corners: (x) => (size * factor > 1 ? (x * (size - 1)) / (size * factor - 1) : 0),
  }
  const from = source[transformation]
  if (!round || !from) return false
  // One period is enough for the periodic rules; align_corners needs the whole axis.
  const last = Math.min(size * factor, 1 << 16)
  for (let x = 0; x < last; x++) if (Math.min(Math.max(round(from(x)), 0), size - 1) !== Math.floor(x / factor)) return false
  return true
}

function reduction(node: NodeContext, fn: 'mean' | 'max' | 'sum'): number[] {
  const { shape } = node.fact(0)
  for (const axis of node.ints('axes') ?? []) normalAxis(axis, shape.length, node.name)
  const axes = node.ints('axes') ?? null
  const wired = axes === null && node.optional(1) >= 0
  const attrs = { function: fn, axes, keepDims: node.int('keepdims', 1) !== 0, noopWithEmptyAxes: node.int('noop_with_empty_axes', 0) !== 0 }
  return [node.emit('reduce', attrs, wired ? [node.input(0), node.input(1)] : [node.input(0)])]
}

export const windows: Converters = {
  Conv: conv,
  MaxPool: (node) => pool(node, 'max'),
  AveragePool: (node) => pool(node, 'average'),
  GlobalMaxPool: (node) => [node.emit('globalPool', { mode: 'max' }, [node.input(0)])],
  GlobalAveragePool: (node) => [node.emit('globalPool', { mode: 'average' }, [node.input(0)])],
  ReduceMean: (node) => reduction(node, 'mean'),
  ReduceMax: (node) => reduction(node, 'max'),
  ReduceSum: (node) => reduction(node, 'sum'),
  Resize: resize,
  Upsample: resize,
}
