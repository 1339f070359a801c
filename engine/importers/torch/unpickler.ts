/** A restricted unpickler: a bounded stack machine that builds plain values and runs nothing. Source: CPython, Lib/pickletools.py. */
import { unsupported } from '../../base/errors.ts'
import { globalNamed, storageNamed } from './globals.ts'
import type { ByteReader } from './reader.ts'
import { Callable, damaged, PickleDict, PickleList, PickleObject, PickleSet, PickleTuple, type Storage, type Value } from './values.ts'

/** Checkpoints of this kind need some tens of thousands; beyond this, the file is not what it claims to be. */
const MAX_OPCODES = 4_000_000
const MAX_STACK = 1_000_000
const MAX_PICKLE_BYTES = 64 * 2 ** 20

const MARK = Symbol('mark')
type Slot = Value | typeof MARK

export interface UnpickleOptions {
  /** Hears of storages as they are named. */
  readonly onStorage?: (storage: Storage) => void
  /** Knows further globals than a state dict needs; undefined for those that it does not know either. */
  readonly globals?: (module: string, name: string) => Value | undefined
}

/** Reads one pickle at the reader's position and leaves the reader after it. Throws ScopeError. */
export function unpickle(reader: ByteReader, options: UnpickleOptions = {}): Value {
  return new Machine(reader, options).run()
}

class Machine {
  private readonly stack: Slot[] = []
  private readonly memo = new Map<number, Value>()
  /** Opcodes done, and items given to calls: a call on a long list, repeated, must not outrun the limit. */
  private work = 0

  constructor(
    private readonly reader: ByteReader,
    private readonly options: UnpickleOptions,
  ) {}

  run(): Value {
    const start = this.reader.position
    while (this.work++ < MAX_OPCODES) {
      if (this.reader.position - start > MAX_PICKLE_BYTES) throw damaged('its pickle is longer than 64 MiB')
      const code = this.reader.u8()
      if (code === 0x2e) return this.pop()
      this.step(code)
      if (this.stack.length > MAX_STACK) throw damaged(`its pickle needs a stack of more than ${MAX_STACK} values`)
    }
    throw damaged(`its pickle has more than ${MAX_OPCODES} opcodes`)
  }

  private step(code: number): void {
    const handler = HANDLERS.get(code)
    if (!handler) throw unsupported('PyTorch checkpoint', `its pickle has opcode 0x${code.toString(16)}, which state dicts do not need`, SAVE_STATE)
    handler(this, this.reader)
  }

  push(value: Value): void {
    this.stack.push(value)
  }

  mark(): void {
    this.stack.push(MARK)
  }

  pop(): Value {
    const value = this.stack.pop()
    if (value === undefined || value === MARK) throw damaged('its pickle takes a value that is not there')
    return value
  }

  top(): Value {
    const value = this.stack.at(-1)
    if (value === undefined || value === MARK) throw damaged('its pickle takes a value that is not there')
    return value
  }

  /** Values since the last mark, which is removed. */
  popMark(): Value[] {
    const start = this.stack.lastIndexOf(MARK)
    if (start < 0) throw damaged('its pickle goes back to a mark that is not there')
    const values = this.stack.splice(start)
    values.shift()
    return values as Value[]
  }

  discard(): void {
    if (this.stack.pop() === undefined) throw damaged('its pickle takes a value that is not there')
  }

  remember(index: number): void {
    this.memo.set(index, this.top())
  }

  memoSize(): number {
    return this.memo.size
  }

  recall(index: number): void {
    const value = this.memo.get(index)
    if (value === undefined) throw damaged(`its pickle recalls value ${index}, which it never stored`)
    this.push(value)
  }

  reduce(): void {
    const args = this.pop()
    const callable = this.pop()
    if (!(callable instanceof Callable) || !(args instanceof PickleTuple)) throw damaged('its pickle calls something that is not a function')
    for (const arg of args.items)
      if (arg instanceof PickleList || arg instanceof PickleTuple || arg instanceof PickleSet) this.work += arg.items.length
    this.push(callable.call(args.items))
  }

