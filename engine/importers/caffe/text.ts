/** Reads a .prototxt: protobuf's text format, as far as files of Caffe use it. Source: protobuf.dev, "Text Format Language Specification". */
import { damaged, Message } from './message.ts'
import { type Kind, NET, type Schema } from './schema.ts'

const MAX_BYTES = 2 ** 24
/** Networks have hundreds. */
export const MAX_LAYERS = 20_000
/** Messages in messages; those of Caffe go five deep. */
const MAX_DEPTH = 32
/** Of one field. */
const MAX_VALUES = 1 << 16

/** Throws ScopeError with the line at fault. */
export function parseText(bytes: Uint8Array): Message {
  if (bytes.length > MAX_BYTES) throw damaged(`its text is ${bytes.length} bytes long, and ${MAX_BYTES} are read`)
  return new Parser(new TextDecoder().decode(bytes)).net()
}

const SPACE = /[\s,;]/
const WORD = /[\w.+-]/

class Parser {
  private at = 0
  private line = 1

  constructor(private readonly text: string) {}

  net(): Message {
    const net = new Message('line 1')
    this.fields(net, NET, '', 0)
    return net
  }

  /** Fields up to `close`, or to the end of the text where that is empty. Without a schema they are only passed over. */
  private fields(into: Message, schema: Schema | undefined, close: string, depth: number): void {
    if (depth > MAX_DEPTH) throw this.fail(`messages lie more than ${MAX_DEPTH} deep in one another`)
    for (;;) {
      this.space()
      const next = this.text[this.at]
      if (next === undefined) {
        if (close === '') return
        throw this.fail(`the text ends where "${close}" is missing`)
      }
      if (next === close) {
        this.at++
        return
      }
      this.field(into, schema, depth)
    }
  }

  private field(into: Message, schema: Schema | undefined, depth: number): void {
    const name = this.word()
    if (!/^[A-Za-z_]\w*$/.test(name)) throw this.fail(`"${name.slice(0, 40) || this.text[this.at]}" is no name of a field`)
    const known = schema && Object.hasOwn(schema, name) ? schema[name] : undefined
    if (schema && !known) into.unknown.add(name)
    const kind = known?.kind ?? 'skip'
    this.space()
    const colon = this.take(':')
    this.space()
    if (this.take('[')) this.list(into, name, kind, depth)
    else this.value(into, name, kind, depth, colon)
  }

  private list(into: Message, name: string, kind: Kind, depth: number): void {
    for (;;) {
      this.space()
      if (this.take(']')) return
      this.value(into, name, kind, depth, true)
    }
  }

  private value(into: Message, name: string, kind: Kind, depth: number, scalar: boolean): void {
    const close = this.take('{') ? '}' : this.take('<') ? '>' : ''
    if (close) {
      const inner = new Message(`line ${this.line}`)
      const schema = typeof kind === 'object' && 'message' in kind ? kind.message : undefined
      this.fields(inner, schema, close, depth + 1)
      if (schema) this.add(into, name, inner)
      else if (kind !== 'skip' && kind !== 'blob') throw this.fail(`the field "${name}" is a message where a value should be`)
      return
    }
    if (!scalar) throw this.fail(`the field "${name}" has no value`)
    const quote = this.text[this.at]
    if (quote === '"' || quote === "'") {
      const text = this.strings()
      if (kind === 'string') this.add(into, name, text)
      else if (kind !== 'skip') throw this.fail(`the field "${name}" is a string`)
      return
    }
    const word = this.word()
    if (word === '') throw this.fail(`the field "${name}" has no value`)
    if (kind !== 'skip') this.add(into, name, this.scalar(name, kind, word))
  }

  private add(into: Message, name: string, value: string | number | Message): void {
    const count = into.add(name, value)
    const most = name === 'layer' || name === 'layers' ? MAX_LAYERS : MAX_VALUES
    if (count > most) throw this.fail(`it has more than ${most} values of "${name}"`)
  }

  private scalar(name: string, kind: Kind, word: string): number | string {
    const no = (): Error => this.fail(`"${word.slice(0, 40)}" is no value of the field "${name}"`)
    if (kind === 'bool') {
      const index = ['false', 'true', 'f', 't', '0', '1', 'False', 'True'].indexOf(word)
      if (index < 0) throw no()
      return index % 2
    }
    if (kind === 'int') {
      const value = /^-?(\d{1,16}|0x[0-9a-f]{1,12})$/i.test(word) ? Number(word) : Number.NaN
      if (!Number.isSafeInteger(value)) throw no()
      return value
    }
    if (kind === 'float') {
      const plain = word.replace(/f$/i, '')
      if (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(plain)) return Number(plain)
      const special = /^(-?)(?:(inf|infinity)|nan)$/i.exec(word)
      if (!special) throw no()
      return special[2] === undefined ? Number.NaN : special[1] ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
    }
    if (typeof kind === 'object' && 'names' in kind) {
      if (Object.hasOwn(kind.names, word)) return word
      const named = Object.keys(kind.names).find((key) => String(kind.names[key]) === word)
      // One that is not known is said as such by the layer that has it.
      return named ?? word
    }
    throw no()
  }

  /** Strings side by side are one. */
  private strings(): string {
    let result = ''
    for (;;) {
      const quote = this.text[this.at]
      if (quote !== '"' && quote !== "'") return result
      result += this.string(quote)
      this.space()
    }
  }

  private string(quote: string): string {
    const start = ++this.at
    for (; this.at < this.text.length; this.at++) {
      const c = this.text[this.at]
      if (c === '\n') break
      if (c === '\\') this.at++
      else if (c === quote) return unescaped(this.text.slice(start, this.at++))
    }
    throw this.fail('a string does not end in its line')
  }

  private word(): string {
    const start = this.at
    while (this.at < this.text.length && WORD.test(this.text[this.at] ?? '')) this.at++
    return this.text.slice(start, this.at)
  }

  private take(char: string): boolean {
    if (this.text[this.at] !== char) return false
    this.at++
    return true
  }

  /** Passes over blanks, separators and comments. */
  private space(): void {
    for (; this.at < this.text.length; this.at++) {
      const c = this.text[this.at] ?? ''
      if (c === '#') {
        const end = this.text.indexOf('\n', this.at)
        this.at = (end < 0 ? this.text.length : end) - 1
      } else if (c === '\n') this.line++
      // Some editors leave a mark of byte order at the beginning.
      else if (c !== '\ufeff' && !SPACE.test(c)) return
    }
  }

  private fail(why: string): Error {
    return damaged(why, `line ${this.line}`)
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' }

function unescaped(text: string): string {
  return text.replace(/\\(x[0-9a-f]{1,2}|[0-7]{1,3}|.)/gi, (_, code: string) => {
    if (/^x[0-9a-f]/i.test(code)) return String.fromCharCode(Number.parseInt(code.slice(1), 16))
    if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8))
    return ESCAPES[code] ?? code
  })
}
