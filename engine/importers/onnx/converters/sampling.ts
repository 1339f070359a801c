/** Resizing, and channels that become pixels. Source: ONNX operator specification, the operators of these names. */
import { COORDINATES, ROUND, ROUNDINGS, sourceOf } from '../../../ops/interpolate/taps.ts'
import { normalAxis } from '../../../ops/shared.ts'
import type { Converters, NodeContext } from '../context.ts'

type Pair = readonly [number, number]

interface Rule {
  readonly coordinates: (typeof COORDINATES)[number]
  readonly rounding: (typeof ROUNDINGS)[number]
}

/** Upsample, and Resize of operator set 10, have one rule, which the attributes of later ones name. */
function ruleOf(node: NodeContext, old: boolean): Rule {
  if (old) return { coordinates: 'asymmetric', rounding: 'floor' }
  const pick = <T extends string>(attribute: string, list: readonly T[], otherwise: T): T => {
    const name = node.string(attribute, otherwise)
    const known = list.find((entry) => entry === name)
    if (!known) throw node.misuse(`its ${attribute} is "${name}"`)
    return known
  }
  return {
    coordinates: pick('coordinate_transformation_mode', COORDINATES, 'half_pixel'),
    rounding: pick('nearest_mode', ROUNDINGS, 'round_prefer_floor'),
  }
}

interface Target {
  readonly size: Pair
  readonly scales: Pair
}

/** Output size and scales of rows and columns. From operator set 18 on both may be given for some axes only. */
function targetOf(node: NodeContext, old: boolean): Target {
  const { shape } = node.fact(0)
  const listed = node.ints('axes')?.map((axis) => normalAxis(axis, shape.length, node.name)) ?? shape.map((_, i) => i)
  const own = old && node.has('scales') ? node.floats('scales') : node.constantInput(old ? 1 : 2, 'scales')?.data
  const sizes = old ? undefined : node.constantInput(3, 'size')?.data
  const list = sizes?.length ? sizes : own
  if (list?.length !== listed.length) throw node.misuse(`it has ${list?.length ?? 0} scales or sizes for ${listed.length} axes`)
  const along = (axis: number): Pair => {
    const at = listed.indexOf(axis)
    const extent = shape[axis] ?? 1
    if (at < 0) return [extent, 1]
    const value = Number(list[at])
    const [size, scale] = sizes?.length ? [value, value / extent] : [Math.floor(extent * value), value]
    if (!(scale > 0 && size >= 1 && size < 2 ** 24)) throw node.misuse(`it resizes axis ${axis} of extent ${extent} to ${size}`)
    return [size, scale]
  }
  if (along(0)[1] !== 1 || along(1)[1] !== 1) throw node.misuse('it resizes photos or channels where only rows and columns can be')
  const [[height, sy], [width, sx]] = [along(2), along(3)]
  return { size: [height, width], scales: [sy, sx] }
}

function resize(node: NodeContext): number[] {
  const old = node.onnx.opType === 'Upsample' || node.opset < 11
  const rule = ruleOf(node, old)
  const { size, scales } = targetOf(node, old)
  const [, , height = 1, width = 1] = node.fact(0).shape
  const name = node.string('mode', 'nearest')
  const mode = name === 'bilinear' ? 'linear' : name
  if (mode === 'nearest' && repeatsEvenly(height, scales[0], rule) && repeatsEvenly(width, scales[1], rule))
    return [node.emit('resize', { factors: scales }, [node.input(0)])]
  const attrs = {
    mode,
    size,
    scales,
    ...rule,
    cubic: node.float('cubic_coeff_a', -0.75),
    excludeOutside: node.int('exclude_outside', 0) !== 0,
  }
  return [node.emit('interpolate', attrs, [node.input(0)])]
}

/** Whether nearest neighbour repeats each pixel `scale` times, a whole number. */
function repeatsEvenly(input: number, scale: number, { coordinates, rounding }: Rule): boolean {
  if (!Number.isInteger(scale) || scale > 1024) return false
  const output = input * scale
  // One period is enough for the periodic rules; align_corners needs the whole axis.
  const last = Math.min(output, 1 << 16)
  for (let x = 0; x < last; x++) {
    const source = ROUND[rounding](sourceOf(coordinates, x, input, output, scale))
    if (Math.min(Math.max(source, 0), input - 1) !== Math.floor(x / scale)) return false
  }
  return true
}

/** Channels [block row, block column, channel] ("DCR") or [channel, block row, block column] ("CRD") become pixels. */
function depthToSpace(node: NodeContext): number[] {
  const [n = 1, c = 0, h = 0, w = 0] = node.fact(0).shape
  const block = node.int('blocksize', 0)
  const order = node.string('mode', 'DCR')
  if (block < 1 || c % (block * block) !== 0 || (order !== 'DCR' && order !== 'CRD'))
    throw node.misuse(`its block of ${block} does not fit ${c} channels`)
  const depth = c / (block * block)
  const inner = order === 'DCR' ? [block, block, depth] : [depth, block, block]
  const perm = order === 'DCR' ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3]
  return [between(node, [n, ...inner, h, w], perm, [n, depth, h * block, w * block])]
}

/** Pixels of a block become channels [block row, block column, channel]. */
function spaceToDepth(node: NodeContext): number[] {
  const [n = 1, c = 0, h = 0, w = 0] = node.fact(0).shape
  const block = node.int('blocksize', 0)
  if (block < 1 || h % block !== 0 || w % block !== 0) throw node.misuse(`its block of ${block} does not fit a map of ${h}x${w}`)
  const split = [n, c, h / block, block, w / block, block]
  return [between(node, split, [0, 3, 5, 1, 2, 4], [n, c * block * block, h / block, w / block])]
}

/** Seen in one shape, its axes permuted, seen in another. */
function between(node: NodeContext, shape: readonly number[], perm: readonly number[], result: readonly number[]): number {
  const seen = node.emit('reshape', { shape }, [node.input(0)], false)
  return node.emit('reshape', { shape: result }, [node.emit('transpose', { perm }, [seen], false)])
}

export const sampling = {
  Resize: resize,
  Upsample: resize,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
} satisfies Converters
