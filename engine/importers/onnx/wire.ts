/** Reading protobuf messages within bounds: fields, 64-bit integers, byte ranges. Nothing is copied. */
import protobuf from 'protobufjs/minimal.js'
import { badInput } from '../../base/errors.ts'

export type Reader = InstanceType<typeof protobuf.Reader>

const DAMAGED = 'The file may be damaged or cut short; fetch or export it again'

/** Longest name, op type or string attribute; documentation strings are skipped. */
const MAX_STRING_BYTES = 1 << 16

export function damaged(why: string, where?: string) {
  return badInput('ONNX model', why, DAMAGED, where)
}

export function readerOf(bytes: Uint8Array): Reader {
  return new protobuf.Reader(bytes)
}

/**
 * Calls `visit(field, wireType)` for every field up to `end`; the visitor reads the value, or returns false to have it skipped.
 * Throws ScopeError `bad-input` where a field reaches past `end`.
 */
export function eachField(reader: Reader, end: number, visit: (field: number, wire: number) => boolean | undefined): void {
  while (reader.pos < end) {
    const tag = reader.uint32()
    const field = tag >>> 3
    const wire = tag & 7
    if (field === 0) throw damaged(`byte ${reader.pos} should begin a field and does not`)
    if (visit(field, wire) === false) reader.skipType(wire)
    if (reader.pos > end) throw damaged(`a field at byte ${reader.pos} is longer than what holds it`)
  }
}

/** Position after the length-delimited value that starts here. */
export function endOf(reader: Reader): number {
  const length = reader.uint32()
  const end = reader.pos + length
  if (end > reader.len) throw damaged(`byte ${reader.pos} announces ${length} bytes where ${reader.len - reader.pos} are left`)
  return end
}

/** A part of the file itself, not a copy. */
export function bytesOf(reader: Reader): Uint8Array {
  const end = endOf(reader)
  const bytes = reader.buf.subarray(reader.pos, end)
  reader.pos = end
  return bytes
}

const decoder = new TextDecoder()

export function stringOf(reader: Reader): string {
  const bytes = bytesOf(reader)
  if (bytes.length > MAX_STRING_BYTES) throw damaged(`a name at byte ${reader.pos - bytes.length} is ${bytes.length} bytes long`)
  return decoder.decode(bytes)
}

/** A 64-bit integer as a number, two's complement; exact to 2^53. */
export function int64Of(reader: Reader): number {
  let low = 0
  let high = 0
  for (let shift = 0; shift < 70; shift += 7) {
    if (reader.pos >= reader.len) throw damaged('an integer runs past the end of the file')
    const byte = reader.buf[reader.pos++] ?? 0
    const bits = byte & 127
    if (shift < 28) low |= bits << shift
    else if (shift === 28) {
      low |= bits << 28
      high |= bits >>> 4
    } else if (shift < 64) high |= bits << (shift - 32)
    if (byte < 128) return (high | 0) * 2 ** 32 + (low >>> 0)
  }
  throw damaged(`an integer at byte ${reader.pos} has more than 64 bits`)
}

/** Numbers of a repeated field, packed or one by one. */
export function repeated(reader: Reader, wire: number, read: (reader: Reader) => number, into: number[], most: number): void {
  if (wire !== 2) {
    into.push(read(reader))
  } else {
    const end = endOf(reader)
    while (reader.pos < end) {
      if (into.length >= most) break
      into.push(read(reader))
    }
  }
  if (into.length >= most) throw damaged(`a list at byte ${reader.pos} has more than ${most} entries`)
}
