/** A TensorFlow Lite file as plain data: the tensors and operators of its main graph, buffers not yet read. */
import { badInput, unsupported } from '../../base/errors.ts'
import { damaged, FlatFile, type FlatTable } from './flatbuffer.ts'
import {
  BUFFER,
  CUSTOM,
  MODEL,
  OPERATOR,
  OPERATOR_CODE,
  operatorName,
  QUANTIZATION,
  SCHEMA_VERSION,
  SUBGRAPH,
  TENSOR,
  TENSOR_TYPES,
  type TensorType,
} from './schema.ts'

/** Values stand for `(q - zeroPoint) * scale`, with one scale for all or one for each index along `axis`. */
export interface Quantization {
  readonly scale: readonly number[]
  readonly zeroPoint: readonly number[]
  readonly axis: number
}

export interface TfliteTensor {
  readonly index: number
  readonly name: string
  /** In TensorFlow's order: maps are [N, H, W, C]. */
  readonly shape: readonly number[]
  /** The same with -1 where the model leaves an extent open; undefined where it leaves none. */
  readonly signature: readonly number[] | undefined
  readonly type: TensorType
  readonly quantization: Quantization | undefined
  /** Its bytes, where the file holds any. */
  readonly buffer: FlatTable | undefined
  readonly sparse: boolean
  readonly variable: boolean
  readonly external: boolean
  /** Where its table lies in the file. */
  readonly at: number
}

export interface TfliteOperator {
  readonly index: number
  /** Name in BuiltinOperator, or that of a custom operator. */
  readonly op: string
  readonly custom: boolean
  /** Tensors by index; -1 where an optional one is absent. */
  readonly inputs: readonly number[]
  readonly outputs: readonly number[]
  readonly options: { readonly kind: number; readonly table: FlatTable } | undefined
  readonly at: number
}

export interface TfliteModel {
  readonly file: FlatFile
  readonly description: string
  readonly name: string
  readonly tensors: readonly TfliteTensor[]
  readonly operators: readonly TfliteOperator[]
  readonly inputs: readonly number[]
  readonly outputs: readonly number[]
}

/** The longest shape; the engine's ops go up to eight axes. */
const MAX_RANK = 8

/** Throws ScopeError: `bad-input` with the byte where the file is damaged, `unsupported` for other versions of the schema. */
export function decodeModel(bytes: Uint8Array): TfliteModel {
  const file = new FlatFile(bytes)
  const root = file.root()
  const version = root.u32(MODEL.version)
  if (version !== SCHEMA_VERSION)
    throw unsupported(
      'TensorFlow Lite model',
      `it is of schema version ${version}, and ${SCHEMA_VERSION} is read`,
      'Convert the model again',
      'version',
    )
  const [main] = root.tables(MODEL.subgraphs)
  if (!main) throw badInput('TensorFlow Lite model', 'it has no graph', 'The file may be damaged or cut short; fetch or export it again', 'subgraphs')
  const codes = root.tables(MODEL.operatorCodes).map((code) => {
    const name = operatorName(code.i8(OPERATOR_CODE.oldCode), code.i32(OPERATOR_CODE.code))
    const custom = name === CUSTOM
    return { op: custom ? code.text(OPERATOR_CODE.customName) : name, custom }
  })
  const buffers = root.tables(MODEL.buffers)
  const tensors = main.tables(SUBGRAPH.tensors).map((table, index) => tensorOf(table, index, buffers))
  const known = (list: readonly number[] | undefined, at: number, least: number): readonly number[] => {
    for (const index of list ?? [])
      if (index < least || index >= tensors.length) throw damaged(`tensor ${index} is named where there are ${tensors.length}`, at)
    return list ?? []
  }
  const operators = main.tables(SUBGRAPH.operators).map((table, index): TfliteOperator => {
    const number = table.u32(OPERATOR.code)
    const code = codes[number]
    if (!code) throw damaged(`operator ${index} is of kind ${number} where there are ${codes.length}`, table.at)
    return {
      index,
      ...code,
      inputs: known(table.i32s(OPERATOR.inputs), table.at, -1),
      outputs: known(table.i32s(OPERATOR.outputs), table.at, 0),
      options: table.union(OPERATOR.optionsType, OPERATOR.options),
      at: table.at,
    }
  })
  return {
    file,
    description: root.text(MODEL.description),
    name: main.text(SUBGRAPH.name),
    tensors,
    operators,
    inputs: known(main.i32s(SUBGRAPH.inputs), main.at, 0),
    outputs: known(main.i32s(SUBGRAPH.outputs), main.at, 0),
  }
}

function tensorOf(table: FlatTable, index: number, buffers: readonly FlatTable[]): TfliteTensor {
  const shape = table.i32s(TENSOR.shape) ?? []
  const signature = table.i32s(TENSOR.shapeSignature)
  const type = TENSOR_TYPES[table.u8(TENSOR.type)]
  const number = table.u32(TENSOR.buffer)
  const buffer = buffers[number]
  if (shape.length > MAX_RANK || shape.some((n) => n < 0) || (signature && signature.length !== shape.length))
    throw damaged(`tensor ${index} has shape [${shape.slice(0, 20).join(', ')}]`, table.at)
  if (!type) throw damaged(`tensor ${index} is of element type number ${table.u8(TENSOR.type)}`, table.at)
  if (!buffer) throw damaged(`tensor ${index} has its data in buffer ${number} where there are ${buffers.length}`, table.at)
  return {
    index,
    name: table.text(TENSOR.name) || `tensor ${index}`,
    shape,
    signature: signature?.some((n) => n < 0) ? signature : undefined,
    type,
    quantization: quantizationOf(table.table(TENSOR.quantization)),
    // Buffer 0 is the empty one, whatever is in it.
    buffer: number === 0 ? undefined : buffer,
    sparse: table.table(TENSOR.sparsity) !== undefined,
    variable: table.u8(TENSOR.isVariable) !== 0,
    external: table.u32(TENSOR.externalBuffer) !== 0,
    at: table.at,
  }
}

/** Undefined where the tensor is not quantised; some converters write an empty table then. */
function quantizationOf(table: FlatTable | undefined): Quantization | undefined {
  const scale = table?.f32s(QUANTIZATION.scale)
  if (!table || !scale || scale.length === 0) return undefined
  if (table.u8(QUANTIZATION.detailsType) !== 0)
    throw unsupported('TensorFlow Lite model', 'it has a quantisation of its own kind', 'Quantise per tensor or per axis', `byte ${table.at}`)
  const zeroPoint = table.i64s(QUANTIZATION.zeroPoint) ?? []
  // One zero point may stand for all, and none for 0.
  const zero = zeroPoint.length <= 1 ? scale.map(() => zeroPoint[0] ?? 0) : zeroPoint
  if (zero.length !== scale.length || !scale.every((s) => Number.isFinite(s) && s >= 0) || !zero.every((z) => Math.abs(z) < 2 ** 31))
    throw damaged('scales and zero points do not fit together', table.at)
  return { scale, zeroPoint: zero, axis: table.i32(QUANTIZATION.axis) }
}

/** The bytes of a tensor's buffer, in the file itself; undefined where it has none. */
export function bufferOf(file: FlatFile, { buffer }: TfliteTensor): Uint8Array | undefined {
  if (!buffer) return undefined
  const offset = buffer.u64(BUFFER.offset)
  // Offsets 0 and 1 stand for data inside the FlatBuffer.
  if (offset > 1) return file.part(offset, buffer.u64(BUFFER.size))
  const bytes = buffer.bytes(BUFFER.data)
  return bytes && bytes.length > 0 ? bytes : undefined
}
