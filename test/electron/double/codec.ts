/** Structured clone as text, for the channel between a page and the double's main process. */

type Coded =
  | { t: 'plain'; v: string | number | boolean | null }
  | { t: 'undefined' }
  | { t: 'number' | 'bigint' | 'date'; v: string }
  | { t: 'bytes'; kind: string; v: string }
  | { t: 'error'; v: string }
  | { t: 'array'; v: Coded[] }
  | { t: 'map' | 'object'; v: [Coded, Coded][] }
  | { t: 'set'; v: Coded[] }

/** Throws what Electron throws for functions, symbols and objects that cannot be cloned. */
export function toText(value: unknown): string {
  return JSON.stringify(encode(value))
}

export function fromText(text: string): unknown {
  return decode(JSON.parse(text) as Coded)
}

function encode(value: unknown): Coded {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return { t: 'plain', v: value }
  if (value === undefined) return { t: 'undefined' }
  if (typeof value === 'number')
    return Number.isFinite(value) && !Object.is(value, -0)
      ? { t: 'plain', v: value }
      : { t: 'number', v: Object.is(value, -0) ? '-0' : String(value) }
  if (typeof value === 'bigint') return { t: 'bigint', v: String(value) }
  if (typeof value === 'function' || typeof value === 'symbol') throw new Error('An object could not be cloned.')
  return encodeObject(value)
}

function encodeObject(value: object): Coded {
  if (value instanceof Date) return { t: 'date', v: String(value.getTime()) }
  if (value instanceof Error) return { t: 'error', v: value.message }
  if (value instanceof ArrayBuffer) return { t: 'bytes', kind: 'ArrayBuffer', v: toBase64(new Uint8Array(value)) }
  if (ArrayBuffer.isView(value)) {
    const kind = Object.prototype.toString.call(value).slice(8, -1)
    return { t: 'bytes', kind, v: toBase64(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)) }
  }
  if (Array.isArray(value)) return { t: 'array', v: value.map(encode) }
  if (value instanceof Map) return { t: 'map', v: [...value].map(([k, v]) => [encode(k), encode(v)]) }
  if (value instanceof Set) return { t: 'set', v: [...value].map(encode) }
  // Structured clone keeps own properties and drops the prototype.
  return { t: 'object', v: Object.entries(value).map(([k, v]) => [encode(k), encode(v)]) }
}

function decode(coded: Coded): unknown {
  switch (coded.t) {
    case 'plain':
      return coded.v
    case 'undefined':
      return undefined
    case 'number':
      return Number(coded.v)
    case 'bigint':
      return BigInt(coded.v)
    case 'date':
      return new Date(Number(coded.v))
    case 'error':
      return new Error(coded.v)
    case 'bytes':
      return bytesOf(coded.kind, fromBase64(coded.v))
    case 'array':
      return coded.v.map(decode)
    case 'set':
      return new Set(coded.v.map(decode))
    case 'map':
      return new Map(coded.v.map(([k, v]) => [decode(k), decode(v)]))
    case 'object':
      return Object.fromEntries(coded.v.map(([k, v]) => [decode(k), decode(v)]))
  }
}

function bytesOf(kind: string, bytes: Uint8Array<ArrayBuffer>): unknown {
  if (kind === 'ArrayBuffer') return bytes.buffer
  if (kind === 'DataView') return new DataView(bytes.buffer)
  const Type = { Uint8Array, Int8Array, Uint8ClampedArray, Uint16Array, Int16Array, Uint32Array, Int32Array, Float32Array, Float64Array }[kind]
  if (!Type) throw new Error(`An object could not be cloned (${kind}).`)
  return new Type(bytes.buffer)
}

function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000))
  return btoa(text)
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text)
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i)
  return bytes
}
