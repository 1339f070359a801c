/** Everything that only moves elements, and resizing. Source: the layer of each name in Caffe, and of its forks where `schema.ts` says so. */
import type { TensorId } from '../../../ir/graph.ts'
import { sizeOf } from '../../../ir/tensor.ts'
import type { Converters, LayerContext } from '../context.ts'

function concat(layer: LayerContext): readonly TensorId[] {
  const rank = layer.shape().length
  if (layer.all.some((id) => layer.shapeOf(id).length !== rank)) throw layer.misuse('its inputs are of different rank')
  const axis = layer.axis(layer.integer('axis', layer.integer('concat_dim', 1)))
  return [layer.count === 1 ? layer.emit('identity', {}, layer.all) : layer.emit('concat', { axis }, layer.all)]
}

/** In equal parts, or cut at the places given. */
function slice(layer: LayerContext): readonly TensorId[] {
  const axis = layer.axis(layer.integer('axis', layer.integer('slice_dim', 1)))
  const extent = layer.shape()[axis] ?? 0
  const { length } = layer.step.outputs
  if (length === 0) throw layer.misuse('it has no outputs')
  const points = layer.integers('slice_point')
  if (points.length > 0 && points.length !== length - 1) throw layer.misuse(`it has ${points.length} places to cut for ${length} outputs`)
  if (points.length === 0 && extent % length !== 0) throw layer.misuse(`its ${extent} entries do not divide into ${length} parts`)
  const ends = points.length > 0 ? [...points, extent] : Array.from({ length }, (_, i) => ((i + 1) * extent) / length)
  const sizes = ends.map((end, i) => end - (ends[i - 1] ?? 0))
  if (sizes.some((n) => n < 1)) throw layer.misuse(`its ${extent} entries cannot be cut at ${points.join(', ')}`)
  if (length === 1) return [layer.emit('identity', {}, [layer.input()])]
  return layer.emitAll('split', { axis, sizes }, [layer.input()])
}

/** The axes from `axis` to `end_axis` become one. */
function flatten(layer: LayerContext): readonly TensorId[] {
  const shape = layer.shape()
  const [first, last] = [layer.axis(layer.integer('axis', 1)), layer.axis(layer.integer('end_axis', -1))]
  if (last < first) throw layer.misuse(`its axes ${first} to ${last} are none`)
  return [layer.reshape(layer.input(), [...shape.slice(0, first), sizeOf(shape.slice(first, last + 1)), ...shape.slice(last + 1)])]
}

/** Axes from `axis` on, `num_axes` of them, take the new extents: 0 stands for the one that is there, -1 for what is left. */
function reshape(layer: LayerContext): readonly TensorId[] {
  const shape = layer.shape()
  const wanted = layer.parameters.message('shape')?.numbers('dim') ?? []
  const from = layer.integer('axis', 0)
  // Here -1 lies after the last axis.
  const start = layer.axis(from < 0 ? from + shape.length + 1 : from, shape.length, shape.length)
  const covered = layer.integer('num_axes', -1)
  const end = covered === -1 ? shape.length : start + covered
  if (covered < -1 || end > shape.length) throw layer.misuse(`its ${covered} axes from ${start} on are more than its input has`)
  const middle = wanted.map((n, i) => (n === 0 ? (shape[start + i] ?? Number.NaN) : n))
  const all = [...shape.slice(0, start), ...middle, ...shape.slice(end)]
  const total = sizeOf(shape)
  const rest = total / all.reduce((product, n) => (n === -1 ? product : product * n), 1)
  const result = all.map((n) => (n === -1 ? rest : n))
  if (all.filter((n) => n === -1).length > 1 || result.length > 8 || result.some((n) => !(Number.isInteger(n) && n >= 1)) || sizeOf(result) !== total)
    throw layer.misuse(`its shape [${wanted.join(', ')}] does not hold the ${total} elements of its input [${shape.join(', ')}]`)
  return [layer.reshape(layer.input(), result)]
}

/** Axes that are not named come after those that are. */
function permute(layer: LayerContext): readonly TensorId[] {
  const rank = layer.shape().length
  const named = layer.integers('order')
  if (new Set(named).size !== named.length || named.some((axis) => axis < 0 || axis >= rank))
    throw layer.misuse(`its order is ${named.join(', ')} for an input of ${rank} axes`)
  const others = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !named.includes(axis))
  return [layer.emit('transpose', { perm: [...named, ...others] }, [layer.input()])]
}

/** Channel g * n + i of a group of n goes to i * groups + g, as in the paper. */
function shuffleChannel(layer: LayerContext): readonly TensorId[] {
  return [layer.emit('channelShuffle', { groups: layer.size('group', 1), order: '(g,n)' }, [layer.input()])]
}

/** Corners stay where they are. A size, or factors between positions. */
function interp(layer: LayerContext): readonly TensorId[] {
  const { parameters } = layer
  const [, , h = 1, w = 1] = layer.shape()
  const [zoom, shrink] = [layer.size('zoom_factor', 1), layer.size('shrink_factor', 1)]
  const along = (extent: number): number => {
    const small = Math.floor((extent - 1) / shrink) + 1
    return small + (small - 1) * (zoom - 1)
  }
  const byFactor = parameters.has('zoom_factor') || parameters.has('shrink_factor')
  const size = byFactor ? [along(h), along(w)] : [layer.size('height', 0), layer.size('width', 0)]
  if (size.some((n) => n >= 2 ** 24)) throw layer.misuse(`its size is ${size.join('x')}`)
  return [layer.emit('interpolate', { mode: 'linear', size, coordinates: 'align_corners' }, [layer.input()])]
}

/** Every value `scale` times along both axes. */
function upsample(layer: LayerContext): readonly TensorId[] {
  const [, , h = 1, w = 1] = layer.shape()
  const factor = layer.size('scale', 2)
  const size = [h * factor, w * factor]
  if (size.some((n) => n >= 2 ** 24)) throw layer.misuse(`its size is ${size.join('x')}`)
  return [layer.emit('interpolate', { mode: 'nearest', size, coordinates: 'asymmetric', rounding: 'floor' }, [layer.input()])]
}

export const shapes = {
  Concat: concat,
  Slice: slice,
  Flatten: flatten,
  Reshape: reshape,
  Permute: permute,
  ShuffleChannel: shuffleChannel,
  Interp: interp,
  Upsample: upsample,
} satisfies Converters
