/** Everything that only moves elements, and shapes as values. Source: TensorFlow Lite operator specification (tfl dialect). */
import { allocate, sizeOf } from '../../../ir/tensor.ts'
import { normalAxis } from '../../../ops/shared.ts'
import { type Converters, type Made, type NodeContext, plain } from '../context.ts'
import { mapAxis } from '../layout.ts'
import { REFLECT } from '../schema.ts'

/** Beyond every extent. */
const END = 2 ** 31

/** A tensor seen in another shape; one that has it already stays as it is. */
function reshaped(node: NodeContext, shape: readonly number[]): readonly Made[] {
  const own = node.shape(0)
  if (own.join() === shape.join()) {
    const { id, order } = node.inOrder(0)
    return [{ id: node.emit('identity', {}, [id]), order }]
  }
  return plain(node.emit('reshape', { shape: [...shape], allowZero: true }, [node.plain(0)]))
}

/** The new shape is an input or, in older files, an option; one -1 stands for what is left. */
function reshape(node: NodeContext): readonly Made[] {
  const wanted = node.has(1) ? node.integers(1, 'shape') : node.optionList('newShape')
  if (!wanted) throw node.misuse('its shape is missing')
  const open = wanted.indexOf(-1)
  const rest = wanted.reduce((n, extent, i) => (i === open ? n : n * extent), 1)
  const total = sizeOf(node.shape(0))
  const shape = wanted.map((extent, i) => (i === open ? total / rest : extent))
  if (shape.some((n) => !Number.isInteger(n) || n < 0) || sizeOf(shape) !== total)
    throw node.misuse(`its shape [${wanted.join(', ')}] does not hold the ${total} elements of its input`)
  return reshaped(node, shape)
}

function squeeze(node: NodeContext): readonly Made[] {
  const shape = node.shape(0)
  const listed = node.optionList('squeezeDims')?.map((a) => normalAxis(a, shape.length, node.name)) ?? []
  if (listed.some((axis) => shape[axis] !== 1)) throw node.misuse(`it takes axes ${listed.join(', ')} out of the shape [${shape.join(', ')}]`)
  return reshaped(
    node,
    shape.filter((n, axis) => (listed.length > 0 ? !listed.includes(axis) : n !== 1)),
  )
}

function expandDims(node: NodeContext): readonly Made[] {
  const shape = node.shape(0)
  const [given = 0] = node.integers(1, 'axis')
  const axis = normalAxis(given, shape.length + 1, node.name)
  return reshaped(node, [...shape.slice(0, axis), 1, ...shape.slice(axis)])
}

/** Of a map, axes are taken from where the engine has them: one transpose does both. */
function transpose(node: NodeContext): readonly Made[] {
  const rank = node.shape(0).length
  const perm = node.integers(1, 'permutation').map((a) => normalAxis(a, rank, node.name))
  if (perm.length !== rank || new Set(perm).size !== rank) throw node.misuse(`its permutation is [${perm.join(', ')}] for an input of rank ${rank}`)
  const { id, axis } = node.inOrder(0, node.values.order(node.index(0)))
  return plain(node.emit('transpose', { perm: perm.map(axis) }, [id]))
}

function concatenation(node: NodeContext): readonly Made[] {
  const all = node.operator.inputs.map((_, i) => i)
  const [first] = all
  if (first === undefined) throw node.misuse('it has no inputs')
  const rank = node.shape(first).length
  const axis = normalAxis(node.option('axis'), rank, node.name)
  if (all.some((i) => node.shape(i).length !== rank)) throw node.misuse('its inputs are of different rank')
  const { ids, order } = node.together(all)
  return node.finish('concat', { axis: order === 'map' ? mapAxis(axis) : axis }, ids, order, false)
}

function split(node: NodeContext, x: number, axisAt: number, sizes: (extent: number) => readonly number[]): readonly Made[] {
  const shape = node.shape(x)
  const [given = 0] = node.integers(axisAt, 'axis')
  const own = normalAxis(given, shape.length, node.name)
  const { id, order, axis } = node.inOrder(x)
  const parts = sizes(shape[own] ?? 0)
  if (parts.length !== node.operator.outputs.length) throw node.misuse(`it has ${node.operator.outputs.length} outputs for ${parts.length} parts`)
  return node.emitAll('split', { axis: axis(own), sizes: [...parts] }, [id]).map((part) => ({ id: part, order }))
}