  persistent(): void {
    const storage = storageNamed(this.pop())
    this.options.onStorage?.(storage)
    this.push(storage)
  }

  append(values: readonly Value[]): void {
    const list = this.top()
    if (!(list instanceof PickleList)) throw damaged('its pickle appends to something that is not a list')
    for (const value of values) list.items.push(value)
  }

  addToSet(values: readonly Value[]): void {
    const set = this.top()
    if (!(set instanceof PickleSet)) throw damaged('its pickle adds to something that is not a set')
    for (const value of values) set.items.push(value)
  }

  setItems(values: readonly Value[]): void {
    const dict = this.top()
    if (!(dict instanceof PickleDict) || values.length % 2) throw damaged('its pickle fills something that is not a dict')
    fill(dict, values)
  }

  global(module: string, name: string): void {
    this.push(this.options.globals?.(module, name) ?? globalNamed(module, name))
  }

  /** Attributes set on a value; a state dict carries only version numbers this way. */
  build(): void {
    const state = this.pop()
    const value = this.top()
    if (value instanceof PickleObject) value.state = state
    else if (!(value instanceof PickleDict)) throw unsupported('PyTorch checkpoint', 'its pickle restores an object', SAVE_STATE)
  }
}

const SAVE_STATE = 'Save the state dict alone: torch.save(model.state_dict(), path)'

function fill(dict: PickleDict, values: readonly Value[]): PickleDict {
  for (let i = 0; i + 1 < values.length; i += 2) dict.entries.set(values[i] ?? null, values[i + 1] ?? null)
  return dict
}

function tuple(m: Machine, size: number): void {
  const items: Value[] = []
  for (let i = 0; i < size; i++) items.unshift(m.pop())
  m.push(new PickleTuple(items))
}

type Handler = (m: Machine, r: ByteReader) => void

