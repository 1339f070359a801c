/** What views read from the state: small, pure, outside of components. */
import type { LayerRow, NetworkItem } from '../workers/contract.ts'
import type { State } from './state.ts'

export function selectedLayer({ network, selection }: State): LayerRow | undefined {
  return selection.node === null ? undefined : network?.layers.find((l) => l.name === selection.node)
}

export function selectedItem({ network, selection }: State): NetworkItem | undefined {
  return selection.item === null ? undefined : network?.items.find((i) => i.key === selection.item)
}

/** Layers that the selection covers, as first and last index. */
export function selectedRange(state: State): readonly [number, number] | null {
  if (state.selection.range) return state.selection.range
  const layer = selectedLayer(state)
  if (layer) return [layer.index, layer.index]
  const layers = selectedItem(state)?.layers
  const first = layers?.[0]
  return first === undefined ? null : [first, layers?.at(-1) ?? first]
}

/** Milliseconds of a layer here, from the nodes of the loaded graph that it stands for; undefined before measuring. */
export function timeOf(profile: State['profile'], layer: LayerRow): number | undefined {
  if (!profile) return undefined
  const own = new Set([layer.name, ...layer.sources])
  return profile.nodes.reduce((sum, [name, ms]) => (own.has(name) ? sum + ms : sum), 0)
}

export function measured({ measureShown, convention, profile }: Pick<State, 'measureShown' | 'convention' | 'profile'>, layer: LayerRow): number {
  switch (measureShown) {
    case 'macs':
      return layer.macs[convention]
    case 'params':
      return layer.params
    case 'bytes':
      return layer.bytes
    case 'ms':
      return timeOf(profile, layer) ?? 0
  }
}
