/** Inputs, stored data, and everything that only moves elements. Source: ncnn, docs/developer-guide/operators.md, and its plain kernels. */
import type { TensorId } from '../../../ir/graph.ts'
import { sizeOf } from '../../../ir/tensor.ts'
import { MAX_ELEMENTS } from '../../../ops/shared.ts'
import { type Converters, type LayerContext, OPEN } from '../context.ts'

/** Sides of an input that the file leaves open. */
const DEFAULT_SIDE = 224

/** The shape that parameters w, h, c give, outermost first; undefined where they give none. */
function declaredShape(layer: LayerContext): readonly number[] | undefined {
  const [w, h, c] = [layer.size(0, 0, 'width', 0), layer.size(1, 0, 'height', 0), layer.size(2, 0, 'number of channels', 0)]
  const shape = c > 0 ? [c, h, w] : h > 0 ? [h, w] : [w]
  if (sizeOf(shape) > MAX_ELEMENTS) throw layer.misuse(`its shape [${shape.join(', ')}] has more than ${MAX_ELEMENTS} elements`)
  return shape.some((n) => n === 0) ? undefined : shape
}

/** An input of no size is a photo of the size asked for. */
function input(layer: LayerContext): readonly TensorId[] {
  const [height, width] = layer.options.inputSize ?? [DEFAULT_SIDE, DEFAULT_SIDE]
  const shape = declaredShape(layer) ?? [layer.size(2, 0, 'number of channels', 0) || (layer.wantedChannels ?? 3), height, width]
  if (sizeOf(shape) > MAX_ELEMENTS) throw layer.misuse(`its shape [${shape.join(', ')}] has more than ${MAX_ELEMENTS} elements`)
  return [layer.builder.input(layer.layer.outputs[0] ?? layer.name, [1, ...shape])]
}

/** Stored behind a mark where parameter 21 is 0. */
function memoryData(layer: LayerContext): readonly TensorId[] {
  const shape = declaredShape(layer)
  if (!shape) throw layer.misuse('it has no shape')
  const data = layer.integer(21, 1) === 0 ? layer.marked(sizeOf(shape)) : layer.plain(sizeOf(shape))
  return [layer.builder.constant(layer.layer.outputs[0] ?? layer.name, { dtype: 'f32', shape: [1, ...shape], data })]
}

function concat(layer: LayerContext): readonly TensorId[] {
  const rank = layer.shape().length
  if (layer.all.some((id) => layer.shapeOf(id).length !== rank + 1)) throw layer.misuse('its inputs are of different rank')
  return [layer.emit('concat', { axis: layer.axis(layer.integer(0, 0)) }, layer.all)]
}

/** Parts by size, of which those left open share what is left, or by where each ends. */
function slice(layer: LayerContext): readonly TensorId[] {
  const axis = layer.axis(layer.integer(1, 0))
  const extent = layer.shape()[axis - 1] ?? 0
  const { length } = layer.layer.outputs
  const [given, ends] = [layer.integers(0), layer.integers(2)]
  const sizes: number[] = []
  let at = 0
  for (let i = 0; i < length; i++) {
    const end = ends?.[i] ?? 0
    const size = ends
      ? i === length - 1
        ? extent - at
        : (end < 0 ? extent + end : end) - at
      : given?.[i] === OPEN
        ? Math.floor((extent - at) / (length - i))
        : (given?.[i] ?? 0)
    if (size < 1 || at + size > extent) throw layer.misuse(`its part ${i} would have ${size} of the ${extent} entries along its axis`)
    sizes.push(size)
    at += size
  }
  if (sizes.length === 0) throw layer.misuse('it has no outputs')
  if (at === extent) return layer.emitAll('split', { axis, sizes }, [layer.input()])
  return layer.emitAll('split', { axis, sizes: [...sizes, extent - at] }, [layer.input()]).slice(0, length)
}

