/** Keys that work everywhere; charts and tables handle those of their own. */
import type { StoreApi } from 'zustand'
import type { State } from '../store/state.ts'
import { STAGES } from '../workers/contract.ts'

export function listenToKeys(store: StoreApi<State>): void {
  addEventListener('keydown', (event) => {
    if (event.defaultPrevented) return
    const state = store.getState()
    const typing = event.target instanceof Element && event.target.matches('input:not([type=radio]):not([type=checkbox]), textarea, select')
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'o') {
      event.preventDefault()
      void state.chooseFile('any')
      return
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return
    // An open menu or dialog takes Escape for itself.
    if (event.key === 'Escape' && !state.dialog && !document.querySelector('details[open].menu')) {
      if (typing && event.target instanceof HTMLElement) event.target.blur()
      else state.up()
      return
    }
    if (typing || state.dialog) return
    const stage = STAGES[Number(event.key) - 1]
    if (event.key === '/') focusSearch(state)
    else if (event.key === '?') state.setDialog('keys')
    else if (event.key === 's') state.toggleShuffle()
    else if (stage) void state.setStage(stage)
    else if (event.key.startsWith('Arrow') && event.target === document.body && state.screen === 'explore') focusMap()
    else if (event.key === 'Enter' && event.target === document.body && state.selection.item) state.enter(state.selection.item)
    else return
    event.preventDefault()
  })
}

/** The search of the layer table, which is where names are found. */
function focusSearch(state: State): void {
  state.show('costs')
  state.setCostsTab('layers')
  const find = (tries: number) => {
    const input = document.querySelector<HTMLInputElement>('.costs input[type=search]')
    if (input) input.focus()
    else if (tries > 0) requestAnimationFrame(() => find(tries - 1))
  }
  find(60)
}

function focusMap(): void {
  document.querySelector<SVGElement>('.network-chart [tabindex="0"], .unit-chart [tabindex="0"]')?.focus()
}
