/** Checks of our own invariants; a failure is a bug here, never a user's mistake. */
import { ScopeError } from './errors.ts'

export function assert(condition: unknown, message: string): asserts condition {
  if (!condition)
    throw new ScopeError({ code: 'internal', what: 'Internal check', why: message, hint: 'Please report this with the file that caused it' })
}

/** The value at `index`, which the caller knows to exist. */
export function at<T>(list: ArrayLike<T>, index: number): T {
  const value = list[index]
  assert(value !== undefined, `index ${index} outside a list of ${list.length}`)
  return value
}
