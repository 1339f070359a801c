/** Constants, shape arithmetic and everything that only moves elements. Source: ONNX operator specification. */
import { allocate, type HostTensor, sizeOf } from '../../../ir/tensor.ts'
import { broadcastShape, normalAxis } from '../../../ops/shared.ts'
import type { Converter, Converters, NodeContext } from '../context.ts'
import { elementType, tensorValue } from '../tensor.ts'

function constant(node: NodeContext): number[] {
  const name = node.onnx.outputs[0] ?? node.name
  return [node.builder.constant(name, constantValue(node))]
}

function constantValue(node: NodeContext): HostTensor {
  const tensor = node.tensor('value')
  if (tensor) return tensorValue(tensor, node.name)
  const own = (name: string) => node.onnx.attributes.get(name)
  const float = own('value_float')
  if (float) return { dtype: 'f32', shape: [], data: Float32Array.of(float.f ?? 0) }
  const floats = own('value_floats')
  if (floats) return { dtype: 'f32', shape: [floats.floats.length], data: Float32Array.from(floats.floats) }
  if (own('value_int')) return { dtype: 'i64', shape: [], data: Float64Array.of(node.int('value_int', 0)) }
  const ints = node.ints('value_ints')
  if (ints) return { dtype: 'i64', shape: [ints.length], data: Float64Array.from(ints) }
  throw node.refuse('its value is of a kind that is not supported (a string or a sparse tensor)', 'Export the model with plain constants')
}

function constantOfShape(node: NodeContext): number[] {
  const tensor = node.tensor('value')
  const value = tensor ? tensorValue(tensor, node.name) : { dtype: 'f32' as const, shape: [1], data: allocate('f32', 1) }
  if (value.data.length !== 1) throw node.misuse(`its value has ${value.data.length} elements where one is needed`)
  return [node.emit('constantOfShape', { value: value.data[0] ?? 0, dtype: value.dtype }, [node.input(0, 'shape')])]
}

/** The attribute where the file has it, else the input stays wired and the op reads its value. */
const wired =
  (op: string, attribute: string, key: string, needed: boolean, extra: (node: NodeContext) => object = () => ({})): Converter =>
  (node) => {
    const own = node.ints(attribute)
    if (own) return [node.emit(op, { [key]: own, ...extra(node) }, [node.input(0)])]
    const second = needed ? node.input(1, attribute) : node.optional(1)
    return [node.emit(op, extra(node) as Record<string, boolean>, second < 0 ? [node.input(0)] : [node.input(0), second])]
  }

/** Attributes up to operator set 9, inputs from 10 on; both become attributes here. */
function slice(node: NodeContext): number[] {
  const starts = node.integers('starts', 1)
  const ends = node.integers('ends', 2)
  if (!starts || !ends) throw node.misuse('its starts or ends are missing')
  const axes = node.integers('axes', 3) ?? starts.map((_, i) => i)
  const steps = node.integers('steps', 4) ?? starts.map(() => 1)
  return [node.emit('slice', { axes, starts, ends, steps }, [node.input(0)])]
}

/** Sizes are an attribute up to operator set 12, an input from 13 on, or equal parts. */
function split(node: NodeContext): number[] {
  const { shape } = node.fact(0)
  const axis = normalAxis(node.int('axis', 0), shape.length, node.name)
  const extent = shape[axis] ?? 0
  const parts = node.int('num_outputs', node.onnx.outputs.length)
  if (parts < 1 || parts > 4096) throw node.misuse(`it has ${parts} outputs`)
  const each = Math.ceil(extent / parts)
  const equal = Array.from({ length: parts }, (_, i) => Math.max(0, Math.min(each, extent - i * each)))
  return node.emitAll('split', { axis, sizes: node.integers('split', 1, 'sizes') ?? equal }, [node.input(0)])
}

/** An attribute up to operator set 10; inputs from 11 on, and from 18 on perhaps for some axes only. */
function pad(node: NodeContext): number[] {
  const mode = node.string('mode', 'constant')
  const own = node.ints('pads')
  if (mode === 'constant' && own) return [node.emit('pad', { pads: own, value: node.float('value', 0) }, [node.input(0)])]
  const axes = node.integers('axes', 3)
  if (mode === 'constant' && !axes) return [node.emit('pad', {}, [node.input(0), node.input(1, 'pads'), node.optional(2)])]
  const { shape } = node.fact(0)
  const given = own ?? node.integers('pads', 1) ?? []
  const listed = axes ?? shape.map((_, i) => i)
  if (given.length !== 2 * listed.length) throw node.misuse(`it has ${given.length} pads for ${listed.length} axes`)
  const pads = new Array<number>(2 * shape.length).fill(0)
  listed.forEach((raw, i) => {
    const axis = normalAxis(raw, shape.length, node.name)
    pads[axis] = given[i] ?? 0
    pads[axis + shape.length] = given[i + listed.length] ?? 0
  })
  if (mode !== 'constant') return [mirrored(node, pads, mode === 'reflect')]
  return [node.emit('pad', { pads, value: Number(node.constantInput(2, 'value')?.data[0] ?? 0) }, [node.input(0)])]
}

