/** Keys that work everywhere; charts and tables handle those of their own. */
import type { StoreApi } from 'zustand'
import type { State } from '../store/state.ts'
import { matchesKeys } from './commandKeys.ts'
import { COMMANDS } from './commands.ts'

/** Where letters are typed; sliders, radio buttons and boxes take none. */
const TYPING = 'input:not([type=radio]):not([type=checkbox]):not([type=range]), textarea, select, [contenteditable=true]'

export function listenToKeys(store: StoreApi<State>): void {
  addEventListener('keydown', (event) => {
    if (event.defaultPrevented) return
    const state = store.getState()
    const typing = event.target instanceof Element && event.target.matches(TYPING)
    // An open menu or dialog takes Escape for itself.
    if (event.key === 'Escape' && !state.dialog && !document.querySelector('details[open].menu')) {
      if (typing && event.target instanceof HTMLElement) event.target.blur()
      else state.up()
      return
    }
    if (state.dialog) return
    const command = COMMANDS.find((c) => c.keys?.some((k) => matchesKeys(k, event)) && (!c.bare || event.target === document.body))
    if (!command || (command.when && !command.when(state))) return
    // In a text, Ctrl+Z takes back what was typed, and letters are letters.
    if (typing && (!(event.ctrlKey || event.metaKey) || command.id === 'undo' || command.id === 'redo')) return
    event.preventDefault()
    command.run(state)
  })
  // The buttons at the side of a mouse; left to the browser they would leave the page.
  addEventListener('mouseup', (event) => {
    if (event.button !== 3 && event.button !== 4) return
    event.preventDefault()
    const { dialog, undo, redo } = store.getState()
    if (!dialog) void (event.button === 3 ? undo() : redo())
  })
}
