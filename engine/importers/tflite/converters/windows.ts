/** Convolutions and poolings. Source: TensorFlow Lite operator specification (tfl dialect), and its reference kernels for padding. */
import type { TensorId } from '../../../ir/graph.ts'
import type { Converters, Made, NodeContext } from '../context.ts'
import { SAME } from '../schema.ts'

type Pads = readonly [number, number, number, number]
type Pair = readonly [number, number]

function stridesOf(node: NodeContext): Pair {
  return positive(node, 'stride', [node.option('strideH'), node.option('strideW')])
}

function positive(node: NodeContext, role: string, [h, w]: Pair): Pair {
  if (h < 1 || w < 1) throw node.misuse(`its ${role} is ${h}x${w}`)
  return [h, w]
}

/** [top, left, bottom, right]. SAME adds as many zeros as make the output ceil(size / stride), the odd one after. */
function padsOf(node: NodeContext, kernel: Pair, stride: Pair, dilation: Pair): Pads {
  if (node.option('padding') !== SAME) return [0, 0, 0, 0]
  const [, height = 1, width = 1] = node.shape(0)
  const along = (size: number, i: 0 | 1): Pair => {
    const out = Math.ceil(size / stride[i])
    const total = Math.max(0, (out - 1) * stride[i] + dilation[i] * (kernel[i] - 1) + 1 - size)
    return [Math.floor(total / 2), Math.ceil(total / 2)]
  }
  const [[top, bottom], [left, right]] = [along(height, 0), along(width, 1)]
  return [top, left, bottom, right]
}

function window(node: NodeContext, kernel: Pair): { kernel: Pair; stride: Pair; dilation: Pair; pad: Pads } {
  const stride = stridesOf(node)
  const dilation = positive(node, 'dilation', [node.option('dilationH'), node.option('dilationW')])
  return { kernel, stride, dilation, pad: padsOf(node, kernel, stride, dilation) }
}

/** Filter [O, kh, kw, I]; where I is a part of the input's channels, they are convolved in groups. */
function conv(node: NodeContext): readonly Made[] {
  const [, kh = 1, kw = 1, own = 0] = node.shape(1, 'weight')
  const channels = node.shape(0)[3] ?? 0
  if (own < 1 || channels % own !== 0) throw node.misuse(`its input has ${channels} channels where its weight has ${own}`)
  const attrs = { ...window(node, [kh, kw]), groups: channels / own }
  return convolution(node, attrs, node.weight(1, 'weight', [0, 3, 1, 2]))
}

/** Filter [1, kh, kw, C * multiplier]; channel c makes the outputs from c * multiplier on. */
function depthwise(node: NodeContext): readonly Made[] {
  const [one = 0, kh = 1, kw = 1, outputs = 0] = node.shape(1, 'weight')
  const channels = node.shape(0)[3] ?? 0
  if (one !== 1 || channels < 1 || outputs % channels !== 0)
    throw node.misuse(`its input has ${channels} channels where its weight has shape [${node.shape(1).join(', ')}]`)
  return convolution(node, { ...window(node, [kh, kw]), groups: channels }, node.weight(1, 'weight', [3, 0, 1, 2]))
}

function convolution(node: NodeContext, attrs: Parameters<NodeContext['finish']>[1], weight: TensorId): readonly Made[] {
  return node.finish('conv2d', attrs, [node.map(0), weight, node.bias(2)], 'map')
}

/** Inputs: output shape, filter [O, kh, kw, I], x, and perhaps a bias. Rows that the output has more are a padding cut smaller. */
function convTranspose(node: NodeContext): readonly Made[] {
  const [, oh = 0, ow = 0] = node.integers(0, 'output shape')
  const [, kh = 1, kw = 1, own = 0] = node.shape(1, 'weight')
  const [, height = 1, width = 1, channels = 0] = node.shape(2)
  if (own !== channels) throw node.misuse(`its input has ${channels} channels where its weight has ${own}`)
  const stride = stridesOf(node)
  const along = (size: number, kernel: number, step: number, output: number): Pair => {
    const total = (size - 1) * step + kernel - output
    const before = Math.floor(Math.max(0, total) / 2)
    return [before, total - before]
  }
  const [[top, bottom], [left, right]] = [along(height, kh, stride[0], oh), along(width, kw, stride[1], ow)]
  const attrs = { kernel: [kh, kw], stride, pad: [top, left, bottom, right] }
  return node.finish('convTranspose2d', attrs, [node.map(2), node.weight(1, 'weight', [3, 0, 1, 2]), node.bias(3)], 'map')
}

/** An average is over what lies inside the input. */
function pool(node: NodeContext, mode: 'max' | 'average'): readonly Made[] {
  const kernel = positive(node, 'window', [node.option('filterHeight'), node.option('filterWidth')])
  const stride = stridesOf(node)
  const attrs = { mode, kernel, stride, pad: padsOf(node, kernel, stride, [1, 1]), countIncludePad: false }
  return node.finish('pool2d', attrs, [node.map(0)], 'map', false)
}

export const windows = {
  CONV_2D: conv,
  DEPTHWISE_CONV_2D: depthwise,
  TRANSPOSE_CONV: convTranspose,
  MAX_POOL_2D: (node) => pool(node, 'max'),
  AVERAGE_POOL_2D: (node) => pool(node, 'average'),
} satisfies Converters
