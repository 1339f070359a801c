/** Plan steps of a convolution. */
import { NONE, type Node } from '../../ir/graph.ts'
import { activationArgs } from '../activationFunction.ts'
import { NULL, pixelsOf, positionsArg } from '../lowering.ts'
import type { Arg, Bands, LowerContext, View } from '../op.ts'
import { boundsOf, factorOf, LARGEST, type Quantized, residualSteps } from '../quantized.ts'
import { shuffleTarget } from '../shuffle.ts'
import { chooseKernel } from './choice.ts'
import type { Conv2dAttributes } from './op.ts'
import {
  DEPTHWISE_LANES,
  DEPTHWISE8_LANES,
  packBias,
  packByteTiles,
  packColumns8,
  packDepthwise,
  packDepthwise8,
  packSums,
  packTiles,
  type Sums,
  tilesLength,
  tilingOf,
} from './pack.ts'

/** Floats of input that a block of pointwise work reads for each group: they stay in the second-level cache. */
const BLOCK_FLOATS = 32768
const TILE_PIXELS = 6
/** Units of four channels of a block: fine enough that threads get equal shares. */
const CHUNKS = 8

export function lowerConv(context: LowerContext, node: Node, attrs: Conv2dAttributes): void {
  const [x = NONE, w = NONE, b = NONE, r = NONE] = node.inputs
  const [y = NONE] = node.outputs
  const { groups, stride, pad, dilation, quantized } = attrs
  const dtype = quantized ? 'u8' : 'f32'
  const src = context.view(x, dtype)
  const dst = shuffled(context.view(y, dtype), attrs)
  const weight = context.constant(w, 'weight')
  const bias = b === NONE ? undefined : context.constant(b, 'bias').data
  const residual = attrs.residual && r !== NONE ? context.view(r, dtype) : undefined
  const [o = 0, perIn = 0, kh = 0, kw = 0] = weight.shape
  const taps = kh * kw
  const window = [kh, kw, ...stride, pad[0], pad[1], ...dilation]
  const { bytes } = src
  const strides: Arg[] = [src.planar ? bytes : bytes * src.pixelStride, bytes * dst.pixelStride, bytes * (residual?.pixelStride ?? 0)]
  const clip = quantized ? clipArgs(attrs, quantized) : activationArgs(attrs.activation)
  const common = (weights: Arg, biases: Arg): Arg[] => [src.ref, dst.ref, weights, biases, residual?.ref ?? NULL, ...strides, ...clip]

  const dims = [src.height, src.width, dst.height, dst.width]
  const kernel = chooseKernel(attrs, perIn, o, dst.positions !== undefined)
  const bands = { count: dst.batch * dst.height, map: dst, own: false }
  // Where a window may reach into the padding, the taps that read the input's zero are not always the same ones.
  const zeroEverywhere = kernel === 'conv8' && pad.some((p) => p > 0) ? 0 : (quantized?.input.zero ?? 0)
  const sums = quantized && sumsOf(quantized, zeroEverywhere, weight.data, bias, o)

  if ((kernel === 'depthwise8' || kernel === 'depthwise8of3x3') && quantized && sums) {
    const blocks = Math.ceil(o / DEPTHWISE8_LANES)
    const padded = DEPTHWISE8_LANES * blocks
    const weights = context.weights(kernel === 'depthwise8' ? packDepthwise8(weight.data, o, taps) : packColumns8(weight.data, o))
    const biases = context.weights(packSums(sums, 1, o, padded))
    const zeros = context.weights(new Int32Array(4).fill(0x01010101 * quantized.input.zero))
    context.emit(
      kernel,
      bands.count * blocks,
      [...common(weights, biases), zeros, o, ...dims, ...window, 4 * padded, quantized.output.zero, positionsArg(context, dst)],
      bands,
    )
    return
  }
  if (kernel === 'depthwise' || kernel === 'depthwise3x3') {
    const quads = Math.ceil(o / DEPTHWISE_LANES)
    const weights = context.weights(packDepthwise(weight.data, o, taps))
    const biases = context.weights(packBias(bias, 1, o, DEPTHWISE_LANES * quads))
    const own = kernel === 'depthwise3x3' ? [context.weights(new Float32Array(4)), stride[0], pad[0]] : window
    const args = [...common(weights, biases), positionsArg(context, dst), o, ...dims, ...own]
    context.emit(kernel, bands.count * quads, args, bands)
    return
  }
  // Where one group feeds a shuffle, its channels are tiled by the shuffle's groups: no tile then straddles two of them.
  const parts = groups === 1 && attrs.shuffle ? attrs.shuffle.groups : groups
  const perOut = o / parts
  const { tiles, lastWidth, padded } = tilingOf(perOut)
  const weights = quantized
    ? context.weights(packByteTiles(weight.data, parts, perOut, perIn, taps))
    : context.packed(tilesLength(parts, perOut, perIn, taps), () => packTiles(weight.data, parts, perOut, perIn, taps))
  const biases = context.weights(sums ? packSums(sums, parts, perOut, padded) : packBias(bias, parts, perOut, padded))
  const steps = windowTable(src, attrs, perIn)
  const table = context.weights(steps)
  const channelStep = src.planar ? src.height * src.width : 1
  // A pointwise convolution sees the whole map as one row of pixels, cut into blocks; any other goes row by row.
  const flat = taps === 1 && stride[0] === 1 && stride[1] === 1 && pad.every((p) => p === 0) && !(src.planar && src.batch > 1)
  const rows = flat ? 1 : dst.batch * dst.height
  const row = flat ? pixelsOf(dst) : dst.width
  const block = flat ? blockOf(dst, (perIn * bytes) / 4, o * perIn > row * perIn * groups) : row
  const chunks = flat ? CHUNKS : 1
  const units = ((rows * Math.ceil(row / block) * parts * padded) / 4) * chunks
  const shape = [parts, groups === 1 ? 0 : bytes * perIn * channelStep, steps.length / taps, perOut, tiles, lastWidth]
  const photoStep = bytes * src.height * src.width * (src.planar ? src.channels : src.pixelStride)
  const args = [
    ...common(weights, biases),
    positionsArg(context, dst),
    ...shape,
    table,
    ...(flat ? [1, pixelsOf(src), 1, row] : dims),
    photoStep,
    block,
    chunks,
    inFours(steps) ? 1 : 0,
    ...window,
    ...(quantized
      ? [
          4 * parts * padded,
          quantized.output.zero,
          ...sideArgs(quantized),
          zeroEverywhere - quantized.input.zero,
          needsClip(attrs, quantized, weight.data, bias) ? 1 : 0,
          sums?.residual ? 8 * parts * padded : 0,
        ]
      : []),
  ]
  context.emit(kernel, units, args, bandsOf(dst, flat, block))
}

