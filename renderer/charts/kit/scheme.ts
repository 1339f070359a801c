/** Whether the system asks for dark colours, followed as it changes: what is drawn on a canvas must be drawn again. */
import { useSyncExternalStore } from 'react'

const query = () => matchMedia('(prefers-color-scheme: dark)')

function follow(changed: () => void): () => void {
  const list = query()
  list.addEventListener('change', changed)
  return () => list.removeEventListener('change', changed)
}

export function useColourScheme(): 'dark' | 'light' {
  return useSyncExternalStore(follow, () => (query().matches ? 'dark' : 'light'))
}
