/** Collects packed constants into one block; equal constants are stored once, but for large ones, which are packed straight into it. */
import { assert } from '../base/assert.ts'

const ALIGN = 16
/** Vector loads may read past the end of the last constant. */
const SLACK = 64
/** From here on a constant is not kept beside the block. */
const DEFERRED_BYTES = 1 << 20

interface Part {
  readonly offset: number
  readonly bytes: Uint8Array
}

export class WeightStore {
  private readonly parts: Part[] = []
  private readonly deferred: { readonly offset: number; readonly length: number; readonly make: () => Float32Array }[] = []
  private readonly seen = new Map<string, Part[]>()
  private size = 0

  /** One that forgets gives every constant a place of its own and has no bytes: for what is only counted. */
  constructor(private readonly options: { readonly forgets: boolean } = { forgets: false }) {}

  /** Byte offset of the constant in the block. */
  add(data: Float32Array | Int32Array): number {
    if (this.options.forgets) return this.place(data.byteLength)
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    const key = `${bytes.length}:${checksum(data)}`
    const same = this.seen.get(key)?.find((p) => equal(p.bytes, bytes))
    if (same) return same.offset
    const part = { offset: this.place(bytes.length), bytes }
    this.parts.push(part)
    this.seen.set(key, [...(this.seen.get(key) ?? []), part])
    return part.offset
  }

  /** The same for `length` floats that `make` gives; where they are many, it is called when the bytes are asked for, one at a time. */
  later(length: number, make: () => Float32Array): number {
    if (!this.options.forgets && 4 * length < DEFERRED_BYTES) return this.add(make())
    const offset = this.place(4 * length)
    if (!this.options.forgets) this.deferred.push({ offset, length, make })
    return offset
  }

  private place(length: number): number {
    const offset = this.size
    this.size += Math.ceil(length / ALIGN) * ALIGN
    return offset
  }

  bytes(): Uint8Array {
    const block = new Uint8Array(this.size + SLACK)
    for (const { offset, bytes } of this.parts) block.set(bytes, offset)
    for (const { offset, length, make } of this.deferred) {
      const data = make()
      assert(data.length === length, `${data.length} packed weights where ${length} were announced`)
      block.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset)
    }
    return block
  }
}

function checksum(data: Float32Array | Int32Array): number {
  const words = new Int32Array(data.buffer, data.byteOffset, data.length)
  let h = 0
  for (let i = 0; i < words.length; i++) h = (Math.imul(h, 31) + (words[i] ?? 0)) | 0
  return h
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return a.length === b.length
}
