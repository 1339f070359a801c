/** Reads a .caffemodel: the message of a network in protobuf's binary form. Data of blobs stays where it lies in the file. */
import protobuf from 'protobufjs/minimal.js'
import { errorFrom, ScopeError } from '../../base/errors.ts'
import type { Blob, Run } from './blob.ts'
import { damaged, Message } from './message.ts'
import { BLOB, type Field, type Kind, NET, type Schema } from './schema.ts'
import { MAX_LAYERS } from './text.ts'

type Reader = InstanceType<typeof protobuf.Reader>

/** Longest name or type. */
const MAX_STRING_BYTES = 1 << 16
/** Of one field of a message. */
const MAX_VALUES = 1 << 16
const MAX_AXES = 16
/** Pieces that one list of numbers may lie in; writers make one. */
const MAX_RUNS = 4096

const VARINT = 0
const FIXED64 = 1
const BYTES = 2
const FIXED32 = 5

/** Throws ScopeError `bad-input` wherever the bytes are not what they claim to be. */
export function parseBinary(bytes: Uint8Array): Message {
  const reader = new protobuf.Reader(bytes)
  try {
    return message(reader, bytes.length, NET)
  } catch (thrown) {
    if (thrown instanceof ScopeError) throw thrown
    throw damaged(`its bytes cannot be read at ${reader.pos} (${errorFrom(thrown).why})`)
  }
}

/** Fields of a schema by their numbers. */
const NUMBERED = new WeakMap<Schema, ReadonlyMap<number, readonly [string, Field]>>()

function numbered(schema: Schema): ReadonlyMap<number, readonly [string, Field]> {
  const known = NUMBERED.get(schema)
  if (known) return known
  const made = new Map(Object.entries(schema).map((entry) => [entry[1].id, entry] as const))
  NUMBERED.set(schema, made)
  return made
}

/** Schemas do not contain themselves, so that depth is bounded by them. */
function message(reader: Reader, end: number, schema: Schema): Message {
  const result = new Message(`byte ${reader.pos}`)
  const fields = numbered(schema)
  eachField(reader, end, (number, wire) => {
    const [name, field] = fields.get(number) ?? []
    if (name === undefined || field === undefined) {
      result.unknown.add(`number ${number}`)
      return false
    }
    if (field.kind === 'skip') return false
    if (!read(reader, wire, field.kind, (value) => add(result, name, value))) {
      result.unknown.add(name)
      return false
    }
    return true
  })
  return result
}

function add(into: Message, name: string, value: number | string | Message | Blob): void {
  const count = into.add(name, value)
  const most = name === 'layer' || name === 'layers' ? MAX_LAYERS : MAX_VALUES
  if (count > most) throw damaged(`it has more than ${most} values of "${name}"`, into.where)
}

/** False where the value is written in another way than its kind is. */
function read(reader: Reader, wire: number, kind: Kind, take: (value: number | string | Message | Blob) => void): boolean {
  if (typeof kind === 'object' && 'message' in kind) {
    if (wire !== BYTES) return false
    take(message(reader, endOf(reader), kind.message))
    return true
  }
  if (kind === 'blob') {
    if (wire !== BYTES) return false
    take(blob(reader))
    return true
  }
  if (kind === 'string') {
    if (wire !== BYTES) return false
    take(stringOf(reader))
    return true
  }
  const single = kind === 'float' ? FIXED32 : VARINT
  const one = (): void => take(scalar(reader, kind))
  if (wire === single) one()
  else if (wire === BYTES) {
    const end = endOf(reader)
    while (reader.pos < end) one()
    if (reader.pos > end) throw damaged(`a list at byte ${reader.pos} is longer than it says`)
  } else return false
  return true
}

function scalar(reader: Reader, kind: Kind): number | string {
  if (kind === 'float') return reader.float()
  const value = int64Of(reader)
  if (kind === 'bool') return value === 0 ? 0 : 1
  if (typeof kind === 'object' && 'names' in kind) return Object.keys(kind.names).find((key) => kind.names[key] === value) ?? String(value)
  return value
}