/** By opcode. Names as in CPython's pickle.py. */
const HANDLERS: ReadonlyMap<number, Handler> = new Map<number, Handler>([
  [0x80, (_m, r) => protocol(r.u8())], // PROTO
  [0x95, (_m, r) => void r.u64()], // FRAME
  [0x28, (m) => m.mark()], // MARK
  [0x30, (m) => m.discard()], // POP
  [0x31, (m) => void m.popMark()], // POP_MARK
  [0x32, (m) => m.push(m.top())], // DUP
  [0x4e, (m) => m.push(null)], // NONE
  [0x88, (m) => m.push(true)], // NEWTRUE
  [0x89, (m) => m.push(false)], // NEWFALSE
  [0x49, (m, r) => m.push(integerLine(r.line()))], // INT
  [0x4c, (m, r) => m.push(integerLine(r.line().replace(/L$/, '')))], // LONG
  [0x46, (m, r) => m.push(floatLine(r.line()))], // FLOAT
  [0x4a, (m, r) => m.push(r.i32())], // BININT
  [0x4b, (m, r) => m.push(r.u8())], // BININT1
  [0x4d, (m, r) => m.push(r.u16())], // BININT2
  [0x8a, (m, r) => m.push(r.long(r.u8()))], // LONG1
  [0x8b, (m, r) => m.push(r.long(r.u32()))], // LONG4
  [0x47, (m, r) => m.push(r.f64BigEndian())], // BINFLOAT
  [0x56, (m, r) => m.push(r.line())], // UNICODE
  [0x53, (m, r) => m.push(r.line().replace(/^(['"])(.*)\1$/, '$2'))], // STRING
  [0x54, (m, r) => m.push(r.latin1(r.u32()))], // BINSTRING
  [0x55, (m, r) => m.push(r.latin1(r.u8()))], // SHORT_BINSTRING
  [0x58, (m, r) => m.push(r.utf8(r.u32()))], // BINUNICODE
  [0x8c, (m, r) => m.push(r.utf8(r.u8()))], // SHORT_BINUNICODE
  [0x8d, (m, r) => m.push(r.utf8(r.u64()))], // BINUNICODE8
  [0x42, (m, r) => m.push(r.take(r.u32()))], // BINBYTES
  [0x43, (m, r) => m.push(r.take(r.u8()))], // SHORT_BINBYTES
  [0x8e, (m, r) => m.push(r.take(r.u64()))], // BINBYTES8
  [0x5d, (m) => m.push(new PickleList())], // EMPTY_LIST
  [0x6c, (m) => m.push(new PickleList(m.popMark()))], // LIST
  [0x61, (m) => appendOne(m)], // APPEND
  [0x65, (m) => m.append(m.popMark())], // APPENDS
  [0x29, (m) => m.push(new PickleTuple([]))], // EMPTY_TUPLE
  [0x74, (m) => m.push(new PickleTuple(m.popMark()))], // TUPLE
  [0x85, (m) => tuple(m, 1)], // TUPLE1
  [0x86, (m) => tuple(m, 2)], // TUPLE2
  [0x87, (m) => tuple(m, 3)], // TUPLE3
  [0x7d, (m) => m.push(new PickleDict())], // EMPTY_DICT
  [0x64, (m) => m.push(fill(new PickleDict(), m.popMark()))], // DICT
  [0x73, (m) => setOne(m)], // SETITEM
  [0x75, (m) => m.setItems(m.popMark())], // SETITEMS
  [0x8f, (m) => m.push(new PickleSet())], // EMPTY_SET
  [0x90, (m) => m.addToSet(m.popMark())], // ADDITEMS
  [0x91, (m) => m.push(new PickleSet(m.popMark()))], // FROZENSET
  [0x67, (m, r) => m.recall(indexLine(r.line()))], // GET
  [0x68, (m, r) => m.recall(r.u8())], // BINGET
  [0x6a, (m, r) => m.recall(r.u32())], // LONG_BINGET
  [0x70, (m, r) => m.remember(indexLine(r.line()))], // PUT
  [0x71, (m, r) => m.remember(r.u8())], // BINPUT
  [0x72, (m, r) => m.remember(r.u32())], // LONG_BINPUT
  [0x94, (m) => m.remember(m.memoSize())], // MEMOIZE
  [0x63, (m, r) => m.global(r.line(), r.line())], // GLOBAL
  [0x93, (m) => stackGlobal(m)], // STACK_GLOBAL
  [0x52, (m) => m.reduce()], // REDUCE
  [0x81, (m) => m.reduce()], // NEWOBJ: for the classes known here, the same as calling them
  [0x62, (m) => m.build()], // BUILD
  [0x51, (m) => m.persistent()], // BINPERSID
])

function protocol(version: number): void {
  if (version > 5) throw unsupported('PyTorch checkpoint', `its pickle has protocol ${version}`, 'Protocols 0 to 5 are read')
}

function appendOne(m: Machine): void {
  const value = m.pop()
  m.append([value])
}

function setOne(m: Machine): void {
  const value = m.pop()
  const key = m.pop()
  m.setItems([key, value])
}

function stackGlobal(m: Machine): void {
  const name = m.pop()
  const module = m.pop()
  if (typeof name !== 'string' || typeof module !== 'string') throw damaged('its pickle names a global with something that is not text')
  m.global(module, name)
}

function integerLine(line: string): Value {
  if (line === '00') return false
  if (line === '01') return true
  if (!/^[+-]?\d{1,300}$/.test(line)) throw damaged('its pickle has a number that cannot be read')
  const value = Number(line)
  return Number.isSafeInteger(value) ? value : BigInt(line)
}

function floatLine(line: string): number {
  const value = Number(line)
  if (line.trim() === '' || (Number.isNaN(value) && line !== 'nan')) throw damaged('its pickle has a number that cannot be read')
  return value
}

function indexLine(line: string): number {
  if (!/^\d{1,10}$/.test(line)) throw damaged('its pickle has a memo index that cannot be read')
  return Number(line)
}
