/** Constants of an ONNX file as host tensors: every encoding of the specification that holds numbers. */
import { badInput, unsupported } from '../../base/errors.ts'
import { allocate, type DType, type HostTensor, sizeOf, type TensorData } from '../../ir/tensor.ts'
import { MAX_ELEMENTS } from '../../ops/shared.ts'
import { halfToNumber } from '../half.ts'
import { NOT_A_TENSOR } from './claims.ts'
import type { OnnxTensor } from './proto.ts'
import { int64Of, readerOf } from './wire.ts'

interface ElementType {
  readonly name: string
  readonly dtype: DType
  readonly bytes: number
  /** Reads one element of `raw_data`. */
  readonly read: (view: DataView, at: number) => number
}

const BIG = (value: bigint): number => Number(value)

/** By the number that TensorProto.DataType gives it. Half, bfloat and double become f32, the only type of the kernels. */
const TYPES: Readonly<Record<number, ElementType>> = {
  1: { name: 'float', dtype: 'f32', bytes: 4, read: (v, at) => v.getFloat32(at, true) },
  2: { name: 'uint8', dtype: 'u8', bytes: 1, read: (v, at) => v.getUint8(at) },
  3: { name: 'int8', dtype: 'i8', bytes: 1, read: (v, at) => v.getInt8(at) },
  4: { name: 'uint16', dtype: 'i32', bytes: 2, read: (v, at) => v.getUint16(at, true) },
  5: { name: 'int16', dtype: 'i32', bytes: 2, read: (v, at) => v.getInt16(at, true) },
  6: { name: 'int32', dtype: 'i32', bytes: 4, read: (v, at) => v.getInt32(at, true) },
  7: { name: 'int64', dtype: 'i64', bytes: 8, read: (v, at) => BIG(v.getBigInt64(at, true)) },
  9: { name: 'bool', dtype: 'bool', bytes: 1, read: (v, at) => (v.getUint8(at) === 0 ? 0 : 1) },
  10: { name: 'float16', dtype: 'f32', bytes: 2, read: (v, at) => halfToNumber(v.getUint16(at, true)) },
  11: { name: 'double', dtype: 'f32', bytes: 8, read: (v, at) => v.getFloat64(at, true) },
  12: { name: 'uint32', dtype: 'i64', bytes: 4, read: (v, at) => v.getUint32(at, true) },
  13: { name: 'uint64', dtype: 'i64', bytes: 8, read: (v, at) => BIG(v.getBigUint64(at, true)) },
  16: { name: 'bfloat16', dtype: 'f32', bytes: 2, read: (v, at) => bfloatToNumber(v.getUint16(at, true)) },
}

/** Element types whose bytes in a file are those in memory (little-endian, as is every machine that WebAssembly runs on fast). */
const VIEWS: Readonly<Record<string, (new (buffer: ArrayBufferLike, offset: number, size: number) => TensorData) | undefined>> = {
  float: Float32Array,
  int32: Int32Array,
  int8: Int8Array,
  uint8: Uint8Array,
}

/** The engine's element type for one of ONNX. Throws ScopeError `unsupported`, e.g. for strings. */
export function elementType(onnx: number, where: string): ElementType {
  const type = TYPES[onnx]
  if (!type) throw unsupported(`Tensor "${where}" (element type number ${onnx} of ONNX)`, NOT_A_TENSOR, 'Export the model in float32', where)
  return type
}

const scratch = new DataView(new ArrayBuffer(4))

function bfloatToNumber(bits: number): number {
  scratch.setUint32(0, bits << 16)
  return scratch.getFloat32(0)
}

/** The value of a constant; a view of the file where it may be kept. Throws ScopeError when its bytes and its shape disagree or its data lies in another file. */
export function tensorValue(tensor: OnnxTensor, where = tensor.name): HostTensor {
  if (tensor.external && !tensor.raw)
    throw unsupported(`Tensor "${where}"`, 'its data lies in a second file beside the model', 'Save the model as one file', where)
  const type = elementType(tensor.dataType, where)
  const size = sizeOf(tensor.dims)
  if (tensor.dims.some((n) => !Number.isInteger(n) || n < 0) || size > MAX_ELEMENTS)
    throw badInput(`Tensor "${where}"`, `its shape [${tensor.dims.join(', ')}] is not possible here`, 'The file may be damaged', where)
  const data = tensor.raw ? fromRaw(tensor.raw, tensor.kept, type, size, where) : fromLists(tensor, type, size, where)
  return { dtype: type.dtype, shape: [...tensor.dims], data }
}

function wrongCount(where: string, has: number, needs: number, unit: string) {
  return badInput(`Tensor "${where}"`, `it has ${has} ${unit} where its shape needs ${needs}`, 'The file may be damaged or cut short', where)
}

/** A view of the file where that may be and its elements are those of the engine; a large file is then in memory once. */
function fromRaw(raw: Uint8Array, kept: boolean, type: ElementType, size: number, where: string): TensorData {
  if (raw.length !== size * type.bytes) throw wrongCount(where, raw.length, size * type.bytes, 'bytes')
  const as = VIEWS[type.name]
  if (as) {
    const { buffer, byteOffset } = kept && raw.byteOffset % type.bytes === 0 ? raw : raw.slice()
    return new as(buffer, byteOffset, size)
  }
  const data = allocate(type.dtype, size)
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength)
  for (let i = 0; i < size; i++) data[i] = type.read(view, i * type.bytes)
  return data
}

/** float_data, double_data, and int32/int64/uint64_data as varints; half types lie in int32_data as bits. */
function fromLists(tensor: OnnxTensor, type: ElementType, size: number, where: string): TensorData {
  if (type.name === 'float') return fixedWidth(tensor.floats, 4, type, size, where)
  if (type.name === 'double') return fixedWidth(tensor.doubles, 8, type, size, where)
  // A varint takes at least one byte, so the file itself bounds what is allocated.
  const available = tensor.varints.reduce((sum, c) => sum + c.length, 0)
  if (available < size) throw wrongCount(where, available, size, 'bytes of integers')
  const data = allocate(type.dtype, size)
  const convert = type.name === 'float16' ? halfToNumber : type.name === 'bfloat16' ? bfloatToNumber : (x: number) => x
  let count = 0
  for (const chunk of tensor.varints) {
    const reader = readerOf(chunk)
    while (reader.pos < reader.len) {
      const value = convert(int64Of(reader))
      if (count < size) data[count] = value
      count++
    }
  }
  if (count !== size) throw wrongCount(where, count, size, 'elements')
  return data
}

function fixedWidth(chunks: readonly Uint8Array[], width: number, type: ElementType, size: number, where: string): TensorData {
  const bytes = chunks.reduce((sum, c) => sum + c.length, 0)
  if (bytes !== size * width) throw wrongCount(where, bytes, size * width, 'bytes')
  const data = allocate(type.dtype, size)
  let at = 0
  for (const chunk of chunks) {
    const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    for (let i = 0; i + width <= chunk.length; i += width) data[at++] = type.read(view, i)
  }
  return data
}
