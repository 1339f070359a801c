/** Side b as part of what is shown: what of it an address can name, and the way back to it. */
import type { StoreApi } from 'zustand'
import type { State } from './state.ts'

/** A side that can be had again by its name alone. */
export type ComparedRef = { readonly kind: 'host' | 'zoo'; readonly id: string } | { readonly kind: 'noShuffle' }

/** Null where nothing is compared, or with a file, which an address cannot hold. */
export function comparedOf({ screen, compareSide }: Pick<State, 'screen' | 'compareSide'>): ComparedRef | null {
  if (screen !== 'compare' || !compareSide) return null
  const { ref } = compareSide
  if (ref.kind === 'noShuffle') return { kind: 'noShuffle' }
  return ref.kind === 'host' || ref.kind === 'zoo' ? { kind: ref.kind, id: ref.id } : null
}

export function writeCompared(ref: ComparedRef): string {
  return ref.kind === 'noShuffle' ? ref.kind : `${ref.kind}:${ref.id}`
}

export function readCompared(text: string): ComparedRef | undefined {
  if (text === 'noShuffle') return { kind: 'noShuffle' }
  const [kind, ...rest] = text.split(':')
  const id = rest.join(':')
  return (kind === 'host' || kind === 'zoo') && id !== '' && id.length <= 1000 ? { kind, id } : undefined
}

/** Opens the side that a view names, or takes away the one that it does not; a file stays until another side is chosen. */
export async function applyCompared({ getState }: Pick<StoreApi<State>, 'getState'>, wanted: ComparedRef | null): Promise<void> {
  const state = getState()
  if (state.screen !== 'compare') return
  const now = comparedOf(state)
  if (!wanted) {
    if (now) state.stopComparing()
    return
  }
  if (now && writeCompared(now) === writeCompared(wanted)) return
  if (wanted.kind === 'noShuffle') await state.compareWithoutShuffle()
  else if (wanted.kind === 'zoo') await state.compareWithZoo(wanted.id)
  else await state.compareWithHost(wanted.id)
}
