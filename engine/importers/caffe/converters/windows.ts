/** Convolutions, poolings, fully connected layers. Source: Caffe, base_conv_layer.cpp, pooling_layer.cpp, inner_product_layer.cpp. */
import type { TensorId } from '../../../ir/graph.ts'
import { sizeOf } from '../../../ir/tensor.ts'
import type { Converters, LayerContext } from '../context.ts'

type Pair = readonly [number, number]
type Pads = readonly [number, number, number, number]

/** [height, width] of a list: once for both, or one after the other. */
function listed(layer: LayerContext, name: string, otherwise: number, least: number): Pair {
  const list = layer.integers(name)
  if (list.length > 2) throw layer.misuse(`its ${name} has ${list.length} values for two axes`)
  const [height = otherwise, width = height] = list
  if (height < least || width < least) throw layer.misuse(`its ${name} is ${list.join(', ') || 'missing'}`)
  return [height, width]
}

/** Where it is given under names of their own, those count. */
function pairOf(layer: LayerContext, name: string, h: string, w: string, otherwise: number, least = 1): Pair {
  const { parameters } = layer
  if (parameters.has(h) || parameters.has(w)) return [layer.size(h, otherwise, least), layer.size(w, otherwise, least)]
  return listed(layer, name, otherwise, least)
}

interface Window {
  readonly kernel: Pair
  readonly stride: Pair
  readonly pad: Pads
}

function windowOf(layer: LayerContext): Window {
  const [top, left] = pairOf(layer, 'pad', 'pad_h', 'pad_w', 0, 0)
  return {
    kernel: pairOf(layer, 'kernel_size', 'kernel_h', 'kernel_w', 0),
    stride: pairOf(layer, 'stride', 'stride_h', 'stride_w', 1),
    pad: [top, left, top, left],
  }
}

const dilationOf = (layer: LayerContext): Pair => listed(layer, 'dilation', 1, 1)

/** Weight [outputs, channels of a group, kh, kw]. */
function conv(layer: LayerContext, groups: number): readonly TensorId[] {
  const outputs = layer.size('num_output', 0)
  const channels = layer.shape()[1] ?? 0
  if (channels % groups !== 0 || outputs % groups !== 0)
    throw layer.misuse(`its ${channels} input and ${outputs} output channels do not divide into ${groups} groups`)
  const window = windowOf(layer)
  const shape = [outputs, channels / groups, ...window.kernel]
  const weight = layer.builder.weight(`${layer.name}:weight`, shape, layer.blob(0, shape, 'weight'))
  const bias = layer.bias(layer.bool('bias_term', true), outputs)
  return [layer.emit('conv2d', { ...window, dilation: dilationOf(layer), groups }, [layer.input(), weight, bias])]
}

/** Weight [channels, outputs of a group, kh, kw]. */
function deconv(layer: LayerContext): readonly TensorId[] {
  const groups = layer.size('group', 1)
  const outputs = layer.size('num_output', 0)
  const channels = layer.shape()[1] ?? 0
  if (channels % groups !== 0 || outputs % groups !== 0)
    throw layer.misuse(`its ${channels} input and ${outputs} output channels do not divide into ${groups} groups`)
  const window = windowOf(layer)
  const shape = [channels, outputs / groups, ...window.kernel]
  const weight = layer.builder.weight(`${layer.name}:weight`, shape, layer.blob(0, shape, 'weight'))
  const bias = layer.bias(layer.bool('bias_term', true), outputs)
  return [layer.emit('convTranspose2d', { ...window, dilation: dilationOf(layer), groups }, [layer.input(), weight, bias])]
}

/**
 * Sizes are rounded up, and a last window that would begin in the padding is left out. An average divides by what its window has
 * of the input and of the padding around it, not by what reaches past that.
 */
function pool(layer: LayerContext): readonly TensorId[] {
  const mode = layer.choice('pool', 'MAX') === 'MAX' ? 'max' : 'average'
  if (layer.bool('global_pooling', false)) {
    if (['pad', 'pad_h', 'pad_w'].some((name) => layer.integers(name).some((n) => n !== 0)))
      throw layer.misuse('it pools over the whole map, and has a padding')
    return [layer.emit('globalPool', { mode, keepDims: true }, [layer.input()])]
  }
  const window = windowOf(layer)
  const ceil = layer.choice('round_mode', 'CEIL') === 'CEIL' && layer.bool('ceil_mode', true)
  const [, , ...size] = layer.shape()
  window.kernel.forEach((kernel, i) => {
    const [extent = 0, stride = 1, pad = 0] = [size[i], window.stride[i], window.pad[i]]
    // Caffe looks for such a window only where there is a padding.
    if (ceil && window.pad.every((p) => p === 0) && Math.ceil((extent - kernel) / stride) * stride >= extent + pad)
      throw layer.misuse('its last window lies beside its input')
  })
  return [layer.emit('pool2d', { mode, ...window, ceil, countIncludePad: true }, [layer.input()])]
}

/** From `axis` on the input is one vector; the axes before are those of the result. Weight [outputs, inputs], or turned [inputs, outputs]. */
function innerProduct(layer: LayerContext): readonly TensorId[] {
  const outputs = layer.size('num_output', 0)
  const shape = layer.shape()
  const axis = layer.axis(layer.integer('axis', 1))
  const [kept, inputs] = [shape.slice(0, axis), sizeOf(shape.slice(axis))]
  const turned = layer.bool('transpose', false)
  const sides = turned ? [inputs, outputs] : [outputs, inputs]
  const weight = layer.constant('weight', sides, layer.blob(0, sides, 'weight'))
  const bias = layer.bias(layer.bool('bias_term', true), outputs)
  const rows = sizeOf(kept)
  const x = shape.length === 2 && axis === 1 ? layer.input() : layer.reshape(layer.input(), [rows, inputs], false)
  const attrs = turned ? { transposed: true } : {}
  if (axis === 1) return [layer.emit('linear', attrs, [x, weight, bias])]
  return [layer.reshape(layer.emit('linear', attrs, [x, weight, bias], false), [...kept, outputs])]
}

export const windows = {
  Convolution: (layer) => conv(layer, layer.size('group', 1)),
  // Of forks: one convolution for each channel, whatever the file says of groups.
  ConvolutionDepthwise: (layer) => conv(layer, layer.shape()[1] ?? 1),
  DepthwiseConvolution: (layer) => conv(layer, layer.size('group', 1)),
  Deconvolution: deconv,
  Pooling: pool,
  InnerProduct: innerProduct,
} satisfies Converters
