/** Lets messages through now and then in long work, so that a cancel is seen. */
import { throwIfCancelled } from '../../engine/index.ts'

const PAUSE_MS = 40

/** A function to be awaited between pieces of work. It throws ScopeError `cancelled` once the signal is aborted. */
export function breathing(signal: AbortSignal, what: string): () => Promise<void> {
  let paused = performance.now()
  return async () => {
    throwIfCancelled(signal, what)
    if (performance.now() - paused < PAUSE_MS) return
    await new Promise((resolve) => setTimeout(resolve, 0))
    paused = performance.now()
    throwIfCancelled(signal, what)
  }
}
