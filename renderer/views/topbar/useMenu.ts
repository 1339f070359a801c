/** A menu of the top bar: closes when something else is pressed, and on Escape, which gives the focus back. */
import { type RefObject, useEffect, useRef } from 'react'

export function useMenu(): RefObject<HTMLDetailsElement | null> {
  const ref = useRef<HTMLDetailsElement>(null)
  useEffect(() => {
    const close = (event: Event) => {
      const menu = ref.current
      if (!menu?.open) return
      if (event instanceof KeyboardEvent ? event.key === 'Escape' : !menu.contains(event.target as Node)) {
        menu.open = false
        if (event instanceof KeyboardEvent) {
          event.preventDefault()
          menu.querySelector('summary')?.focus()
        }
      }
    }
    addEventListener('pointerdown', close)
    addEventListener('keydown', close, true)
    return () => {
      removeEventListener('pointerdown', close)
      removeEventListener('keydown', close, true)
    }
  }, [])
  return ref
}
