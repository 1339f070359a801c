/** Resizing, and channels that become pixels. Source: TensorFlow Lite operator specification (tfl dialect), and its reference kernels for positions. */
import { type Converters, type Made, map, type NodeContext } from '../context.ts'

type Pair = readonly [number, number]

function sizeOf(node: NodeContext): Pair {
  const [height = 0, width = 0, ...more] = node.integers(1, 'size')
  if (more.length > 0 || !(height >= 1 && width >= 1 && height < 2 ** 24 && width < 2 ** 24)) throw node.misuse(`its size is ${height}x${width}`)
  return [height, width]
}

/** Corners onto corners, centres of pixels onto each other, or upper left corners. */
function bilinear(node: NodeContext): readonly Made[] {
  const coordinates = node.option('alignCorners') ? 'align_corners' : node.option('halfPixelCenters') ? 'half_pixel' : 'asymmetric'
  return map(node.emit('interpolate', { mode: 'linear', size: sizeOf(node), coordinates }, [node.map(0)]))
}

function nearest(node: NodeContext): readonly Made[] {
  const size = sizeOf(node)
  const [, height = 1, width = 1] = node.shape(0)
  const factors: Pair = [size[0] / height, size[1] / width]
  const aligned = node.option('alignCorners') !== 0
  // Whole factors repeat each pixel, wherever its centre is taken to be.
  if (!aligned && factors.every((f) => Number.isInteger(f) && f >= 1)) return map(node.emit('resize', { factors }, [node.map(0)]))
  const coordinates = aligned ? 'align_corners' : node.option('halfPixelCenters') ? 'tf_half_pixel_for_nn' : 'asymmetric'
  return map(node.emit('interpolate', { mode: 'nearest', size, coordinates, rounding: aligned ? 'round_prefer_ceil' : 'floor' }, [node.map(0)]))
}

/** Channels [block row, block column, channel] become pixels. */
function depthToSpace(node: NodeContext): readonly Made[] {
  const [n = 1, h = 0, w = 0, c = 0] = node.shape(0)
  const block = node.option('blockSize')
  if (block < 1 || c % (block * block) !== 0) throw node.misuse(`its block of ${block} does not fit ${c} channels`)
  const depth = c / (block * block)
  return between(node, [n, block, block, depth, h, w], [0, 3, 4, 1, 5, 2], [n, depth, h * block, w * block])
}

/** Pixels of a block become channels [block row, block column, channel]. */
function spaceToDepth(node: NodeContext): readonly Made[] {
  const [n = 1, h = 0, w = 0, c = 0] = node.shape(0)
  const block = node.option('blockSize')
  if (block < 1 || h % block !== 0 || w % block !== 0) throw node.misuse(`its block of ${block} does not fit a map of ${h}x${w}`)
  return between(node, [n, c, h / block, block, w / block, block], [0, 3, 5, 1, 2, 4], [n, c * block * block, h / block, w / block])
}

/** A map [N, C, H, W] seen in one shape, its axes permuted, seen in another. */
function between(node: NodeContext, shape: readonly number[], perm: readonly number[], result: readonly number[]): readonly Made[] {
  const seen = node.emit('reshape', { shape }, [node.map(0)], false)
  return map(node.emit('reshape', { shape: result }, [node.emit('transpose', { perm }, [seen], false)]))
}

export const sampling = {
  RESIZE_BILINEAR: bilinear,
  RESIZE_NEAREST_NEIGHBOR: nearest,
  DEPTH_TO_SPACE: depthToSpace,
  SPACE_TO_DEPTH: spaceToDepth,
} satisfies Converters
