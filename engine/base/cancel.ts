/** Cancellation: every long task takes an AbortSignal and calls this between pieces of work. */
import { cancelled } from './errors.ts'

/** Throws a `cancelled` ScopeError once the signal is aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined, what: string): void {
  if (signal?.aborted) throw cancelled(what)
}