/** The activation as a clip of values over the output's scale. */
function clipArgs({ activation }: Conv2dAttributes, { output }: Quantized): Arg[] {
  const [lo, hi] = boundsOf(activation, output)
  return [1, { f32: lo }, { f32: hi }]
}

/** Magnitudes that rounding takes, with room to spare. */
const ROUNDABLE = 2 ** 21

/** Whether the activation bounds results more narrowly than 8 bits do, or some input could make one too large to be rounded. */
function needsClip({ activation }: Conv2dAttributes, quantized: Quantized, weight: ArrayLike<number>, bias: ArrayLike<number> | undefined): boolean {
  const { output, residual, weights } = quantized
  const [lo, hi] = boundsOf(activation, output)
  if (lo > -output.zero || hi < LARGEST - output.zero) return true
  const side = residual ? LARGEST * factorOf({ input: residual, output }) : 0
  const length = weight.length / weights.length
  return weights.some((scale, c) => {
    let sum = Math.abs(bias?.[c] ?? 0)
    for (let i = c * length; i < (c + 1) * length; i++) sum += LARGEST * Math.abs(weight[i] ?? 0)
    return !(sum * factorOf(quantized, scale) + side < ROUNDABLE)
  })
}

/** Factor and zero of the residual. */
function sideArgs({ residual, output }: Quantized): Arg[] {
  const side = residual ?? output
  return [{ f32: factorOf({ input: side, output }) }, side.zero]
}

/** `zero`: the products that it makes in every tap are taken out of what sums start from. */
function sumsOf(quantized: Quantized, zero: number, weight: ArrayLike<number>, bias: ArrayLike<number> | undefined, channels: number): Sums {
  const length = weight.length / channels
  const residual = residualSteps(quantized)
  const start = Int32Array.from({ length: channels }, (_, c) => {
    let sum = 0
    for (let i = c * length; i < (c + 1) * length; i++) sum += weight[i] ?? 0
    return (bias?.[c] ?? 0) - zero * sum - (quantized.residual?.zero ?? 0) * (residual?.[c] ?? 0)
  })
  return { start, factors: quantized.weights.map((scale) => factorOf(quantized, scale)), residual }
}

/** Blocks of whole rows, all of one size; where each row is a place of its own, the rows. */
function bandsOf(map: View, flat: boolean, block: number): Bands | undefined {
  const rows = map.batch * map.height
  if (!flat) return { count: rows, map, own: false }
  return (rows * map.width) % block === 0 && block % map.width === 0 ? { count: (rows * map.width) / block, map, own: true } : undefined
}

/** Byte offset of each step's values from a window's first one, in the order of the packed weights: [kh][kw][steps of a tap]. */
function windowTable(src: View, { kernel, dilation }: Conv2dAttributes, perIn: number): Int32Array {
  const [kh, kw] = kernel
  const pixelStep = src.planar ? 1 : src.pixelStride
  const channelStep = src.planar ? src.height * src.width : 1
  const lanes = 4 / src.bytes
  const perTap = Math.ceil(perIn / lanes)
  const table = new Int32Array(kh * kw * perTap)
  for (let y = 0; y < kh; y++)
    for (let x = 0; x < kw; x++)
      for (let k = 0; k < perTap; k++)
        table[(y * kw + x) * perTap + k] = src.bytes * ((y * dilation[0] * src.width + x * dilation[1]) * pixelStep + k * lanes * channelStep)
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