/** By starts, ends and axes; by offsets and sizes; or to the size of a second input. */
function crop(layer: LayerContext): readonly TensorId[] {
  const shape = layer.shape()
  const { starts, ends, axes } = layer.count > 1 ? likeSecond(layer, shape) : (numpyStyle(layer, shape) ?? byOffsets(layer, shape))
  starts.forEach((start, i) => {
    const extent = shape[axes[i] ?? 0] ?? 0
    const end = ends[i] ?? 0
    if (start < 0 || end > extent || end <= start) throw layer.misuse(`it takes entries ${start} to ${end} of ${extent}`)
  })
  const attrs = { axes: axes.map((axis) => axis + 1), starts, ends, steps: axes.map(() => 1) }
  return [layer.emit('slice', attrs, [layer.input()])]
}

interface Cut {
  readonly axes: number[]
  readonly starts: number[]
  readonly ends: number[]
}

function numpyStyle(layer: LayerContext, shape: readonly number[]): Cut | undefined {
  const [starts, ends] = [layer.integers(9), layer.integers(10)]
  if (!starts?.length || !ends?.length) return undefined
  const axes = (layer.integers(11) ?? shape.map((_, axis) => axis)).map((axis) => layer.axis(axis) - 1)
  if (starts.length < axes.length || ends.length < axes.length || new Set(axes).size !== axes.length)
    throw layer.misuse('its starts, ends and axes differ in number, or an axis comes twice')
  const place = (value: number, extent: number, open: number): number => (value === OPEN ? open : value < 0 ? extent + value : value)
  return {
    axes,
    starts: axes.map((axis, i) => place(starts[i] ?? 0, shape[axis] ?? 0, 0)),
    ends: axes.map((axis, i) => {
      const [extent, end] = [shape[axis] ?? 0, ends[i] ?? 0]
      return Math.min(extent, end === 0 ? extent : place(end, extent, extent))
    }),
  }
}

/** Parameters of w, h, c: the offset, the size (-233: all that is left), and what stays off at the end. */
const OFFSETS = [
  [0, 3, 6],
  [1, 4, 7],
  [2, 5, 8],
] as const

function byOffsets(layer: LayerContext, shape: readonly number[]): Cut {
  const axes = shape.map((_, axis) => axis)
  const cuts = axes.map((axis) => {
    const [offset, size, end] = OFFSETS[shape.length - 1 - axis] ?? OFFSETS[0]
    const start = layer.integer(offset, 0)
    const left = (shape[axis] ?? 0) - start - layer.integer(end, 0)
    const wanted = layer.integer(size, 0)
    return [start, start + (wanted === OPEN ? left : Math.min(wanted, left))] as const
  })
  return { axes, starts: cuts.map(([start]) => start), ends: cuts.map(([, end]) => end) }
}

/** From the offsets on, as much as the second input is wide and high; and as deep, if both are maps. */
function likeSecond(layer: LayerContext, shape: readonly number[]): Cut {
  const like = layer.shape(1)
  const axes = shape.map((_, axis) => axis)
  const starts = axes.map((axis) => layer.integer(OFFSETS[shape.length - 1 - axis]?.[0] ?? 0, 0))
  const ends = axes.map((axis, i) => {
    const size = like[like.length - shape.length + axis]
    return size === undefined ? (shape[axis] ?? 0) : (starts[i] ?? 0) + size
  })
  return { axes, starts, ends }
}

const flatten = (layer: LayerContext): readonly TensorId[] => [layer.reshape(layer.input(), [layer.elements()])]

/** Parameters of the new axes, outermost first: c, d, h, w. */
const AXES = [2, 11, 1, 0] as const

/** 0 stands for the extent that the input has there, -1 for what is left. */
function reshape(layer: LayerContext): readonly TensorId[] {
  const given = AXES.filter((id) => layer.integer(id, OPEN) !== OPEN)
  const own = layer.shape()
  if (given.length === 0 || given.some((id, i) => id !== AXES.filter((a) => a !== 11 || given.length === 4).slice(-given.length)[i]))
    throw layer.misuse('its shape lacks an axis')
  const extents: Readonly<Record<number, number>> = {
    0: own.at(-1) ?? 1,
    1: own.length > 1 ? (own.at(-2) ?? 1) : 1,
    2: own.length > 2 ? (own[0] ?? 1) : 1,
    11: own.length > 3 ? (own[1] ?? 1) : 1,
  }
  const wanted = given.map((id) => {
    const extent = layer.integer(id, OPEN)
    return extent === 0 ? (extents[id] ?? 1) : extent
  })
  const total = layer.elements()
  const rest = wanted.reduce((n, extent) => (extent === -1 ? n : n * extent), 1)
  const shape = wanted.map((extent) => (extent === -1 ? total / rest : extent))
  if (wanted.filter((n) => n === -1).length > 1 || shape.some((n) => !Number.isInteger(n) || n < 1) || sizeOf(shape) !== total)
    throw layer.misuse(`its shape [${wanted.join(', ')}] does not hold the ${total} elements of its input`)
  return [layer.reshape(layer.input(), shape)]
}

