/** What a restricted pickle can hold. Containers are classes of our own, so that no key of a file reaches a prototype. */
import { badInput, type ScopeError } from '../../base/errors.ts'
import type { ElementName } from './state.ts'

export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleList
  | PickleTuple
  | PickleDict
  | PickleSet
  | Callable
  | StorageType
  | Storage
  | TensorValue
  | PickleObject

export class PickleList {
  constructor(readonly items: Value[] = []) {}
}
export class PickleTuple {
  constructor(readonly items: readonly Value[]) {}
}
export class PickleSet {
  constructor(readonly items: Value[] = []) {}
}
export class PickleDict {
  readonly entries = new Map<Value, Value>()
}

/** One of the few functions and classes that a checkpoint may name. */
export class Callable {
  constructor(
    readonly name: string,
    readonly call: (args: readonly Value[]) => Value,
  ) {}
}

export class StorageType {
  constructor(
    readonly name: string,
    readonly element: ElementName,
  ) {}
}

/** A storage named in the pickle; its bytes are found after the pickle has been read. */
export class Storage {
  constructor(
    readonly key: string,
    readonly element: ElementName,
    /** Elements, as declared. */
    readonly size: number,
  ) {}
}

export class TensorValue {
  constructor(
    readonly storage: Storage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}
}

/** An instance of a class that is known by its name alone; `state` is what it was restored with. */
export class PickleObject {
  state: Value = null
  constructor(readonly name: string) {}
}

export function damaged(why: string): ScopeError {
  return badInput('PyTorch checkpoint', why, 'The file is damaged or incomplete; fetch it again')
}

/** A whole number from 0 to 2^53, or an error that names `role`. */
export function extentOf(value: Value | undefined, role: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw damaged(`its ${role} is not a whole number`)
  return value
}

export function extentsOf(value: Value | undefined, role: string): number[] {
  if (!(value instanceof PickleTuple) && !(value instanceof PickleList)) throw damaged(`its ${role} is not a list`)
  if (value.items.length > 64) throw damaged(`its ${role} has ${value.items.length} axes`)
  return value.items.map((item) => extentOf(item, role))
}
