/** Writes small TensorFlow Lite files table by table, right or wrong. Field numbers: schema.fbs. */

/** A field of a table: its number, and its value. Offsets are written by `Part`. */
export type Scalar = readonly ['u8' | 'i8' | 'i32' | 'u32' | 'f32' | 'u64', number]
export type Part =
  | Scalar
  | { readonly table: Fields }
  | { readonly tables: readonly Fields[] }
  | { readonly text: string }
  | { readonly i32s: readonly number[] }
  | { readonly i64s: readonly number[] }
  | { readonly f32s: readonly number[] }
  | { readonly bytes: Uint8Array }
export type Fields = Readonly<Record<number, Part | undefined>>

/** Grows at its end: what is pointed to is written after what points to it. */
class Writer {
  private bytes = new Uint8Array(1 << 16)
  private view = new DataView(this.bytes.buffer)
  length = 0

  reserve(size: number): number {
    const at = Math.ceil(this.length / 8) * 8
    this.length = at + size
    while (this.length > this.bytes.length) {
      const larger = new Uint8Array(this.bytes.length * 2)
      larger.set(this.bytes)
      this.bytes = larger
      this.view = new DataView(larger.buffer)
    }
    return at
  }

  put(at: number, kind: Scalar[0] | 'u16' | 'i64', value: number): void {
    if (kind === 'u8') this.view.setUint8(at, value)
    else if (kind === 'i8') this.view.setInt8(at, value)
    else if (kind === 'u16') this.view.setUint16(at, value, true)
    else if (kind === 'i32') this.view.setInt32(at, value, true)
    else if (kind === 'u32') this.view.setUint32(at, value, true)
    else if (kind === 'f32') this.view.setFloat32(at, value, true)
    else this.view.setBigInt64(at, BigInt(value), true)
  }

  vector(width: number, count: number, each: (at: number, i: number) => void): number {
    const at = this.reserve(8 + width * count)
    // Elements of eight bytes are aligned to eight: the count lies in the four bytes before.
    this.put(at + 4, 'u32', count)
    for (let i = 0; i < count; i++) each(at + 8 + i * width, i)
    return at + 4
  }

  table(fields: Fields): number {
    const numbers = Object.keys(fields).map(Number)
    const slots = Math.max(-1, ...numbers) + 1
    const vtable = this.reserve(4 + 2 * slots)
    const size = 8 + 8 * numbers.length
    const at = this.reserve(size)
    this.put(at, 'i32', at - vtable)
    this.put(vtable, 'u16', 4 + 2 * slots)
    this.put(vtable + 2, 'u16', size)
    numbers.forEach((number, i) => {
      const place = 8 + 8 * i
      this.put(vtable + 4 + 2 * number, 'u16', place)
      const part = fields[number]
      if (part) this.part(at + place, part)
    })
    return at
  }

  part(at: number, part: Part): void {
    if ('length' in part && typeof part[0] === 'string') {
      this.put(at, part[0], part[1])
      return
    }
    const target = this.target(part as Exclude<Part, Scalar>)
    this.put(at, 'u32', target - at)
  }

  private target(part: Exclude<Part, Scalar>): number {
    if ('table' in part) return this.table(part.table)
    if ('tables' in part) {
      const places: number[] = []
      const at = this.vector(4, part.tables.length, (place) => places.push(place))
      part.tables.forEach((fields, i) => {
        const place = places[i] ?? 0
        this.put(place, 'u32', this.table(fields) - place)
      })
      return at
    }
    if ('i32s' in part) return this.vector(4, part.i32s.length, (at, i) => this.put(at, 'i32', part.i32s[i] ?? 0))
    if ('i64s' in part) return this.vector(8, part.i64s.length, (at, i) => this.put(at, 'i64', part.i64s[i] ?? 0))
    if ('f32s' in part) return this.vector(4, part.f32s.length, (at, i) => this.put(at, 'f32', part.f32s[i] ?? 0))
    const bytes = 'text' in part ? new TextEncoder().encode(part.text) : part.bytes
    return this.vector(1, bytes.length, (at, i) => this.put(at, 'u8', bytes[i] ?? 0))
  }

  finish(): Uint8Array {
    return this.bytes.slice(0, this.length)
  }
}

/** A whole file with `root` as its root table. */
export function flatbuffer(root: Fields, identifier = 'TFL3'): Uint8Array {
  const writer = new Writer()
  writer.reserve(8)
  writer.put(0, 'u32', writer.table(root))
  const bytes = writer.finish()
  bytes.set(new TextEncoder().encode(identifier), 4)
  return bytes
}

export interface TensorParts {
  readonly shape: readonly number[]
  /** Number in TensorType; 0 is float32. */
  readonly type?: number
  readonly data?: Uint8Array
  readonly more?: Fields
}

export interface OperatorParts {
  /** Number in BuiltinOperator. */
  readonly code: number
  readonly custom?: string
  readonly inputs: readonly number[]
  readonly outputs: readonly number[]
  readonly options?: readonly [type: number, fields: Fields]
}

/** A model of one graph; tensor i has the name "ti". */
export function model(
  tensors: readonly TensorParts[],
  operators: readonly OperatorParts[],
  inputs = [0],
  outputs = [tensors.length - 1],
): Uint8Array {
  const buffers: Fields[] = [{}, ...tensors.map(({ data }): Fields => (data ? { 0: { bytes: data } } : {}))]
  return flatbuffer({
    0: ['u32', 3],
    1: {
      tables: operators.map(
        ({ code, custom }): Fields => ({ 0: ['i8', Math.min(code, 127)], 3: ['i32', code], ...(custom ? { 1: { text: custom } } : {}) }),
      ),
    },
    2: {
      tables: [
        {
          0: {
            tables: tensors.map(
              ({ shape, type = 0, data, more = {} }, i): Fields => ({
                0: { i32s: shape },
                1: ['u8', type],
                2: ['u32', data ? i + 1 : 0],
                3: { text: `t${i}` },
                ...more,
              }),
            ),
          },
          1: { i32s: inputs },
          2: { i32s: outputs },
          3: {
            tables: operators.map(
              ({ inputs: from, outputs: to, options }, i): Fields => ({
                0: ['u32', i],
                1: { i32s: from },
                2: { i32s: to },
                ...(options ? { 3: ['u8', options[0]] as Scalar, 4: { table: options[1] } } : {}),
              }),
            ),
          },
        },
      ],
    },
    4: { tables: buffers },
  })
}

export const floats = (list: readonly number[]): Uint8Array => new Uint8Array(Float32Array.from(list).buffer)
export const integers = (list: readonly number[]): Uint8Array => new Uint8Array(Int32Array.from(list).buffer)
