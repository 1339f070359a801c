/**
 * Copies numbers as they are, with a quiet confirmation. An element with `data-copy` holds the exact value of what it
 * shows: a click copies it, and so does Ctrl+C while it has the focus. In a row that can be selected a click selects
 * first, and copies the number once the row is selected; Ctrl+C copies the row, its cells apart by tabs.
 */
import type { StoreApi } from 'zustand'
import type { State } from '../store/state.ts'
import { translator } from './strings/index.ts'

/** What Ctrl+C takes from the element with the focus; null where it has nothing of its own. */
export function copyOf(element: Element | null): string | null {
  const own = element?.closest<HTMLElement>('[data-copy]')?.dataset.copy
  if (own !== undefined) return own
  if (element?.tagName !== 'TR') return null
  const cells = [...element.children].filter((c) => c.getAttribute('aria-hidden') !== 'true')
  return cells.map((c) => (c instanceof HTMLElement ? (c.dataset.copy ?? c.textContent?.trim() ?? '') : '')).join('\t')
}

/** Copies as Edit > Copy does. */
function copyBy(value: string): void {
  const give = (event: ClipboardEvent) => {
    event.clipboardData?.setData('text/plain', value)
    event.preventDefault()
    event.stopImmediatePropagation()
  }
  addEventListener('copy', give, { capture: true, once: true })
  document.execCommand('copy')
}

export function listenToCopies(store: StoreApi<State>): void {
  const say = (text: string) => {
    const { locale, say } = store.getState()
    say(translator(locale)('copy.done', { value: text.replaceAll('\t', ' ') }))
  }
  // Before the click selects a row, so that only a row that was selected is copied from.
  addEventListener(
    'click',
    (event) => {
      if (!(event.target instanceof Element) || event.detail > 1) return
      const element = event.target.closest<HTMLElement>('[data-copy]')
      const value = element?.dataset.copy
      const row = element?.closest('tr')
      if (value === undefined || row?.getAttribute('aria-selected') === 'false') return
      const written = navigator.clipboard?.writeText(value) ?? Promise.reject(new Error('no clipboard'))
      // Where the page has no leave for the clipboard, the copying of the browser itself still works.
      void written.catch(() => copyBy(value)).then(() => say(value))
    },
    { capture: true },
  )
  addEventListener('copy', (event) => {
    if (getSelection()?.isCollapsed === false) return
    const value = copyOf(document.activeElement)
    if (value === null || !event.clipboardData) return
    event.clipboardData.setData('text/plain', value)
    event.preventDefault()
    say(value)
  })
}
