/**
 * Binary frames of the local socket: u32 little-endian length of a JSON header, the header, then its byte arrays end to end.
 * In the header a byte array stands as {"$bytes": index}; `lengths` has their sizes.
 */
import { badInput } from '../../engine/index.ts'

const MARK = '$bytes'
const MAX_HEADER = 8 * 1024 * 1024
const MAX_ARRAYS = 1024

/** One frame of plain data that may hold Uint8Arrays anywhere. Throws ScopeError for what JSON cannot carry. */
export function encodeFrame(message: unknown): Uint8Array<ArrayBuffer> {
  const arrays: Uint8Array[] = []
  const body = JSON.stringify(message, (_key, value: unknown) => {
    if (value instanceof Uint8Array) return { [MARK]: arrays.push(value) - 1 }
    if (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, MARK))
      throw badInput('Message', `a key is named "${MARK}"`, 'Use another name')
    return value
  })
  const header = new TextEncoder().encode(`{"lengths":${JSON.stringify(arrays.map((array) => array.byteLength))},"message":${body ?? 'null'}}`)
  const frame = new Uint8Array(4 + header.byteLength + arrays.reduce((sum, array) => sum + array.byteLength, 0))
  new DataView(frame.buffer).setUint32(0, header.byteLength, true)
  frame.set(header, 4)
  let offset = 4 + header.byteLength
  for (const array of arrays) {
    frame.set(array, offset)
    offset += array.byteLength
  }
  return frame
}

/** Inverse of `encodeFrame`. Byte arrays are copies. Throws ScopeError on a frame that is not one. */
export function decodeFrame(frame: Uint8Array): unknown {
  if (frame.byteLength < 4) throw broken('it is shorter than its header length')
  const headerLength = new DataView(frame.buffer, frame.byteOffset, frame.byteLength).getUint32(0, true)
  if (headerLength > MAX_HEADER || 4 + headerLength > frame.byteLength) throw broken('its header length is too large')
  const { lengths, message } = parseHeader(frame.subarray(4, 4 + headerLength))
  let offset = 4 + headerLength
  const arrays = lengths.map((length) => {
    if (length > frame.byteLength - offset) throw broken('a byte array is longer than the frame')
    offset += length
    return frame.slice(offset - length, offset)
  })
  if (offset !== frame.byteLength) throw broken('bytes are left over')
  return restore(message, arrays)
}

function parseHeader(bytes: Uint8Array): { lengths: number[]; message: unknown } {
  let header: unknown
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw broken('its header is not JSON')
  }
  if (typeof header !== 'object' || header === null || !('lengths' in header) || !('message' in header)) throw broken('its header has no message')
  const { lengths, message } = header
  if (!Array.isArray(lengths) || lengths.length > MAX_ARRAYS || !lengths.every((length) => Number.isSafeInteger(length) && length >= 0))
    throw broken('its list of lengths is not valid')
  return { lengths, message }
}

/** Replaces marks by their arrays; a list of open containers instead of recursion bounds the stack. */
function restore(message: unknown, arrays: readonly Uint8Array[]): unknown {
  const root = { message }
  const open: object[] = [root]
  for (let container = open.pop(); container; container = open.pop()) {
    const entries = container as Record<string, unknown>
    for (const key of Object.keys(entries)) {
      const value = entries[key]
      if (typeof value !== 'object' || value === null) continue
      if (Object.hasOwn(value, MARK)) {
        const array = arrays[Number((value as Record<string, unknown>)[MARK])]
        if (!array) throw broken('it refers to a byte array that is not there')
        entries[key] = array
      } else open.push(value)
    }
  }
  return root.message
}

function broken(why: string) {
  return badInput('Message', why, 'Reload the page')
}
