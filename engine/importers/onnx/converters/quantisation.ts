/**
 * Quantised models. A constant is dequantised while the file is read. Data with one scale becomes an 8-bit tensor where the
 * model quantises it, and floats again where it dequantises it; passes look for layers between the two. Data with several is rounded
 * to the numbers that 8 bits have and held as floats.
 * Source: ONNX operator specification, QuantizeLinear and DequantizeLinear.
 */
import type { TensorId } from '../../../ir/graph.ts'
import { type HostTensor, sizeOf } from '../../../ir/tensor.ts'
import { normalAxis } from '../../../ops/shared.ts'
import { SHIFT } from '../bytes.ts'
import type { Converters, NodeContext } from '../context.ts'

interface Grid {
  readonly scale: HostTensor
  readonly zero: HostTensor
  readonly signed: boolean
  readonly lowest: number
  readonly highest: number
}

/** Scale and zero point as tensors that broadcast onto the input: one number, or one for each index of an axis. */
function gridOf(node: NodeContext): Grid {
  const scale = node.constantInput(1, 'scale')
  const zero = node.constantInput(2, 'zero point')
  if (!scale || (zero && zero.data.length !== scale.data.length)) throw node.misuse('its scale and its zero point do not fit together')
  const { shape } = node.fact(0)
  const aligned = ({ data }: { data: ArrayLike<number> }): HostTensor => {
    const values = Float32Array.from(data)
    if (values.length === 1) return { dtype: 'f32', shape: [1], data: values }
    const axis = normalAxis(node.int('axis', 1), shape.length, node.name)
    if (shape[axis] !== values.length) throw node.misuse(`it has ${values.length} scales where axis ${axis} has ${shape[axis]}`)
    return { dtype: 'f32', shape: shape.slice(axis).map((n, i) => (i === 0 ? n : 1)), data: values }
  }
  const signed = zero ? zero.dtype === 'i8' : node.int('output_dtype', 2) === 3
  const [lowest, highest] = signed ? [-128, 127] : [0, 255]
  return { scale: aligned(scale), zero: aligned(zero ?? { data: new Float32Array(scale.data.length) }), signed, lowest, highest }
}

const isZero = (t: HostTensor): boolean => t.data.every((v) => v === 0)

/** Scale and zero of a tensor in u8; undefined where it has several, or its scale is none. */
function affineOf({ scale, zero }: Grid, offset: number): { readonly scale: number; readonly zero: number } | undefined {
  const [s = 0, z = 0] = [scale.data[0], zero.data[0]]
  const shifted = z + offset
  if (scale.data.length !== 1 || !(s > 0 && Number.isFinite(s)) || !Number.isInteger(shifted) || shifted < 0 || shifted > 255) return undefined
  return { scale: s, zero: shifted }
}

/** clamp(round(x / scale) + zero point), halves to even. */
function quantize(node: NodeContext): number[] {
  const grid = gridOf(node)
  const { scale, zero, lowest, highest } = grid
  const offset = grid.signed ? SHIFT : 0
  const affine = node.varies(node.input(0)) ? affineOf(grid, offset) : undefined
  if (affine) {
    const made = node.emit('quantize', affine, [node.input(0)])
    node.bytes.add(made, affine, offset)
    return [made]
  }
  const divided = node.combine('div', node.input(0), node.constant('scale', scale))
  let value = node.emit('unary', { function: 'round' }, [divided], false)
  if (!isZero(zero)) value = node.combine('add', value, node.constant('zeroPoint', zero))
  return [node.emit('activation', { function: { kind: 'clip', min: lowest, max: highest } }, [value])]
}

/** (q - zero point) * scale. */
function dequantize(node: NodeContext): number[] {
  const grid = gridOf(node)
  const { scale, zero } = grid
  const offset = node.bytes.offsetOf(node.input(0))
  const affine = offset === undefined ? undefined : affineOf(grid, offset)
  if (affine) return [node.emit('dequantize', affine, [node.input(0)])]
  const value = node.valueOf(node.input(0))
  if (value) return [constantOf(node, node.onnx.outputs[0] ?? node.name, value, grid)]
  let x: TensorId = node.integersAsFloats(0)
  if (node.builder.factOf(x).dtype !== 'f32') x = node.emit('cast', { to: 'f32' }, [x], false)
  if (!isZero(zero)) x = node.combine('sub', x, node.constant('zeroPoint', zero))
  return [node.combine('mul', x, node.constant('scale', scale), true)]
}

/** Weights keep their scales, which cannot be told from their values to the last bit. */
function constantOf(node: NodeContext, name: string, value: HostTensor, { scale, zero }: Grid): TensorId {
  const whole = scale.data.length === 1 || scale.shape.length === value.shape.length
  return node.builder.constant(name, dequantised(value, scale, zero), undefined, whole ? Array.from(scale.data) : undefined)
}

function dequantised({ shape, data }: HostTensor, scale: HostTensor, zero: HostTensor): HostTensor {
  const step = sizeOf(shape.slice(shape.length - scale.shape.length + 1))
  const grid = (i: number): number => (scale.data.length === 1 ? 0 : Math.floor(i / step) % scale.data.length)
  const floats = Float32Array.from(data, (q, i) => Math.fround(q - (zero.data[grid(i)] ?? 0)) * (scale.data[grid(i)] ?? 0))
  return { dtype: 'f32', shape: [...shape], data: floats }
}

export const quantisation = { QuantizeLinear: quantize, DequantizeLinear: dequantize } satisfies Converters
