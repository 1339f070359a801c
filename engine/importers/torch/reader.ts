/** Reads little-endian values from bytes; every length is checked against what is left. */
import { damaged } from './values.ts'

/** Longer texts and integers are not names or numbers of a checkpoint. */
const MAX_TEXT = 1 << 20
const MAX_LONG_BYTES = 256

const LATIN1 = new TextDecoder('latin1')
const UTF8 = new TextDecoder()

export class ByteReader {
  position = 0
  private readonly view: DataView

  constructor(readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get left(): number {
    return this.bytes.length - this.position
  }

  /** A view of the next `size` bytes, without a copy. */
  take(size: number): Uint8Array {
    const start = this.advance(size)
    return this.bytes.subarray(start, start + size)
  }

  u8(): number {
    return this.view.getUint8(this.advance(1))
  }

  u16(): number {
    return this.view.getUint16(this.advance(2), true)
  }

  u32(): number {
    return this.view.getUint32(this.advance(4), true)
  }

  i32(): number {
    return this.view.getInt32(this.advance(4), true)
  }

  u64(): number {
    const value = Number(this.view.getBigUint64(this.advance(8), true))
    if (!Number.isSafeInteger(value)) throw damaged(`it declares a size of ${value}`)
    return value
  }

  f64BigEndian(): number {
    return this.view.getFloat64(this.advance(8), false)
  }

  /** Two's complement integer of `size` bytes. */
  long(size: number): number | bigint {
    if (size > MAX_LONG_BYTES) throw damaged(`it has an integer of ${size} bytes`)
    let value = 0n
    const bytes = this.take(size)
    for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] ?? 0)
    value = BigInt.asIntN(size * 8, value)
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : value
  }

  latin1(size: number): string {
    return LATIN1.decode(this.text(size))
  }

  utf8(size: number): string {
    return UTF8.decode(this.text(size))
  }

  /** Text up to the next line feed, which is consumed. */
  line(): string {
    const end = this.bytes.indexOf(10, this.position)
    if (end < 0 || end - this.position > MAX_TEXT) throw damaged('a line in its pickle has no end')
    const text = this.utf8(end - this.position)
    this.position = end + 1
    return text
  }

  private text(size: number): Uint8Array {
    if (size > MAX_TEXT) throw damaged(`it has a text of ${size} bytes`)
    return this.take(size)
  }

  private advance(size: number): number {
    const start = this.position
    if (size > this.left) throw damaged(`it ends at byte ${this.bytes.length}, where ${size} more are declared at ${start}`)
    this.position = start + size
    return start
  }
}
