/**
 * Reading FlatBuffers within bounds: tables, vectors, strings. Every offset is checked against the file before it is followed,
 * every announced length before anything is allocated. Source: the FlatBuffers internals document (tables, vtables, vectors).
 */
import { badInput, type ScopeError } from '../../base/errors.ts'

const DAMAGED = 'The file may be damaged or cut short; fetch or export it again'

/** Longest name. */
const MAX_STRING_BYTES = 1 << 16

/** How often a file may be read over: parts of a FlatBuffer may be shared, and a small file could have one part read without end. */
const READINGS = 8
const READINGS_OF_SMALL_FILES = 1 << 20

const decoder = new TextDecoder()

/** Bytes that are no FlatBuffer, or one whose parts do not lie inside it. `at`: offset in the file. */
export function damaged(why: string, at: number): ScopeError {
  return badInput('TensorFlow Lite model', `${why} (byte ${at})`, DAMAGED, `byte ${at}`)
}

export class FlatFile {
  private readonly view: DataView
  private left: number

  constructor(readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.left = READINGS * bytes.length + READINGS_OF_SMALL_FILES
  }

  /** The table that the first four bytes point to. */
  root(): FlatTable {
    return new FlatTable(this, this.follow(0))
  }

  u8(at: number): number {
    this.check(at, 1)
    return this.view.getUint8(at)
  }

  u16(at: number): number {
    this.check(at, 2)
    return this.view.getUint16(at, true)
  }

  u32(at: number): number {
    this.check(at, 4)
    return this.view.getUint32(at, true)
  }

  i32(at: number): number {
    this.check(at, 4)
    return this.view.getInt32(at, true)
  }

  f32(at: number): number {
    this.check(at, 4)
    return this.view.getFloat32(at, true)
  }

  /** 64 bits, signed; exact to 2^53. */
  i64(at: number): number {
    this.check(at, 8)
    return Number(this.view.getBigInt64(at, true))
  }

  /** 64 bits, unsigned; exact to 2^53. */
  u64(at: number): number {
    this.check(at, 8)
    return Number(this.view.getBigUint64(at, true))
  }

  /** Where the offset stored at `at` leads. */
  follow(at: number): number {
    const target = at + this.u32(at)
    if (target === at || target + 4 > this.bytes.length) throw damaged(`an offset leads to byte ${target}, outside the file`, at)
    return target
  }

  /** A part of the file itself, not a copy. */
  part(at: number, length: number): Uint8Array {
    this.check(at, length)
    this.spend(length, at)
    return this.bytes.subarray(at, at + length)
  }

  /** Counts what is read of the file, so that no small file takes long. */
  spend(bytes: number, at: number): void {
    this.left -= bytes
    if (this.left < 0) throw damaged('its parts are used over and over', at)
  }

  private check(at: number, length: number): void {
    if (!(at >= 0 && at + length <= this.bytes.length)) throw damaged(`${length} bytes are needed where the file has ${this.bytes.length}`, at)
  }
}

/** A table: its fields by number, each with the value that stands for an absent one. */
export class FlatTable {
  private readonly vtable: number
  private readonly vtableSize: number
  private readonly size: number

  /** `at`: where the table begins in the file. Throws ScopeError `bad-input` where it or its vtable lies outside. */
  constructor(
    private readonly file: FlatFile,
    readonly at: number,
  ) {
    this.vtable = at - file.i32(at)
    if (this.vtable < 0 || this.vtable + 4 > file.bytes.length) throw damaged('a table has its field list outside the file', at)
    this.vtableSize = file.u16(this.vtable)
    this.size = file.u16(this.vtable + 2)
    if (this.vtableSize < 4 || this.vtableSize % 2 !== 0 || this.vtable + this.vtableSize > file.bytes.length)
      throw damaged(`a field list is ${this.vtableSize} bytes long`, this.vtable)
    if (this.size < 4 || at + this.size > file.bytes.length) throw damaged(`a table is ${this.size} bytes long`, at)
  }

  /** Where a field lies, or undefined where it is absent. */
  private field(index: number, bytes: number): number | undefined {
    const slot = 4 + 2 * index
    if (slot + 2 > this.vtableSize) return undefined
    const offset = this.file.u16(this.vtable + slot)
    if (offset === 0) return undefined
    if (offset < 4 || offset + bytes > this.size) throw damaged(`field ${index} of a table lies outside of it`, this.at)
    return this.at + offset
  }

  i8(index: number, otherwise = 0): number {
    const at = this.field(index, 1)
    return at === undefined ? otherwise : (this.file.u8(at) << 24) >> 24
  }

  u8(index: number, otherwise = 0): number {
    const at = this.field(index, 1)
    return at === undefined ? otherwise : this.file.u8(at)
  }

  i32(index: number, otherwise = 0): number {
    const at = this.field(index, 4)
    return at === undefined ? otherwise : this.file.i32(at)
  }

  u32(index: number, otherwise = 0): number {
    const at = this.field(index, 4)
    return at === undefined ? otherwise : this.file.u32(at)
  }

  f32(index: number, otherwise = 0): number {
    const at = this.field(index, 4)
    return at === undefined ? otherwise : this.file.f32(at)
  }

  u64(index: number, otherwise = 0): number {
    const at = this.field(index, 8)
    return at === undefined ? otherwise : this.file.u64(at)
  }

  text(index: number): string {
    const bytes = this.bytes(index)
    if (!bytes) return ''
    if (bytes.length > MAX_STRING_BYTES) throw damaged(`a name is ${bytes.length} bytes long`, this.at)
    return decoder.decode(bytes)
  }

  /** The elements of a vector of bytes, in the file itself. */
  bytes(index: number): Uint8Array | undefined {
    const vector = this.vector(index, 1)
    return vector && this.file.part(vector.at, vector.length)
  }

  i32s(index: number): number[] | undefined {
    return this.numbers(index, 4, (at) => this.file.i32(at))
  }

  i64s(index: number): number[] | undefined {
    return this.numbers(index, 8, (at) => this.file.i64(at))
  }

  f32s(index: number): number[] | undefined {
    return this.numbers(index, 4, (at) => this.file.f32(at))
  }

  table(index: number): FlatTable | undefined {
    const at = this.field(index, 4)
    return at === undefined ? undefined : new FlatTable(this.file, this.file.follow(at))
  }

  tables(index: number): FlatTable[] {
    return this.numbers(index, 4, (at) => this.file.follow(at))?.map((at) => new FlatTable(this.file, at)) ?? []
  }

  /** The table of a union: its kind lies in the field before. */
  union(kind: number, index: number): { readonly kind: number; readonly table: FlatTable } | undefined {
    const table = this.table(index)
    return table && { kind: this.u8(kind), table }
  }

  private numbers(index: number, width: number, read: (at: number) => number): number[] | undefined {
    const vector = this.vector(index, width)
    if (!vector) return undefined
    this.file.spend(vector.length * width, vector.at)
    return Array.from({ length: vector.length }, (_, i) => read(vector.at + i * width))
  }

  private vector(index: number, width: number): { readonly at: number; readonly length: number } | undefined {
    const field = this.field(index, 4)
    if (field === undefined) return undefined
    const at = this.file.follow(field)
    const length = this.file.u32(at)
    if (at + 4 + length * width > this.file.bytes.length) throw damaged(`a list announces ${length} entries of ${width} bytes`, at)
    return { at: at + 4, length }
  }
}
