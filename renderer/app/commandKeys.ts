/** Keys of commands: whether an event is theirs, and how they are written. */

export interface Keys {
  /** As in KeyboardEvent.key; letters in lower case. */
  readonly key: string
  /** Ctrl, or Cmd on a Mac. */
  readonly mod?: boolean
  readonly shift?: boolean
  readonly alt?: boolean
}

export type KeyEvent = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>

export function matchesKeys({ key, mod = false, shift = false, alt = false }: Keys, event: KeyEvent): boolean {
  const pressed = event.key.length === 1 ? event.key.toLowerCase() : event.key
  // Signs need Shift on some keyboards and not on others; for letters and named keys it is part of the command.
  const minds = pressed.length > 1 || pressed.toUpperCase() !== pressed
  return pressed === key && (event.ctrlKey || event.metaKey) === mod && event.altKey === alt && (!minds || event.shiftKey === shift)
}

const SIGNS: Readonly<Record<string, string>> = { ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓', Escape: 'Esc' }

/** One text for each key cap. */
export function keyCaps({ key, mod, shift, alt }: Keys, isMac: boolean): string[] {
  const cap = SIGNS[key] ?? (mod && key.length === 1 ? key.toUpperCase() : key)
  return [...(mod ? [isMac ? '⌘' : 'Ctrl'] : []), ...(alt ? [isMac ? '⌥' : 'Alt'] : []), ...(shift ? [isMac ? '⇧' : 'Shift'] : []), cap]
}

/** As `aria-keyshortcuts` wants it. */
export function ariaKeys({ key, mod, shift, alt }: Keys, isMac: boolean): string {
  return [...(mod ? [isMac ? 'Meta' : 'Control'] : []), ...(alt ? ['Alt'] : []), ...(shift ? ['Shift'] : []), key].join('+')
}

export const onMac = (): boolean => /mac/i.test(navigator.platform)