function blob(reader: Reader): Blob {
  const end = endOf(reader)
  const result = {
    at: reader.pos,
    bytes: reader.buf,
    shape: undefined as number[] | undefined,
    legacy: undefined as [number, number, number, number] | undefined,
    floats: [] as Run[],
    doubles: [] as Run[],
    raw: undefined as Uint8Array | undefined,
    rawType: undefined as number | undefined,
  }
  eachField(reader, end, (number, wire) => {
    if (number >= BLOB.num && number <= BLOB.width && wire === VARINT) {
      result.legacy ??= [0, 0, 0, 0]
      result.legacy[number - 1] = int64Of(reader)
    } else if (number === BLOB.shape && wire === BYTES) result.shape = shape(reader)
    else if (number === BLOB.data && (wire === BYTES || wire === FIXED32)) run(reader, wire, 4, result.floats)
    else if (number === BLOB.doubles && (wire === BYTES || wire === FIXED64)) run(reader, wire, 8, result.doubles)
    else if (number === BLOB.rawType && wire === VARINT) result.rawType = int64Of(reader)
    else if (number === BLOB.raw && wire === BYTES) result.raw = bytesOf(reader)
    else return false
    return true
  })
  return result
}

function shape(reader: Reader): number[] {
  const dims: number[] = []
  eachField(reader, endOf(reader), (number, wire) => {
    if (number !== 1 || !read(reader, wire, 'int', (value) => dims.push(Number(value)))) return false
    if (dims.length > MAX_AXES) throw damaged(`a blob at byte ${reader.pos} has more than ${MAX_AXES} axes`)
    return true
  })
  return dims
}

/** Numbers of a list: packed, or each behind a tag of one byte, where those that follow on one another are one run. */
function run(reader: Reader, wire: number, width: number, into: Run[]): void {
  if (wire === BYTES) {
    const end = endOf(reader)
    if ((end - reader.pos) % width !== 0) throw damaged(`a list at byte ${reader.pos} does not hold whole numbers of ${width} bytes`)
    into.push({ at: reader.pos, count: (end - reader.pos) / width, step: width })
    reader.pos = end
  } else {
    const last = into.at(-1)
    if (last && last.step === width + 1 && reader.pos === last.at + last.count * last.step) last.count++
    else into.push({ at: reader.pos, count: 1, step: width + 1 })
    advance(reader, width)
  }
  if (into.length > MAX_RUNS) throw damaged(`the numbers at byte ${reader.pos} lie in more than ${MAX_RUNS} pieces`)
}

/** Calls `visit(field, wireType)` for every field up to `end`; the visitor reads the value, or returns false to have it passed over. */
function eachField(reader: Reader, end: number, visit: (field: number, wire: number) => boolean): void {
  while (reader.pos < end) {
    const tag = reader.uint32()
    const [field, wire] = [tag >>> 3, tag & 7]
    if (field === 0) throw damaged(`byte ${reader.pos} should begin a field and does not`)
    const from = reader.pos
    if (!visit(field, wire)) {
      reader.pos = from
      pass(reader, wire)
    }
    if (reader.pos > end) throw damaged(`a field at byte ${from} is longer than what holds it`)
  }
}

function pass(reader: Reader, wire: number): void {
  if (wire === VARINT) reader.skip()
  else if (wire === FIXED64) advance(reader, 8)
  else if (wire === BYTES) reader.pos = endOf(reader)
  else if (wire === FIXED32) advance(reader, 4)
  else throw damaged(`a field at byte ${reader.pos} is of kind ${wire}, which no file of Caffe has`)
}

function advance(reader: Reader, bytes: number): void {
  if (reader.pos + bytes > reader.len) throw damaged(`byte ${reader.pos} announces ${bytes} bytes where ${reader.len - reader.pos} are left`)
  reader.pos += bytes
}

/** Position after the value that starts here with its length. */
function endOf(reader: Reader): number {
  const length = reader.uint32()
  const end = reader.pos + length
  if (end > reader.len) throw damaged(`byte ${reader.pos} announces ${length} bytes where ${reader.len - reader.pos} are left`)
  return end
}

/** A part of the file itself, not a copy. */
function bytesOf(reader: Reader): Uint8Array {
  const end = endOf(reader)
  const bytes = reader.buf.subarray(reader.pos, end)
  reader.pos = end
  return bytes
}

const decoder = new TextDecoder()

function stringOf(reader: Reader): string {
  const bytes = bytesOf(reader)
  if (bytes.length > MAX_STRING_BYTES) throw damaged(`a name at byte ${reader.pos - bytes.length} is ${bytes.length} bytes long`)
  return decoder.decode(bytes)
}

/** A 64-bit integer as a number, two's complement; exact to 2^53. */
function int64Of(reader: Reader): number {
  return Number(String(reader.int64()))
}
