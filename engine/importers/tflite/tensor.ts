/** Constants of a TensorFlow Lite file as host tensors; quantised ones are dequantised: (q - zero point) * scale. */
import { badInput, type ScopeError, unsupported } from '../../base/errors.ts'
import { allocate, type DType, type HostTensor, sizeOf, type TensorData } from '../../ir/tensor.ts'
import { MAX_ELEMENTS } from '../../ops/shared.ts'
import { halfToNumber } from '../half.ts'
import type { FlatFile } from './flatbuffer.ts'
import { bufferOf, type Quantization, type TfliteTensor } from './model.ts'
import type { TensorType } from './schema.ts'

interface ElementType {
  readonly dtype: DType
  readonly bytes: number
  readonly read: (view: DataView, at: number) => number
}

const TYPES: Readonly<Partial<Record<TensorType, ElementType>>> = {
  float32: { dtype: 'f32', bytes: 4, read: (v, at) => v.getFloat32(at, true) },
  float16: { dtype: 'f32', bytes: 2, read: (v, at) => halfToNumber(v.getUint16(at, true)) },
  int32: { dtype: 'i32', bytes: 4, read: (v, at) => v.getInt32(at, true) },
  uint8: { dtype: 'u8', bytes: 1, read: (v, at) => v.getUint8(at) },
  int64: { dtype: 'i64', bytes: 8, read: (v, at) => Number(v.getBigInt64(at, true)) },
  int16: { dtype: 'i32', bytes: 2, read: (v, at) => v.getInt16(at, true) },
  int8: { dtype: 'i8', bytes: 1, read: (v, at) => v.getInt8(at) },
}

/** Lowest and highest number of each type that activations are quantised to. */
const RANGES: Readonly<Partial<Record<TensorType, readonly [number, number]>>> = { uint8: [0, 255], int8: [-128, 127], int16: [-32768, 32767] }

export function placeOf({ index, name, at }: TfliteTensor): { what: string; where: string } {
  return { what: `Tensor ${index} "${name}"`, where: `tensor ${index}, byte ${at}` }
}

function wrong(tensor: TfliteTensor, why: string): ScopeError {
  const { what, where } = placeOf(tensor)
  return badInput(what, why, 'The file may be damaged or cut short; fetch or export it again', where)
}

function elementType(tensor: TfliteTensor): ElementType {
  const type = TYPES[tensor.type]
  if (type) return type
  const { what, where } = placeOf(tensor)
  throw unsupported(
    what,
    `its elements are of type ${tensor.type}, which is not read`,
    'Convert the model to float32, float16, or 8-bit integers',
    where,
  )
}

/** The type that a tensor has in the engine: quantised numbers are held as the floats that they stand for. */
export function dtypeOf(tensor: TfliteTensor): DType {
  const { dtype } = elementType(tensor)
  return tensor.quantization ? 'f32' : dtype
}

/**
 * The value of a constant, axes as in the file; undefined where the file holds none. Throws ScopeError where its bytes and its
 * shape disagree, or where it is stored in a way that is not read (sparse, in another file, 4-bit).
 */
export function constantOf(file: FlatFile, tensor: TfliteTensor): HostTensor | undefined {
  const { what, where } = placeOf(tensor)
  if (tensor.external) throw unsupported(what, 'its data lies outside the file', 'Convert the model with its weights in the file', where)
  const size = sizeOf(tensor.shape)
  const bytes = bufferOf(file, tensor) ?? (size === 0 ? new Uint8Array(0) : undefined)
  if (!bytes) return undefined
  if (tensor.sparse) throw unsupported(what, 'it is stored as a sparse tensor', 'Convert the model with dense weights', where)
  if (size > MAX_ELEMENTS) throw wrong(tensor, `its shape [${tensor.shape.join(', ')}] is not possible here`)
  const type = elementType(tensor)
  if (bytes.length !== size * type.bytes) throw wrong(tensor, `it has ${bytes.length} bytes where its shape needs ${size * type.bytes}`)
  const data = plain(bytes, type, size, tensor.type)
  if (!tensor.quantization) return { dtype: type.dtype, shape: [...tensor.shape], data }
  return { dtype: 'f32', shape: [...tensor.shape], data: dequantised(tensor, data, tensor.quantization) }
}

function plain(bytes: Uint8Array, type: ElementType, size: number, name: TensorType): TensorData {
  // A copy: floats need not be aligned in the file.
  if (name === 'float32') return new Float32Array(bytes.slice().buffer)
  const data = allocate(type.dtype, size)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let i = 0; i < size; i++) data[i] = type.read(view, i * type.bytes)
  return data
}

function dequantised(tensor: TfliteTensor, data: TensorData, { scale, zeroPoint, axis }: Quantization): Float32Array {
  const floats = new Float32Array(data.length)
  const count = scale.length
  if (count > 1 && (axis < 0 || tensor.shape[axis] !== count))
    throw wrong(tensor, `it has ${count} scales along axis ${axis} of its shape [${tensor.shape.join(', ')}]`)
  const step = count > 1 ? sizeOf(tensor.shape.slice(axis + 1)) : 1
  for (let i = 0; i < floats.length; i++) {
    const k = count > 1 ? Math.floor(i / step) % count : 0
    floats[i] = ((data[i] ?? 0) - (zeroPoint[k] ?? 0)) * (scale[k] ?? 0)
  }
  return floats
}

/** The lowest and the highest value that a quantised activation can have; undefined for floats. */
export function rangeOf({ type, quantization }: TfliteTensor): readonly [number, number] | undefined {
  const range = RANGES[type]
  const scale = quantization?.scale[0] ?? 0
  const zero = quantization?.zeroPoint[0] ?? 0
  if (!range || quantization?.scale.length !== 1 || !(scale > 0)) return undefined
  return [(range[0] - zero) * scale, (range[1] - zero) * scale]
}
