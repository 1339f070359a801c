/** Collects packed constants into one block; equal constants are stored once. */

const ALIGN = 16
/** Vector loads may read past the end of the last constant. */
const SLACK = 64

export class WeightStore {
  private readonly parts: { offset: number; bytes: Uint8Array }[] = []
  private readonly seen = new Map<string, { offset: number; bytes: Uint8Array }[]>()
  private size = 0

  /** Byte offset of the constant in the block. */
  add(data: Float32Array | Int32Array): number {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    const key = `${bytes.length}:${checksum(data)}`
    const same = this.seen.get(key)?.find((p) => equal(p.bytes, bytes))
    if (same) return same.offset
    const part = { offset: this.size, bytes }
    this.parts.push(part)
    this.seen.set(key, [...(this.seen.get(key) ?? []), part])
    this.size += Math.ceil(bytes.length / ALIGN) * ALIGN
    return part.offset
  }

  bytes(): Uint8Array {
    const block = new Uint8Array(this.size + SLACK)
    for (const { offset, bytes } of this.parts) block.set(bytes, offset)
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
