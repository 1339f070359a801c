/** Plan steps of a convolution. */
import { NONE, type Node } from '../../ir/graph.ts'
import { activationArgs } from '../activationFunction.ts'
import { NULL, pixelsOf, positionsArg } from '../lowering.ts'
import type { Arg, Bands, LowerContext, View } from '../op.ts'
import { shuffleTarget } from '../shuffle.ts'
import { chooseKernel } from './choice.ts'
import type { Conv2dAttributes } from './op.ts'
import { DEPTHWISE_LANES, packBias, packDepthwise, packTiles, tilesLength, tilingOf } from './pack.ts'

/** Floats of input that a block of pointwise work reads for each group: they stay in the second-level cache. */
const BLOCK_FLOATS = 32768
const TILE_PIXELS = 6
/** Units of four channels of a block: fine enough that threads get equal shares. */
const CHUNKS = 8

export function lowerConv(context: LowerContext, node: Node, attrs: Conv2dAttributes): void {
  const [x = NONE, w = NONE, b = NONE, r = NONE] = node.inputs
  const [y = NONE] = node.outputs
  const src = context.view(x)
  const dst = shuffled(context.view(y), attrs)
  const weight = context.constant(w, 'weight')
  const bias = b === NONE ? undefined : context.constant(b, 'bias').data
  const residual = attrs.residual && r !== NONE ? context.view(r) : undefined
  const [o = 0, perIn = 0, kh = 0, kw = 0] = weight.shape
  const { groups, stride, pad, dilation } = attrs
  const taps = kh * kw
  const window = [kh, kw, ...stride, pad[0], pad[1], ...dilation]
  const strides: Arg[] = [src.planar ? 4 : 4 * src.pixelStride, 4 * dst.pixelStride, 4 * (residual?.pixelStride ?? 0)]
  const common = (weights: Arg, biases: Arg): Arg[] => [
    src.ref,
    dst.ref,
    weights,
    biases,
    residual?.ref ?? NULL,
    ...strides,
    ...activationArgs(attrs.activation),
  ]

  const dims = [src.height, src.width, dst.height, dst.width]
  const kernel = chooseKernel(attrs, perIn, o, dst.positions !== undefined)

  if (kernel !== 'conv') {
    const quads = Math.ceil(o / DEPTHWISE_LANES)
    const weights = context.weights(packDepthwise(weight.data, o, taps))
    const biases = context.weights(packBias(bias, 1, o, DEPTHWISE_LANES * quads))
    const own = kernel === 'depthwise3x3' ? [context.weights(new Float32Array(4)), stride[0], pad[0]] : window
    const args = [...common(weights, biases), positionsArg(context, dst), o, ...dims, ...own]
    context.emit(kernel, dst.batch * dst.height * quads, args, { count: dst.batch * dst.height, map: dst, own: false })
    return
  }
  // Where one group feeds a shuffle, its channels are tiled by the shuffle's groups: no tile then straddles two of them.
  const parts = groups === 1 && attrs.shuffle ? attrs.shuffle.groups : groups
  const perOut = o / parts
  const { tiles, lastWidth, padded } = tilingOf(perOut)
  const weights = context.packed(tilesLength(parts, perOut, perIn, taps), () => packTiles(weight.data, parts, perOut, perIn, taps))
  const biases = context.weights(packBias(bias, parts, perOut, padded))
  const steps = windowTable(src, attrs, perIn)
  const table = context.weights(steps)
  const channelStep = src.planar ? src.height * src.width : 1
  // A pointwise convolution sees the whole map as one row of pixels, cut into blocks; any other goes row by row.
  const flat = taps === 1 && stride[0] === 1 && stride[1] === 1 && pad.every((p) => p === 0) && !(src.planar && src.batch > 1)
  const rows = flat ? 1 : dst.batch * dst.height
  const row = flat ? pixelsOf(dst) : dst.width
  const block = flat ? blockOf(dst, perIn, o * perIn > row * perIn * groups) : row
  const chunks = flat ? CHUNKS : 1
  const step = positionStep(dst, parts)
  const units = ((rows * Math.ceil(row / block) * parts * padded) / 4) * chunks
  const shape = [parts, groups === 1 ? 0 : 4 * perIn * channelStep, perIn, perOut, tiles, lastWidth]
  const photoStep = 4 * src.height * src.width * (src.planar ? src.channels : src.pixelStride)
  const args = [
    ...common(weights, biases),
    positionsArg(context, dst),
    step,
    ...shape,
    table,
    ...(flat ? [1, pixelsOf(src), 1, row] : dims),
    photoStep,
    block,
    chunks,
    inFours(steps) ? 1 : 0,
    ...window,
  ]
  context.emit('conv', units, args, bandsOf(dst, flat, block))
}

