/** Steps back and forward through views: pure, one step for each thing that a person did. */
import { changedFields, type ViewState } from './viewState.ts'

export interface History {
  readonly past: readonly ViewState[]
  readonly present: ViewState
  readonly future: readonly ViewState[]
  /** The gesture that made the present; what else it brings about belongs to the same step. */
  readonly gesture: number
  /** When the present last changed, in milliseconds, and the fields that did. */
  readonly at: number
  readonly touched: readonly (keyof ViewState)[]
}

export interface Cause {
  readonly gesture: number
  readonly now: number
}

export const MAX_STEPS = 200
/** Moves of one slider by keys are one step while no pause is longer than this. */
const PAUSE_MS = 1000
/** Where one has looked is kept with a view, but looking around is no step. */
const PASSIVE: ReadonlySet<keyof ViewState> = new Set(['mapPlace'])
const SLIDING: ReadonlySet<keyof ViewState> = new Set(['whatIf', 'range', 'overlay', 'detectionThreshold'])

/** Begins anew, as where another model was opened: steps back would name units that it does not have. */
export function startHistory(present: ViewState, { gesture, now }: Cause): History {
  return { past: [], present, future: [], gesture, at: now, touched: [] }
}

/** Takes in the view as it now is. The same object where it is the same view. */
export function recordView(history: History, view: ViewState, { gesture, now }: Cause): History {
  const { past, present, future, at, touched } = history
  const changed = changedFields(present, view)
  if (changed.length === 0) return history
  if (changed.every((f) => PASSIVE.has(f))) return { ...history, present: view }
  if (gesture === history.gesture) return { past, present: view, future, gesture, at: now, touched: [...new Set([...touched, ...changed])] }
  const goesOn = now - at < PAUSE_MS && changed.every((f) => SLIDING.has(f) && touched.includes(f))
  if (goesOn && future.length === 0) return { past, present: view, future, gesture, at: now, touched: changed }
  return { past: [...past, present].slice(-MAX_STEPS), present: view, future: [], gesture, at: now, touched: changed }
}

/** One step back; null at the beginning. Changes that follow from the same gesture do not count as steps. */
export function stepBack({ past, present, future }: History, { gesture, now }: Cause): History | null {
  const view = past.at(-1)
  return view ? { past: past.slice(0, -1), present: view, future: [present, ...future], gesture, at: now, touched: [] } : null
}

/** One step forward again; null at the end. */
export function stepForward({ past, present, future }: History, { gesture, now }: Cause): History | null {
  const [view, ...rest] = future
  return view ? { past: [...past, present], present: view, future: rest, gesture, at: now, touched: [] } : null
}
