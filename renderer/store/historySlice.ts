/** Undo and redo of what is shown, and the watch over it that keeps the steps. */
import type { StoreApi } from 'zustand'
import { type Cause, type History, recordView, startHistory, stepBack, stepForward } from './history.ts'
import type { Slice, State } from './state.ts'
import { applyViewState, START_VIEW, viewStateOf } from './viewState.ts'

export interface HistorySlice {
  readonly history: History
  undo(): Promise<void>
  redo(): Promise<void>
}

let gesture = 0

/** Something new that a person does begins: a press, a key, a drop. What it changes, at once or later, is one step. */
export function beginGesture(): void {
  gesture++
}

const cause = (): Cause => ({ gesture, now: performance.now() })

export const initialHistory = { history: startHistory(START_VIEW, { gesture: 0, now: 0 }) } as const satisfies Partial<State>

export const historySlice: Slice<HistorySlice> = (set, get) => {
  const move = async (step: typeof stepBack) => {
    const history = step(get().history, cause())
    if (!history) return
    set({ history })
    await applyViewState({ getState: get, setState: set }, history.present)
  }
  return { ...initialHistory, undo: () => move(stepBack), redo: () => move(stepForward) }
}

/** Keeps the steps from now on. */
export function keepHistory(store: StoreApi<State>): void {
  store.subscribe((state, before) => {
    if (!state.model) return
    const view = viewStateOf(state)
    const history = state.handle === before.handle ? recordView(state.history, view, cause()) : startHistory(view, cause())
    if (history !== state.history) store.setState({ history })
  })
}

/** Tells what a person does from what merely follows from it. */
export function listenToGestures(target: EventTarget): void {
  const begin = (event: Event) => {
    if (event instanceof KeyboardEvent && event.repeat) return
    // A click that no pointer made, as of a screen reader; one that a pointer made belongs to its press.
    if (event.type === 'click' && event instanceof MouseEvent && event.detail > 0) return
    beginGesture()
  }
  for (const type of ['pointerdown', 'keydown', 'click', 'drop', 'paste', 'wheel'])
    target.addEventListener(type, begin, { capture: true, passive: true })
}
