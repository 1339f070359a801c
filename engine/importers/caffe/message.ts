/** A message of Caffe as it was read, from text or bytes: lists of values by the names of their fields. */
import { badInput, type ScopeError } from '../../base/errors.ts'
import type { Blob } from './blob.ts'

export type Value = number | string | Message | Blob

export class Message {
  private readonly fields = new Map<string, Value[]>()
  /** Fields that the schema does not have: names in a text, numbers in bytes. */
  readonly unknown = new Set<string>()

  constructor(
    /** In the file: "line 3" or "byte 17". */
    readonly where: string,
  ) {}

  add(name: string, value: Value): number {
    const list = this.fields.get(name)
    if (list) return list.push(value)
    this.fields.set(name, [value])
    return 1
  }

  has(name: string): boolean {
    return this.fields.has(name)
  }

  /** Of a field that is given twice, the last counts, as in protobuf. */
  number(name: string): number | undefined {
    return this.numbers(name).at(-1)
  }

  string(name: string): string | undefined {
    return this.strings(name).at(-1)
  }

  numbers(name: string): number[] {
    return (this.fields.get(name) ?? []).filter((value) => typeof value === 'number')
  }

  strings(name: string): string[] {
    return (this.fields.get(name) ?? []).filter((value) => typeof value === 'string')
  }

  messages(name: string): Message[] {
    return (this.fields.get(name) ?? []).filter((value) => value instanceof Message)
  }

  message(name: string): Message | undefined {
    return this.messages(name).at(-1)
  }

  blobs(name: string): Blob[] {
    return (this.fields.get(name) ?? []).filter((value): value is Blob => typeof value === 'object' && !(value instanceof Message))
  }
}

export function damaged(why: string, where?: string): ScopeError {
  return badInput('Caffe model', why, 'The file may be damaged or cut short; fetch or export it again', where)
}