function equalParts(node: NodeContext): readonly Made[] {
  const count = node.operator.outputs.length
  return split(node, 1, 0, (extent) => {
    if (extent % count !== 0) throw node.misuse(`it cuts an axis of extent ${extent} into ${count} equal parts`)
    return new Array<number>(count).fill(extent / count)
  })
}

/** Sizes of which one may be -1: what is left. */
function listedParts(node: NodeContext): readonly Made[] {
  const given = node.integers(1, 'list of sizes')
  const sum = given.reduce((n, size) => (size === -1 ? n : n + size), 0)
  return split(node, 0, 2, (extent) => given.map((size) => (size === -1 ? extent - sum : size)))
}

/** One cut for each axis of the file. */
function cut(node: NodeContext, starts: readonly number[], ends: readonly number[], steps: readonly number[], last = true) {
  const rank = node.shape(0).length
  if ([starts, ends, steps].some((list) => list.length !== rank)) throw node.misuse(`its starts, ends or steps are not ${rank}, one for each axis`)
  const { id, order, axis } = node.inOrder(0)
  const axes = starts.map((_, i) => axis(i))
  return { id: node.emit('slice', { axes, starts: [...starts], ends: [...ends], steps: [...steps] }, [id], last), order }
}

/** A size of -1 goes to the end. */
function slice(node: NodeContext): readonly Made[] {
  const shape = node.shape(0)
  const starts = node.integers(1, 'start')
  const sizes = node.integers(2, 'size')
  const ends = starts.map((start, i) => (sizes[i] === -1 ? END : start + (sizes[i] ?? 0)))
  if (starts.some((start, i) => start < 0 || (sizes[i] ?? 0) < -1 || (sizes[i] !== -1 && (ends[i] ?? 0) > (shape[i] ?? 0))))
    throw node.misuse(`it takes [${sizes.join(', ')}] from [${starts.join(', ')}] on out of the shape [${shape.join(', ')}]`)
  return [
    cut(
      node,
      starts,
      ends,
      starts.map(() => 1),
    ),
  ]
}

/** Bits of the masks stand for axes: a whole axis from its begin, to its end, or one index that takes the axis away. */
function stridedSlice(node: NodeContext): readonly Made[] {
  const shape = node.shape(0)
  const begins = node.integers(1, 'start')
  const ends = node.integers(2, 'end')
  const steps = node.integers(3, 'step')
  const count = begins.length
  if (count > shape.length || ends.length !== count || steps.length !== count || steps.includes(0))
    throw node.misuse(`its starts, ends and steps do not fit the shape [${shape.join(', ')}]`)
  const bit = (mask: string, axis: number): boolean => ((node.option(mask) >> axis) & 1) !== 0
  const taken = shape.map((_, axis) => axis < count && bit('shrinkAxisMask', axis))
  const along = shape.map((_, axis): readonly [number, number, number] => {
    if (axis >= count) return [0, END, 1]
    const [begin = 0, end = 0, step = 1] = [begins[axis], ends[axis], steps[axis]]
    if (taken[axis]) return [begin, begin === -1 ? END : begin + 1, 1]
    return [bit('beginMask', axis) ? (step > 0 ? 0 : END) : begin, bit('endMask', axis) ? (step > 0 ? END : -END) : end, step]
  })
  const column = (i: 0 | 1 | 2): number[] => along.map((a) => a[i])
  const shrinks = taken.includes(true)
  const made = cut(node, column(0), column(1), column(2), !shrinks)
  if (!shrinks) return [made]
  const extents = node.builder.factOf(made.id).shape
  const at = (axis: number): number => extents[made.order === 'map' ? mapAxis(axis) : axis] ?? 0
  if (shape.some((_, axis) => taken[axis] && at(axis) !== 1)) throw node.misuse(`it picks an index outside the shape [${shape.join(', ')}]`)
  const kept = shape.map((_, axis) => axis).filter((axis) => !taken[axis])
  const id = made.order === 'map' ? node.emit('transpose', { perm: [0, 2, 3, 1] }, [made.id], false) : made.id
  return plain(node.emit('reshape', { shape: kept.map(at), allowZero: true }, [id]))
}

/** [before, after] of each axis of the file. */
function paddings(node: NodeContext): (readonly [number, number])[] {
  const rank = node.shape(0).length
  const flat = node.integers(1, 'padding')
  if (flat.length !== 2 * rank || flat.some((n) => n < 0 || n > 2 ** 20)) throw node.misuse(`its padding is [${flat.join(', ')}]`)
  return Array.from({ length: rank }, (_, i) => [flat[2 * i] ?? 0, flat[2 * i + 1] ?? 0])
}

