/** Convolutions, poolings, fully connected layers. Source: ncnn, docs/developer-guide/operators.md, and its plain kernels for padding. */
import type { TensorId } from '../../../ir/graph.ts'
import type { Converters, LayerContext } from '../context.ts'

type Pair = readonly [number, number]
type Pads = readonly [number, number, number, number]

/** In place of a padding: as much as makes the output ceil(size / stride), the odd one after, or before. */
const SAME_UPPER = -233
const SAME_LOWER = -234

interface Window {
  readonly kernel: Pair
  readonly stride: Pair
  readonly dilation: Pair
}

function windowOf(layer: LayerContext): Window {
  const pair = (w: number, h: number, otherwise: number, role: string): Pair => {
    const width = layer.size(w, otherwise, role)
    return [layer.size(h, width, role), width]
  }
  return { kernel: pair(1, 11, 0, 'kernel'), dilation: pair(2, 12, 1, 'dilation'), stride: pair(3, 13, 1, 'stride') }
}

/** As given: [top, left, bottom, right]. */
function givenPads(layer: LayerContext): Pads {
  const left = layer.integer(4, 0)
  const top = layer.integer(14, left)
  return [top, left, layer.integer(16, top), layer.integer(15, left)]
}

/** Padding that makes the output ceil(size / stride), along one axis: before, after. */
function same(size: number, kernel: number, stride: number, upper: boolean): Pair {
  const total = Math.max(0, kernel + Math.floor((size - 1) / stride) * stride - size)
  const less = Math.floor(total / 2)
  return upper ? [less, total - less] : [total - less, less]
}

function samePads([h, w]: Pair, [kh, kw]: Pair, [sh, sw]: Pair, upper: boolean): Pads {
  const [[top, bottom], [left, right]] = [same(h, kh, sh, upper), same(w, kw, sw, upper)]
  return [top, left, bottom, right]
}

/** Rows and columns that a window reaches over. */
function extentOf({ kernel, dilation }: Window): Pair {
  return [dilation[0] * (kernel[0] - 1) + 1, dilation[1] * (kernel[1] - 1) + 1]
}

function padsOf(layer: LayerContext, window: Window): Pads {
  const pads = givenPads(layer)
  const [, height = 1, width = 1] = layer.shape()
  if (pads.every((p) => p === SAME_UPPER)) return samePads([height, width], extentOf(window), window.stride, true)
  if (pads.every((p) => p === SAME_LOWER)) return samePads([height, width], extentOf(window), window.stride, false)
  if (pads.some((p) => p < 0)) throw layer.misuse(`its padding is ${pads.join(', ')}`)
  return pads
}

/** Outputs, groups, and input channels of each group; the weight has to be as large as it says. */
function channelsOf(layer: LayerContext, groups: number, positions: number): { outputs: number; own: number; count: number } {
  const outputs = layer.size(0, 0, 'number of outputs')
  const count = layer.size(6, 0, 'size of weights')
  const channels = layer.shape()[0] ?? 0
  const own = channels / groups
  if (!Number.isInteger(own) || outputs % groups !== 0)
    throw layer.misuse(`its ${channels} input and ${outputs} output channels do not divide into ${groups} groups`)
  if (count !== outputs * own * positions) throw layer.misuse(`it has ${count} weights where ${outputs * own * positions} are needed`)
  return { outputs, own, count }
}

/** Weight [outputs, channels of a group, kh, kw]. */
function conv(layer: LayerContext, grouped: boolean): readonly TensorId[] {
  const window = windowOf(layer)
  const [kh, kw] = window.kernel
  if (layer.shape().length === 1) return convOfVector(layer, window)
  const groups = grouped ? layer.size(7, 1, 'number of groups') : 1
  const { outputs, own, count } = channelsOf(layer, groups, kh * kw)
  const weight = layer.builder.weight(`${layer.name}:weight`, [outputs, own, kh, kw], layer.marked(count))
  const bias = layer.bias(layer.integer(5, 0) !== 0, outputs)
  return [layer.activated('conv2d', { ...window, pad: padsOf(layer, window), groups }, [layer.input(), weight, bias])]
}

/** A vector is a map of one position, and the result a vector. */
function convOfVector(layer: LayerContext, { kernel }: Window): readonly TensorId[] {
  if (kernel.join() !== '1,1') throw layer.misuse(`its input is a vector, and its kernel ${kernel.join('x')}`)
  const { outputs, own, count } = channelsOf(layer, 1, 1)
  return [linear(layer, layer.input(), outputs, own, count, layer.integer(5, 0) !== 0)]
}

function linear(layer: LayerContext, x: TensorId, outputs: number, inputs: number, count: number, hasBias: boolean): TensorId {
  const weight = layer.constant('weight', [outputs, inputs], layer.marked(count))
  return layer.activated('linear', {}, [x, weight, layer.bias(hasBias, outputs)])
}

/** Weight in the file [outputs, channels of a group, kh, kw]; here input channels come first. */
function deconv(layer: LayerContext, grouped: boolean): readonly TensorId[] {
  const window = windowOf(layer)
  const [kh, kw] = window.kernel
  const positions = kh * kw
  const groups = grouped ? layer.size(7, 1, 'number of groups') : 1
  const { outputs, own, count } = channelsOf(layer, groups, positions)
  const stored = layer.marked(count)
  const each = outputs / groups
  const data = new Float32Array(count)
  for (let o = 0; o < outputs; o++)
    for (let c = 0; c < own; c++) {
      const from = (o * own + c) * positions
      data.set(stored.subarray(from, from + positions), ((Math.floor(o / each) * own + c) * each + (o % each)) * positions)
    }
  const weight = layer.builder.weight(`${layer.name}:weight`, [own * groups, each, kh, kw], data)
  const bias = layer.bias(layer.integer(5, 0) !== 0, outputs)
  return [layer.activated('convTranspose2d', { ...window, pad: cutOf(layer, window), groups }, [layer.input(), weight, bias])]
}

