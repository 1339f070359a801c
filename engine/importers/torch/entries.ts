/** The directory of a zip archive. Stored entries are views of the file; packed ones are inflated when asked for. Source: PKWARE, APPNOTE.TXT, 4.3. */
import { inflateSync } from 'fflate'
import { unsupported } from '../../base/errors.ts'
import { shorten } from './state.ts'
import { damaged } from './values.ts'

/** torch.save stores its entries uncompressed; archives packed again by other tools stay far below this. */
const MAX_INFLATED = 512 * 2 ** 20
/** Deflate cannot do better than this. */
const MAX_RATIO = 1032
const MAX_ENTRIES = 100_000

const LOCAL = 0x04034b50
const CENTRAL = 0x02014b50
const END = 0x06054b50
const END64 = 0x06064b50
const LOCATOR64 = 0x07064b50
const END_BYTES = 22
const MAX_COMMENT = 0xffff
const STORED = 0
const DEFLATED = 8
/** Stands in a field of four bytes whose value is in the extra field. */
const ELSEWHERE = 0xffffffff

export interface Entries {
  readonly names: readonly string[]
  has(name: string): boolean
  /** The bytes of an entry, undefined where there is none of that name. Throws ScopeError where it does not lie in the file or would inflate without measure. */
  get(name: string): Uint8Array | undefined
}

interface Entry {
  readonly method: number
  readonly packed: number
  readonly size: number
  /** Of its local header. */
  readonly offset: number
}

export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 0x03 && bytes[3] === 0x04
}

/** Throws ScopeError `bad-input` where the directory is missing or does not lie in the file; of two entries of one name the last counts. */
export function readEntries(bytes: Uint8Array): Entries {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const entries = directory(bytes, view)
  const done = new Map<string, Uint8Array>()
  let inflated = 0

  function read(name: string, { method, packed, size, offset }: Entry): Uint8Array {
    const start = dataStart(view, name, offset)
    if (start + packed > bytes.length) throw damaged(`entry "${shorten(name, 60)}" reaches past its end`)
    const data = bytes.subarray(start, start + packed)
    if (method === STORED && size === packed) return data
    if (method !== DEFLATED && method !== STORED)
      throw unsupported('Zip archive', `its entries are packed by method ${method}`, 'Pack it again with deflate, or not at all')
    // Sizes come from the archive's directory, so they are judged before anything is allocated.
    inflated += size
    if (method === STORED || size > packed * MAX_RATIO || inflated > Math.max(MAX_INFLATED, bytes.length))
      throw damaged(`entry "${shorten(name, 60)}" declares ${size} bytes, more than such an archive can hold`)
    return inflate(data, size)
  }

  return {
    names: [...entries.keys()],
    has: (name) => entries.has(name),
    get(name) {
      const entry = entries.get(name)
      if (!entry) return undefined
      const known = done.get(name)
      if (known) return known
      const made = read(name, entry)
      done.set(name, made)
      return made
    },
  }
}

function directory(bytes: Uint8Array, view: DataView): Map<string, Entry> {
  const { count, start } = endOf(view)
  // A directory of version 64 may claim billions of entries that are not there.
  if (count > MAX_ENTRIES) throw damaged(`its zip archive declares more than ${MAX_ENTRIES} entries`)
  const entries = new Map<string, Entry>()
  let at = start
  for (let i = 0; i < count; i++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== CENTRAL) throw cut('its directory has fewer entries than it declares')
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => view.getUint16(at + field, true)) as [number, number, number]
    const extra = at + 46 + nameBytes
    if (extra + extraBytes + commentBytes > bytes.length) throw cut('its directory reaches past its end')
    const name = new TextDecoder().decode(bytes.subarray(at + 46, extra))
    const short = [24, 20, 42].map((field) => view.getUint32(at + field, true)) as [number, number, number]
    const [size, packed, offset] = short.includes(ELSEWHERE) ? wide(view, extra, extra + extraBytes, short) : short
    entries.set(name, { method: view.getUint16(at + 10, true), size, packed, offset })
    at = extra + extraBytes + commentBytes
  }
  return entries
}

/** How many entries the directory has, and where it begins. */
function endOf(view: DataView): { count: number; start: number } {
  const last = view.byteLength - END_BYTES
  let at = last
  while (at >= 0 && at >= last - MAX_COMMENT && view.getUint32(at, true) !== END) at--
  if (at < 0 || view.getUint32(at, true) !== END) throw cut('it has no directory at its end')
  const short = { count: view.getUint16(at + 10, true), start: view.getUint32(at + 16, true) }
  if (at < 20 || view.getUint32(at - 20, true) !== LOCATOR64) return short
  const end = Number(view.getBigUint64(at - 12, true))
  if (end + 56 > view.byteLength || view.getUint32(end, true) !== END64) throw cut('its directory of version 64 is not where it should be')
  return { count: Number(view.getBigUint64(end + 32, true)), start: Number(view.getBigUint64(end + 48, true)) }
}

/** Size, packed size and offset, those that stand elsewhere taken from the extra field of version 64, in this order. */
function wide(view: DataView, from: number, to: number, short: readonly [number, number, number]): [number, number, number] {
  for (let at = from; at + 4 <= to; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue
    let next = at + 4
    return short.map((value) => {
      if (value !== ELSEWHERE) return value
      if (next + 8 > to) throw cut('a size of version 64 is missing')
      const found = Number(view.getBigUint64(next, true))
      next += 8
      return found
    }) as [number, number, number]
  }
  return [...short]
}

function dataStart(view: DataView, name: string, offset: number): number {
  if (offset + 30 > view.byteLength || view.getUint32(offset, true) !== LOCAL)
    throw cut(`entry "${shorten(name, 60)}" is not where its directory says`)
  return offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true)
}

function inflate(data: Uint8Array, size: number): Uint8Array {
  try {
    const made = inflateSync(data, { out: new Uint8Array(size) })
    if (made.length !== size) throw damaged(`an entry holds ${made.length} bytes where ${size} are declared`)
    return made
  } catch (thrown) {
    // fflate throws plain errors with a code for damaged streams.
    if (thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'number') throw cut(thrown.message)
    throw thrown
  }
}

function cut(why: string) {
  return damaged(`its zip archive cannot be read (${why})`)
}