function pad(node: NodeContext, value: number): readonly Made[] {
  const { id, order, axis } = node.inOrder(0)
  const given = paddings(node)
  const pads = new Array<number>(2 * given.length).fill(0)
  given.forEach(([before, after], i) => {
    pads[axis(i)] = before
    pads[axis(i) + given.length] = after
  })
  return [{ id: node.emit('pad', { pads, value }, [id]), order }]
}

/** A border made of the input's own rows and columns, by one gather for each axis that gets any: mirrored about the edge pixel, or with it. */
function mirrorPad(node: NodeContext): readonly Made[] {
  const shape = node.shape(0)
  const edge = node.option('mode') === REFLECT ? 1 : 0
  const given = paddings(node)
  const padded = given.flatMap(([before, after], axis) => (before + after > 0 ? [axis] : []))
  const held = node.inOrder(0)
  let x = held.id
  padded.forEach((axis, k) => {
    const extent = shape[axis] ?? 0
    const [before, after] = given[axis] ?? [0, 0]
    if (before > extent - edge || after > extent - edge) throw node.misuse(`it mirrors more of axis ${axis} than there is`)
    const inside = (i: number): number => (i < 0 ? -i - 1 + edge : i >= extent ? 2 * extent - 1 - edge - i : i)
    const data = Float64Array.from({ length: extent + before + after }, (_, i) => inside(i - before))
    const indices = node.constantTensor(`border${axis}`, { dtype: 'i64', shape: [data.length], data })
    x = node.emit('gather', { axis: held.axis(axis) }, [x, indices], k === padded.length - 1)
  })
  return [{ id: padded.length > 0 ? x : node.emit('identity', {}, [x]), order: held.order }]
}

/** Tensors of one shape along a new axis. */
function pack(node: NodeContext): readonly Made[] {
  const all = node.operator.inputs.map((_, i) => i)
  const shape = node.shape(0)
  const axis = normalAxis(node.option('axis'), shape.length + 1, node.name)
  const longer = [...shape.slice(0, axis), 1, ...shape.slice(axis)]
  const parts = all.map((i) => node.emit('reshape', { shape: longer, allowZero: true }, [node.plain(i)], false))
  return plain(node.emit('concat', { axis }, parts))
}

/** Parts along an axis by their indices. A list of indices leaves the axes where they are. */
function gather(node: NodeContext): readonly Made[] {
  const indices = node.shape(1, 'list of indices')
  const axis = normalAxis(node.option('axis'), node.shape(0).length, node.name)
  const held = node.inOrder(0, indices.length === 1 ? node.order(0) : 'plain')
  return [{ id: node.emit('gather', { axis: held.axis(axis) }, [held.id, node.plain(1)]), order: held.order }]
}

/** Of a list of constants, as shapes are computed. */
function product(node: NodeContext): readonly Made[] {
  const { data, dtype } = node.constant(0, 'input')
  if (node.integers(1, 'list of axes').some((a) => normalAxis(a, 1, node.name) !== 0)) throw node.misuse('its axes are not those of a list')
  const value = allocate(dtype, 1).fill(1)
  for (const factor of data) value[0] = (value[0] ?? 1) * factor
  return plain(node.constantTensor('product', { dtype, shape: node.option('keepDims') !== 0 ? [1] : [], data: value }))
}

function shape(node: NodeContext): readonly Made[] {
  const extents = node.shape(0)
  return plain(node.constantTensor('shape', { dtype: 'i32', shape: [extents.length], data: Int32Array.from(extents) }))
}

export const shapes = {
  RESHAPE: reshape,
  SQUEEZE: squeeze,
  EXPAND_DIMS: expandDims,
  TRANSPOSE: transpose,
  CONCATENATION: concatenation,
  SPLIT: equalParts,
  SPLIT_V: listedParts,
  SLICE: slice,
  STRIDED_SLICE: stridedSlice,
  PAD: (node) => pad(node, 0),
  PADV2: (node) => pad(node, Number(node.constant(2, 'fill value').data[0] ?? 0)),
  MIRROR_PAD: mirrorPad,
  PACK: pack,
  GATHER: gather,
  REDUCE_PROD: product,
  SHAPE: shape,
} satisfies Converters