/** What is cut off the result; where a size is asked for, as much as is over. */
function cutOf(layer: LayerContext, window: Window): Pads {
  const right = layer.size(18, 0, 'output padding', 0)
  const more: Pair = [layer.size(19, right, 'output padding', 0), right]
  const pads = givenPads(layer)
  const upper = pads.some((p) => p === SAME_UPPER)
  const lower = pads.some((p) => p === SAME_LOWER)
  if (!upper && !lower) {
    if (pads.some((p) => p < 0)) throw layer.misuse(`its padding is ${pads.join(', ')}`)
    return [pads[0], pads[1], pads[2] - more[0], pads[3] - more[1]]
  }
  const width = layer.size(20, 0, 'output width', 0)
  const wanted: Pair = [layer.size(21, width, 'output height', 0), width]
  if (pads.some((p) => p > 0) || wanted.some((n) => n === 0)) throw layer.misuse('its padding is left to a size of the output that it does not have')
  const extent = extentOf(window)
  const along = (i: 0 | 1): Pair => {
    const size = layer.shape()[i + 1] ?? 1
    const over = (size - 1) * window.stride[i] + extent[i] + more[i] - wanted[i]
    const less = Math.trunc(over / 2)
    return upper ? [less, over - less - more[i]] : [over - less, less - more[i]]
  }
  const [[top, bottom], [left, wide]] = [along(0), along(1)]
  return [top, left, bottom, wide]
}

/** Modes of padding: 0 rounds the output's size up, 1 down, 2 and 3 pad to ceil(size / stride). */
function pool(layer: LayerContext): readonly TensorId[] {
  const type = layer.integer(0, 0)
  if (type !== 0 && type !== 1) throw layer.misuse(`its kind of pooling is ${type}`)
  const mode = type === 0 ? 'max' : 'average'
  if (layer.integer(4, 0) !== 0) return [layer.emit('globalPool', { mode, keepDims: false }, [layer.input()])]
  if (layer.integer(7, 0) !== 0) return [layer.emit('globalPool', { mode, keepDims: true }, [layer.input()])]
  const kw = layer.size(1, 0, 'kernel')
  const sw = layer.size(2, 1, 'stride')
  const kernel: Pair = [layer.size(11, kw, 'kernel'), kw]
  const stride: Pair = [layer.size(12, sw, 'stride'), sw]
  const padding = layer.integer(5, 0)
  if (padding < 0 || padding > 3) throw layer.misuse(`its mode of padding is ${padding}`)
  const pad = poolPads(layer, kernel, stride, padding)
  // Of the paddings that are computed, ncnn counts what they add as part of the input.
  const countIncludePad = layer.integer(6, 0) !== 0 || padding >= 2
  return [layer.emit('pool2d', { mode, kernel, stride, pad, countIncludePad }, [layer.input()])]
}

function poolPads(layer: LayerContext, kernel: Pair, stride: Pair, padding: number): Pads {
  const [, height = 1, width = 1] = layer.shape()
  if (padding >= 2) return samePads([height, width], kernel, stride, padding === 2)
  const left = layer.size(3, 0, 'padding', 0)
  const top = layer.size(13, left, 'padding', 0)
  const right = layer.size(14, left, 'padding', 0)
  const bottom = layer.size(15, top, 'padding', 0)
  const tail = (size: number, k: number, s: number): number => {
    const rest = (size - k) % s
    return padding === 0 && rest > 0 ? s - rest : 0
  }
  return [top, left, bottom + tail(height + top + bottom, kernel[0], stride[0]), right + tail(width + left + right, kernel[1], stride[1])]
}

/** A matrix of more rows than one, as long as the weight's, is multiplied row by row; all else is taken as one vector. */
function innerProduct(layer: LayerContext): readonly TensorId[] {
  const outputs = layer.size(0, 0, 'number of outputs')
  const count = layer.size(2, 0, 'size of weights')
  const inputs = count / outputs
  const shape = layer.shape()
  const rows = shape.length === 2 && shape[1] === inputs ? (shape[0] ?? 1) : 1
  if (!Number.isInteger(inputs) || rows * inputs !== layer.elements())
    throw layer.misuse(`it has ${count} weights for ${outputs} outputs, and its input is [${shape.join(', ')}]`)
  const matrix = layer.shapeOf(layer.input()).join() === `${rows},${inputs}`
  const x = matrix ? layer.input() : layer.emit('reshape', { shape: [rows, inputs], allowZero: true }, [layer.input()], false)
  const y = linear(layer, x, outputs, inputs, count, layer.integer(1, 0) !== 0)
  // The result of a matrix has the batch before its rows again.
  return [rows > 1 ? layer.reshape(y, [rows, outputs], false) : y]
}

export const windows = {
  Convolution: (layer) => conv(layer, false),
  ConvolutionDepthWise: (layer) => conv(layer, true),
  Deconvolution: (layer) => deconv(layer, false),
  DeconvolutionDepthWise: (layer) => deconv(layer, true),
  Pooling: pool,
  InnerProduct: innerProduct,
} satisfies Converters