/** By number, what becomes the innermost axis, the one around it, and so on. */
const ORDERS = ['whc', 'hwc', 'wch', 'cwh', 'hcw', 'chw'] as const

function permute(layer: LayerContext): readonly TensorId[] {
  const { length } = layer.shape()
  const number = layer.integer(0, 0)
  const order = ORDERS[number]
  if (!order || (length === 2 && number > 1)) throw layer.misuse(`its order is number ${number} for a blob of ${length} axes`)
  if (length === 1) return [layer.emit('identity', {}, [layer.input()])]
  const place = (axis: string): number => length - 'whc'.indexOf(axis)
  const perm = [...order.slice(0, length)].reverse().map(place)
  return [layer.emit('transpose', { perm: [0, ...perm] }, [layer.input()])]
}

/** Reversed, it undoes the shuffle of the same groups. */
function shuffleChannel(layer: LayerContext): readonly TensorId[] {
  const groups = layer.size(0, 1, 'number of groups')
  const order = layer.integer(1, 0) !== 0 ? '(n,g)' : '(g,n)'
  return [layer.emit('channelShuffle', { groups, order }, [layer.input()])]
}

/** Rows and columns, and of a map also channels. */
function padding(layer: LayerContext): readonly TensorId[] {
  const pads = (id: number): number => layer.size(id, 0, 'padding', 0)
  const { length } = layer.shape()
  const before = [pads(7), pads(0), pads(2)].slice(-length)
  const after = [pads(8), pads(1), pads(3)].slice(-length)
  return [layer.emit('pad', { pads: [0, ...before, 0, ...after], value: layer.float(5, 0) }, [layer.input()])]
}

const MODES = [undefined, 'nearest', 'linear', 'cubic'] as const

/** To a size, or by factors; a vector is a map of one position. */
function interp(layer: LayerContext): readonly TensorId[] {
  const mode = MODES[layer.integer(0, 0)]
  if (!mode) throw layer.misuse(`its kind of resizing is ${layer.integer(0, 0)}`)
  const shape = layer.shape()
  const [c = 1, h = 1, w = 1] = shape
  const asked = [layer.size(3, 0, 'height', 0), layer.size(4, 0, 'width', 0)] as const
  const fixed = asked[0] > 0 && asked[1] > 0
  const factors = fixed ? ([asked[0] / h, asked[1] / w] as const) : ([layer.float(1, 1), layer.float(2, 1)] as const)
  const size = fixed ? asked : ([Math.trunc(h * factors[0]), Math.trunc(w * factors[1])] as const)
  if (size.some((n) => !(n >= 1 && n < 2 ** 24)) || factors.some((f) => !(f > 0 && f < 1e6))) throw layer.misuse(`its size is ${size.join('x')}`)
  const x = shape.length === 1 ? layer.reshape(layer.input(), [c, 1, 1], false) : layer.input()
  if (mode === 'nearest' || shape.length === 1)
    return [layer.emit('interpolate', { mode: 'nearest', size, scales: factors, coordinates: 'asymmetric', rounding: 'floor' }, [x])]
  const coordinates = layer.integer(6, 0) !== 0 ? 'align_corners' : 'half_pixel'
  return [layer.emit('interpolate', { mode, size, coordinates }, [x])]
}

export const shapes = {
  Input: input,
  MemoryData: memoryData,
  Concat: concat,
  Split: (layer) => layer.layer.outputs.map(() => layer.input()),
  Slice: slice,
  Crop: crop,
  Flatten: flatten,
  Reshape: reshape,
  Permute: permute,
  ShuffleChannel: shuffleChannel,
  Padding: padding,
  Interp: interp,
} satisfies Converters