/** Blocks of whole rows, all of one size; where each row is a place of its own, the rows. */
function bandsOf(map: View, flat: boolean, block: number): Bands | undefined {
  const rows = map.batch * map.height
  if (!flat) return { count: rows, map, own: false }
  return (rows * map.width) % block === 0 && block % map.width === 0 ? { count: (rows * map.width) / block, map, own: true } : undefined
}

/** Byte offsets of a window's values from its first one, in the order of the packed weights: [kh][kw][perIn]. */
function windowTable(src: View, { kernel, dilation }: Conv2dAttributes, perIn: number): Int32Array {
  const [kh, kw] = kernel
  const pixelStep = src.planar ? 1 : src.pixelStride
  const channelStep = src.planar ? src.height * src.width : 1
  const table = new Int32Array(kh * kw * perIn)
  for (let y = 0; y < kh; y++)
    for (let x = 0; x < kw; x++)
      for (let k = 0; k < perIn; k++)
        table[(y * kw + x) * perIn + k] = 4 * ((y * dilation[0] * src.width + x * dilation[1]) * pixelStep + k * channelStep)
  return table
}

/** Each four steps, from the first, lie side by side: the kernel then looks up one address for the four. */
function inFours(steps: Int32Array): boolean {
  const whole = steps.length - (steps.length % 4)
  return steps.every((offset, i) => i >= whole || i % 4 === 0 || offset - (steps[i - 1] ?? 0) === 4)
}

/** The view through which a fused shuffle stores: channel c of the convolution goes to position target[c]. */
function shuffled(view: View, attrs: Conv2dAttributes): View {
  if (!attrs.shuffle) return view
  const target = shuffleTarget(view.channels, attrs.shuffle)
  const outer = view.positions
  return { ...view, positions: outer ? target.map((p) => outer[p] ?? 0) : target }
}

/** Bytes between the places of neighbouring channels where that is one number for all groups, else 0. */
function positionStep({ positions, channels }: View, groups: number): number {
  if (!positions) return 0
  const perOut = channels / groups
  const step = (positions[1] ?? 0) - (positions[0] ?? 0)
  const steady = positions.every((p, c) => c % perOut === 0 || p - (positions[c - 1] ?? 0) === step)
  return steady ? 4 * step : 0
}

/**
 * Pixels of a block; tiles of channels go over one block after the other. Where the weights are larger than the input
 * (late layers) they are read once, in one block, and threads share the channels; else threads share the pixels, so
 * that each finds most of its input in its own cache.
 */
function blockOf(map: View, channels: number, heavy: boolean): number {
  const pixels = pixelsOf(map)
  const fewest = Math.ceil((pixels * channels) / BLOCK_FLOATS)
  if (heavy) return Math.ceil(pixels / fewest / TILE_PIXELS) * TILE_PIXELS
  // Whole rows: a depthwise layer is cut between rows, and a row that crosses from one core to another is slow.
  const rows = map.batch * map.height
  const blocks = Math.min(rows, 2 * Math.ceil(fewest / 2))
  return Math.ceil(rows / blocks) * map.width
}
