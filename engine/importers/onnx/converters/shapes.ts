/** Constants, shape arithmetic and everything that only moves elements. Source: ONNX operator specification. */
import { allocate, type HostTensor } from '../../../ir/tensor.ts'
import { normalAxis } from '../../../ops/shared.ts'
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
  if (mode !== 'constant') throw node.refuse(`it pads by "${mode}", and only constant padding is supported`, 'Export the model with zero padding')
  const own = node.ints('pads')
  if (own) return [node.emit('pad', { pads: own, value: node.float('value', 0) }, [node.input(0)])]
  const axes = node.constantInput(3, 'axes')
  const value = node.optional(2)
  if (!axes) return [node.emit('pad', {}, [node.input(0), node.input(1, 'pads'), value])]
  const rank = node.fact(0).shape.length
  const given = node.integers('pads', 1) ?? []
  const pads = new Array<number>(2 * rank).fill(0)
  Array.from(axes.data, Number).forEach((raw, i) => {
    const axis = normalAxis(raw, rank, node.name)
    pads[axis] = given[i] ?? 0
    pads[axis + rank] = given[i + axes.data.length] ?? 0
  })
  return [node.emit('pad', { pads, value: Number(node.constantInput(2, 'value')?.data[0] ?? 0) }, [node.input(0)])]
}

function concat(node: NodeContext): number[] {
  const inputs = node.inputs.map((_, i) => node.input(i))
  return [node.emit('concat', { axis: node.int('axis', node.opset < 4 ? 1 : Number.NaN) }, inputs)]
}

export const shapes: Converters = {
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
}
