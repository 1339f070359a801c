/** A state dict as formats hand it to layouts: named tensors whose values are read only when a layout asks for them. */
import { badInput } from '../../base/errors.ts'
import { sizeOf, stridesOf } from '../../ir/tensor.ts'
import { walk } from '../../ops/shared.ts'

export interface StateTensor {
  readonly shape: readonly number[]
  /** The file's own name for its element type, e.g. "float32", "F16". */
  readonly dtype: string
  /** Elements as f32, row-major. Throws ScopeError where the type has no such reading. */
  values(): Float32Array
}

export type StateDict = ReadonlyMap<string, StateTensor>

/** Prefixes that wrappers put before every key: data parallelism, training frameworks. */
const WRAPPERS = ['module.', 'model.', 'net.', '_orig_mod.']

/** The same tensors without prefixes that all keys share because the network was wrapped when it was saved. */
export function withoutWrappers(state: StateDict): StateDict {
  let current = state
  // Wrappers nest a few deep; the bound is against keys made of nothing but prefixes.
  for (let depth = 0; depth < 4; depth++) {
    const prefix = WRAPPERS.find((p) => current.size > 0 && [...current.keys()].every((key) => key.startsWith(p)))
    if (!prefix) break
    current = new Map([...current].map(([key, tensor]) => [key.slice(prefix.length), tensor]))
  }
  return current
}

/** A few keys with their shapes, for a message. */
export function summary(state: StateDict, count = 4): string {
  const first = [...state].slice(0, count).map(([key, { shape }]) => `${shorten(key)} [${shape.join(', ')}]`)
  const more = state.size - first.length
  return first.join(', ') + (more > 0 ? ` and ${more} more` : '')
}

export function shorten(text: string, limit = 80): string {
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text
}

/** IEEE half precision in the low 16 bits of `h`. */
export function halfToFloat(h: number): number {
  const sign = h & 0x8000 ? -1 : 1
  const exponent = (h >> 10) & 31
  const fraction = h & 1023
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

export interface ElementType {
  readonly bytes: number
  /** Element at byte `offset` as a number. */
  read(view: DataView, offset: number): number
}

/** Element types of both formats, little-endian, by a common name. */
export const ELEMENTS = {
  float64: { bytes: 8, read: (v, o) => v.getFloat64(o, true) },
  float32: { bytes: 4, read: (v, o) => v.getFloat32(o, true) },
  float16: { bytes: 2, read: (v, o) => halfToFloat(v.getUint16(o, true)) },
  bfloat16: { bytes: 2, read: (v, o) => bfloat16ToFloat(v.getUint16(o, true)) },
  int64: { bytes: 8, read: (v, o) => Number(v.getBigInt64(o, true)) },
  int32: { bytes: 4, read: (v, o) => v.getInt32(o, true) },
  int16: { bytes: 2, read: (v, o) => v.getInt16(o, true) },
  int8: { bytes: 1, read: (v, o) => v.getInt8(o) },
  uint8: { bytes: 1, read: (v, o) => v.getUint8(o) },
  bool: { bytes: 1, read: (v, o) => (v.getUint8(o) ? 1 : 0) },
} as const satisfies Record<string, ElementType>
export type ElementName = keyof typeof ELEMENTS

const scratch = new DataView(new ArrayBuffer(4))

function bfloat16ToFloat(bits: number): number {
  scratch.setUint32(0, bits << 16)
  return scratch.getFloat32(0)
}

/** Elements of a tensor in file memory. */
export interface StoredTensor {
  readonly name: string
  readonly element: ElementName
  readonly shape: readonly number[]
  /** In elements, one per axis, none negative. */
  readonly strides: readonly number[]
  /** Of the first element, in elements from the start of `bytes`. */
  readonly offset: number
  readonly bytes: Uint8Array
  /** Whether nobody else changes `bytes`: values may then be a view of them. */
  readonly kept?: boolean
}

/** Checks that every element lies in `bytes` and none is read many times over. Throws ScopeError `bad-input`. */
export function checkStored({ name, element, shape, strides, offset, bytes }: StoredTensor): void {
  const fail = (why: string) => badInput(`Tensor "${shorten(name)}"`, why, 'The file is damaged or incomplete; fetch it again', name)
  const whole = (n: number) => Number.isSafeInteger(n) && n >= 0
  if (shape.length > 8 || shape.length !== strides.length || ![...shape, ...strides, offset].every(whole))
    throw fail(`its shape [${shape.slice(0, 9).join(', ')}] and strides [${strides.slice(0, 9).join(', ')}] make no sense`)
  const held = Math.floor(bytes.length / ELEMENTS[element].bytes)
  const size = sizeOf(shape)
  const last = size === 0 ? offset : offset + shape.reduce((sum, n, i) => sum + (n - 1) * (strides[i] ?? 0), 0)
  if (size > held || (size > 0 && last >= held))
    throw fail(`its shape [${shape.join(', ')}] asks for more than the ${held} ${element} elements that are stored for it`)
}

/** Elements of a checked tensor as f32, row-major, strides honoured; a view of the file where it may be kept and they lie so there. */
export function readStored({ element, shape, strides, offset, bytes, kept }: StoredTensor): Float32Array {
  const { bytes: width, read } = ELEMENTS[element]
  if (element === 'float32' && isRowMajor(shape, strides)) {
    const own = bytes.subarray(width * offset, width * (offset + sizeOf(shape)))
    const { buffer, byteOffset } = kept && own.byteOffset % width === 0 ? own : own.slice()
    return new Float32Array(buffer, byteOffset, sizeOf(shape))
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const out = new Float32Array(sizeOf(shape))
  walk(shape, strides, offset, (to, from) => {
    out[to] = read(view, from * width)
  })
  return out
}

/** Whether elements follow each other in the order of the shape; the stride of an axis of one element says nothing. */
function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  const packed = stridesOf(shape)
  return shape.every((n, axis) => n === 1 || strides[axis] === packed[axis])
}
