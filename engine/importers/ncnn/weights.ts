/** The .bin file of a model: the weights of all layers, one after the other, in the order of the .param file. Source: ncnn, modelbin.cpp. */
import { badInput, type ScopeError, unsupported } from '../../base/errors.ts'
import { halfToNumber } from '../half.ts'

/** What may lie before a weight; anything else but 0 means bytes that point into a table of 256 numbers. */
export const FLOAT16 = 0x01306b47
export const INT8 = 0x000d4b38
const SCALED_FLOAT32 = 0x0002c056

export class Weights {
  private at = 0
  private readonly bytes: Uint8Array
  private readonly view: DataView

  constructor(bytes: Uint8Array) {
    // The slice() of a Node Buffer does not copy.
    this.bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** `count` numbers after a mark that says how they are stored, as convolutions and fully connected layers have them. */
  marked(count: number, what: string, where: string): Float32Array {
    const mark = this.view.getUint32(this.take(4, what, where), true)
    if (mark === FLOAT16) {
      const at = this.take(Math.ceil((2 * count) / 4) * 4, what, where)
      const data = new Float32Array(count)
      for (let i = 0; i < count; i++) data[i] = halfToNumber(this.view.getUint16(at + 2 * i, true))
      return data
    }
    if (mark === INT8)
      throw unsupported(
        what,
        'its weights are stored in 8 bits (int8)',
        'Convert the model in float32 or float16, without quantisation',
        this.place(where),
      )
    if (mark !== 0 && mark !== SCALED_FLOAT32)
      throw unsupported(
        what,
        `its weights begin with the mark 0x${mark.toString(16).padStart(8, '0')}, which is neither float32 nor float16`,
        'Convert the model in float32 or float16; or the two files do not belong together',
        this.place(where),
      )
    return this.plain(count, what, where)
  }

  /** `count` float32 numbers and nothing before them, as biases and statistics are stored. */
  plain(count: number, what: string, where: string): Float32Array {
    const at = this.take(4 * count, what, where)
    return new Float32Array(this.bytes.slice(at, at + 4 * count).buffer)
  }

  /** Throws ScopeError where bytes are left. */
  finish(): void {
    const left = this.bytes.length - this.at
    if (left > 0)
      throw badInput(
        'Weights',
        `${left} of their ${this.bytes.length} bytes belong to no layer`,
        'The two files may not belong together',
        `byte ${this.at}`,
      )
  }

  /** Where the next `size` bytes begin. */
  private take(size: number, what: string, where: string): number {
    const { at } = this
    if (!(Number.isSafeInteger(size) && size >= 0 && at + size <= this.bytes.length)) throw this.short(size, what, where)
    this.at += size
    return at
  }

  private short(size: number, what: string, where: string): ScopeError {
    return badInput(
      what,
      `its weights are ${size} more bytes, and ${this.bytes.length - this.at} are left in the file of weights`,
      'The file may be cut short, or the two files do not belong together',
      this.place(where),
    )
  }

  private place(where: string): string {
    return `${where}, byte ${this.at} of the weights`
  }
}
