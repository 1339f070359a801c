/** Plan steps of a convolution: the depthwise kernel where each channel stands alone, else the tiled one. */
import { NONE, type Node } from '../../ir/graph.ts'
import { activationArgs } from '../activationFunction.ts'
import { NULL, pixelsOf, positionsArg } from '../lowering.ts'
import type { Arg, LowerContext, View } from '../op.ts'
import { shuffleTarget } from '../shuffle.ts'
import type { Conv2dAttributes } from './op.ts'
import { DEPTHWISE_LANES, packDepthwise, packTiledBias, packTiles, TILE_CHANNELS } from './pack.ts'

/** Pixels of one unit of pointwise work: input block and weights of a tile stay in the first-level cache together. */
const BLOCK_FLOATS = 4096
const TILE_PIXELS = 6

export function lowerConv(context: LowerContext, node: Node, attrs: Conv2dAttributes): void {
  const [x = NONE, w = NONE, b = NONE, r = NONE] = node.inputs
  const [y = NONE] = node.outputs
  const src = context.view(x)
  const dst = shuffled(context.view(y), attrs)
  const weight = context.constant(w, 'weight')
  const bias = b === NONE ? undefined : context.constant(b, 'bias')
  const residual = attrs.residual && r !== NONE ? context.view(r) : undefined
  const [o = 0, perIn = 0, kh = 0, kw = 0] = weight.shape
  const [stride, pad, dilation] = [attrs.stride, attrs.pad, attrs.dilation]
  const tail: Arg[] = [
    kh,
    kw,
    stride[0],
    stride[1],
    pad[0],
    pad[1],
    dilation[0],
    dilation[1],
    ...activationArgs(attrs.activation),
    positionsArg(context, dst),
  ]
  const places: Arg[] = [src.ref, dst.ref]
  const strides: Arg[] = [residual?.ref ?? NULL, src.pixelStride, dst.pixelStride, residual?.pixelStride ?? 0]

  if (perIn === 1 && o === attrs.groups && o > 1) {
    const weights = context.weights(packDepthwise(weight.data, o, kh * kw))
    const biases = context.weights(packTiledBias(bias?.data, 1, o, DEPTHWISE_LANES))
    const dims = [src.height, src.width, dst.height, dst.width, o]
    context.emit('depthwise', dst.batch * dst.height, [...places, weights, biases, ...strides, ...dims, ...tail])
    return
  }
  const perOut = o / attrs.groups
  const weights = context.weights(packTiles(weight.data, attrs.groups, perOut, perIn, kh, kw))
  const biases = context.weights(packTiledBias(bias?.data, attrs.groups, perOut, TILE_CHANNELS))
  const tiles = attrs.groups * Math.ceil(perOut / TILE_CHANNELS)
  // A pointwise convolution sees the whole map as one row of pixels, cut into blocks; any other goes row by row.
  const pointwise = kh === 1 && kw === 1 && stride[0] === 1 && stride[1] === 1 && pad.every((p) => p === 0)
  const block = pointwise ? blockOf(pixelsOf(dst), perIn) : dst.width
  const rows = pointwise ? 1 : dst.batch * dst.height
  const blocks = pointwise ? Math.ceil(pixelsOf(dst) / block) : rows
  const dims = pointwise ? [1, pixelsOf(src), 1, pixelsOf(dst)] : [src.height, src.width, dst.height, dst.width]
  context.emit('conv', blocks * tiles, [...places, weights, biases, ...strides, ...dims, attrs.groups, perIn, perOut, block, ...tail])
}

/** The view through which a fused shuffle stores: channel c of the convolution goes to position target[c]. */
function shuffled(view: View, attrs: Conv2dAttributes): View {
  if (!attrs.shuffle) return view
  const target = shuffleTarget(view.channels, attrs.shuffle)
  const outer = view.positions
  return { ...view, positions: outer ? target.map((p) => outer[p] ?? 0) : target }
}

function blockOf(pixels: number, channels: number): number {
  const wanted = Math.max(TILE_PIXELS, Math.floor(BLOCK_FLOATS / channels / TILE_PIXELS) * TILE_PIXELS)
  const blocks = Math.max(1, Math.round(pixels / wanted))
  return Math.ceil(pixels / blocks / TILE_PIXELS) * TILE_PIXELS
}
