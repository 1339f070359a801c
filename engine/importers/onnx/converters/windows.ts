/** Convolutions and poolings. Source: ONNX operator specification, Conv, MaxPool, AveragePool, MaxRoiPool and the global poolings. */
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
  const kernel = node.pair('kernel_shape', [weight[2] ?? 1, weight[3] ?? 1])
  const stride = node.pair('strides', [1, 1])
  const dilation = node.pair('dilations', [1, 1])
  const attrs = { kernel, stride, dilation, pad: padsOf(node, kernel, stride, dilation), groups: node.int('group', 1) }
  return [node.emit('conv2d', attrs, [node.input(0), node.input(1, 'weight'), node.optional(2)])]
}

/**
 * The size of the output is what the paddings leave, or is given and the paddings follow from it. Rows that
 * `output_padding` adds at the end are a padding cut smaller.
 */
function convTranspose(node: NodeContext): number[] {
  const weight = node.fact(1, 'weight').shape
  const kernel = node.pair('kernel_shape', [weight[2] ?? 1, weight[3] ?? 1])
  const stride = node.pair('strides', [1, 1])
  const dilation = node.pair('dilations', [1, 1])
  const more = node.pair('output_padding', [0, 0])
  const wanted = node.ints('output_shape')?.slice(-2)
  const mode = node.string('auto_pad', 'NOTSET')
  const shape = node.fact(0).shape
  const own = wanted || mode.startsWith('SAME') ? undefined : padsOf(node, kernel, stride, dilation)
  const along = (axis: 0 | 1): Pair => {
    if (own) return [own[axis], (axis === 0 ? own[2] : own[3]) - more[axis]]
    const size = shape[axis + 2] ?? 1
    const output = wanted?.[axis] ?? size * stride[axis]
    const total = stride[axis] * (size - 1) + more[axis] + dilation[axis] * (kernel[axis] - 1) + 1 - output
    const less = Math.floor(total / 2)
    const [before, after] = mode === 'SAME_UPPER' ? [less, total - less] : [total - less, less]
    return [before, after - more[axis]]
  }
  const [[top, bottom], [left, right]] = [along(0), along(1)]
  const attrs = { kernel, stride, dilation, pad: [top, left, bottom, right], groups: node.int('group', 1) }
  return [node.emit('convTranspose2d', attrs, [node.input(0), node.input(1, 'weight'), node.optional(2)])]
}

function pool(node: NodeContext, mode: 'max' | 'average'): number[] {
  const kernel = node.pair('kernel_shape', [0, 0])
  const stride = node.pair('strides', [1, 1])
  const dilation = node.pair('dilations', [1, 1])
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

function roiPool(node: NodeContext): number[] {
  const attrs = { bins: node.pair('pooled_shape', [0, 0]), scale: node.float('spatial_scale', 1) }
  return [node.emit('maxRoiPool', attrs, [node.input(0), node.input(1, 'regions')])]
}

export const windows = {
  Conv: conv,
  ConvTranspose: convTranspose,
  MaxPool: (node) => pool(node, 'max'),
  AveragePool: (node) => pool(node, 'average'),
  MaxRoiPool: roiPool,
  GlobalMaxPool: (node) => [node.emit('globalPool', { mode: 'max' }, [node.input(0)])],
  GlobalAveragePool: (node) => [node.emit('globalPool', { mode: 'average' }, [node.input(0)])],
} satisfies Converters
