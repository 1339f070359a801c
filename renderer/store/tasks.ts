/** Runs a piece of work as a task that can be seen and cancelled; a newer one of the same kind cancels the older. */
import type { ErrorFields } from '../../engine/index.ts'
import type { CallOptions } from '../workers/client.ts'
import type { Progress } from '../workers/contract/index.ts'
import { counted } from './pending.ts'
import type { Task } from './state.ts'

const running = new Map<string, AbortController>()

/** Stops a piece of work that is no longer wanted. */
export function cancelTask(kind: string): void {
  running.get(kind)?.abort()
}

export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ErrorFields | null }

/**
 * `show` is told of the task as it begins, moves and ends (null). A cancelled task fails with a null error: the user
 * knows why.
 */
export async function runTask<T>(
  kind: string,
  show: (task: Task | null) => void,
  work: (options: Required<CallOptions>) => Promise<T>,
  first: Progress | null = null,
): Promise<Outcome<T>> {
  running.get(kind)?.abort()
  const controller = new AbortController()
  running.set(kind, controller)
  const cancel = () => controller.abort()
  const isLatest = () => running.get(kind) === controller
  const onProgress = (progress: Progress) => {
    if (isLatest() && !controller.signal.aborted) show({ progress, cancel })
  }
  show({ progress: first, cancel })
  try {
    const value = await counted(work({ signal: controller.signal, onProgress }))
    if (controller.signal.aborted) return { ok: false, error: null }
    return { ok: true, value }
  } catch (thrown) {
    const error = fieldsOf(thrown)
    return { ok: false, error: controller.signal.aborted || error.code === 'cancelled' ? null : error }
  } finally {
    if (isLatest()) {
      running.delete(kind)
      show(null)
    }
  }
}

/** Fields of whatever was thrown, without the engine's code in the page. */
export function fieldsOf(thrown: unknown): ErrorFields {
  if (typeof thrown === 'object' && thrown !== null && 'what' in thrown && 'why' in thrown && 'hint' in thrown && 'code' in thrown) {
    const { code, what, why, hint, where } = thrown as ErrorFields
    return where === undefined ? { code, what, why, hint } : { code, what, why, hint, where }
  }
  const why = thrown instanceof Error ? thrown.message : String(thrown)
  return { code: 'internal', what: 'ShuffleScope', why, hint: 'Reload the window; if it happens again, please report it' }
}