/** A border made of the input's own rows and columns, by one gather for each axis that gets any: reflected about the edge, or the edge repeated. */
function mirrored(node: NodeContext, pads: readonly number[], reflect: boolean): number {
  const { shape } = node.fact(0)
  const rank = shape.length
  const padded = shape.map((_, i) => i).filter((i) => pads[i] !== 0 || pads[i + rank] !== 0)
  let x = node.input(0)
  padded.forEach((axis, k) => {
    const extent = shape[axis] ?? 0
    const [before, after] = [pads[axis] ?? 0, pads[axis + rank] ?? 0]
    const length = extent + before + after
    if (extent === 0 || length < 0 || length > 2 ** 20)
      throw node.misuse(`its pads ${before} and ${after} do not fit axis ${axis} of extent ${extent}`)
    if (reflect && (before >= extent || after >= extent)) throw node.misuse(`it reflects more of axis ${axis} than there is`)
    const index = (i: number): number => (reflect ? extent - 1 - Math.abs(extent - 1 - Math.abs(i)) : Math.min(Math.max(i, 0), extent - 1))
    const data = Float64Array.from({ length }, (_, i) => index(i - before))
    const indices = node.constant(`border${axis}`, { dtype: 'i64', shape: [length], data })
    x = node.emit('gather', { axis }, [x, indices], k === padded.length - 1)
  })
  return padded.length > 0 ? x : node.emit('identity', {}, [x])
}

/** Broadcasts to a shape: axes of extent 1 are repeated. */
function expand(node: NodeContext): number[] {
  const { shape } = node.fact(0)
  const wanted = node.integers('shape', 1)
  if (!wanted) throw node.misuse('its shape is missing')
  const target = broadcastShape(shape, wanted, node.name)
  const own = [...new Array<number>(target.length - shape.length).fill(1), ...shape]
  const x = target.length > shape.length ? node.emit('reshape', { shape: own }, [node.input(0)], false) : node.input(0)
  return [
    repeat(
      node,
      x,
      target.map((n, i) => (own[i] === n ? 1 : n)),
    ),
  ]
}

function tile(node: NodeContext): number[] {
  const { shape } = node.fact(0)
  const repeats = node.integers('repeats', 1)
  if (repeats?.length !== shape.length) throw node.misuse(`it has ${repeats?.length ?? 0} repeats for ${shape.length} axes`)
  return [repeat(node, node.input(0), repeats)]
}

function repeat(node: NodeContext, x: number, repeats: readonly number[]): number {
  if (repeats.every((n) => n === 1)) return node.emit('identity', {}, [x])
  // A tensor without elements: one axis of it is empty, and nothing can be repeated.
  if (repeats.some((n) => n < 1)) throw node.refuse('it repeats nothing', 'Export the model without it')
  return node.emit('tile', { repeats }, [x])
}

function range(node: NodeContext): number[] {
  const [start, limit, delta] = ['start', 'limit', 'delta'].map((role, i) => node.constantInput(i, role))
  if (!start || !limit || !delta) throw node.misuse('its start, limit or delta is missing')
  const [from, to, step] = [Number(start.data[0]), Number(limit.data[0]), Number(delta.data[0])]
  const count = Math.max(0, Math.ceil((to - from) / step))
  if (!(step !== 0 && count <= 2 ** 20)) throw node.misuse(`its range from ${from} to ${to} by ${step} cannot be made`)
  const data = allocate(start.dtype, count)
  for (let i = 0; i < count; i++) data[i] = from + i * step
  return [node.constant('range', { dtype: start.dtype, shape: [count], data })]
}

function size(node: NodeContext): number[] {
  return [node.constant('size', { dtype: 'i64', shape: [], data: Float64Array.of(sizeOf(node.fact(0).shape)) })]
}

function concat(node: NodeContext): number[] {
  const inputs = node.inputs.map((_, i) => node.input(i))
  return [node.emit('concat', { axis: node.int('axis', node.opset < 4 ? 1 : Number.NaN) }, inputs)]
}

export const shapes = {
  Identity: (node) => [node.emit('identity', {}, [node.input(0)])],
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Reshape: wired('reshape', 'shape', 'shape', true, (node) => ({ allowZero: node.int('allowzero', 0) !== 0 })),
  Squeeze: wired('squeeze', 'axes', 'axes', false),
  Unsqueeze: wired('unsqueeze', 'axes', 'axes', true),
  Flatten: (node) => [node.emit('flatten', { axis: node.int('axis', 1) }, [node.input(0)])],
  Transpose: (node) => [node.emit('transpose', { perm: node.ints('perm') ?? null }, [node.input(0)])],
  Shape: (node) => [node.emit('shape', { start: node.int('start', 0), end: node.has('end') ? node.int('end', 0) : null }, [node.input(0)])],
  Gather: (node) => [node.emit('gather', { axis: node.int('axis', 0) }, [node.input(0), node.input(1, 'indices')])],
  Cast: (node) => [node.emit('cast', { to: elementType(node.int('to', 0), node.name).dtype }, [node.input(0)])],
  Concat: concat,
  Slice: slice,
  Split: split,
  Pad: pad,
  Expand: expand,
  Tile: tile,
  Range: range,
  Size: size,
} satisfies Converters
