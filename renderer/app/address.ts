/** Keeps the address in step with what is shown, and shows what an address says that is put into the open page. */
import type { StoreApi } from 'zustand'
import { beginGesture } from '../store/historySlice.ts'
import { counted } from '../store/pending.ts'
import type { State } from '../store/state.ts'
import { placeOfState, readPlace, writePlace } from './hash.ts'
import { openPlace } from './openFirst.ts'

/** Browsers refuse an address that changes more often than a few times a second for long, as a slider does. */
const QUIET_MS = 120

export function keepAddress(store: StoreApi<State>): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const write = () => {
    clearTimeout(timer)
    timer = undefined
    const state = store.getState()
    // Before a model is open the address still says which one to open.
    if (!state.model) return
    const next = writePlace(placeOfState(state))
    if (next === location.hash.slice(1)) return
    history.replaceState(null, '', `#${next}`)
    timer = setTimeout(write, QUIET_MS)
  }
  // The first change is written at once, since a reload right after it keeps the address that it began with.
  store.subscribe(() => timer ?? write())
  addEventListener('pagehide', write)
  addEventListener('hashchange', () => {
    beginGesture()
    clearTimeout(timer)
    timer = undefined
    void counted(openPlace(store, readPlace(location.hash)))
  })
}
