/** The store as components reach it. */
import { createContext, useContext, useMemo } from 'react'
import type { StoreApi, UseBoundStore } from 'zustand'
import { type Translate, translator } from '../app/strings/index.ts'
import type { State } from './state.ts'

export const StoreContext = createContext<UseBoundStore<StoreApi<State>> | null>(null)

export function useStore<T>(selector: (state: State) => T): T {
  const store = useContext(StoreContext)
  if (!store) throw new Error('The store is missing above this component')
  return store(selector)
}

/** The translator of the chosen language. */
export function useText(): Translate {
  const locale = useStore((s) => s.locale)
  return useMemo(() => translator(locale), [locale])
}
