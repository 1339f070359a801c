/** Finds units, ops and tensors of a network by their names, and ops by their kind. */

import { searchWords } from '../../ui/searchWords.ts'
import type { NetworkView } from '../../workers/contract/index.ts'

export interface Found {
  readonly kind: 'section' | 'unit' | 'op' | 'tensor'
  readonly name: string
  /** What it is, or where. */
  readonly detail: string
  /** Place of a section in the network. */
  readonly section?: number
  readonly item?: string
  /** Name of the op, or of the one that computes the tensor. */
  readonly node?: string
  readonly layer?: number
}

/** More than this nobody reads. */
const MOST = 40

const searched = new WeakMap<NetworkView, readonly (Found & { readonly text: string })[]>()

/** Everything that can be found, in network order within its kind. */
function entriesOf(network: NetworkView): readonly (Found & { readonly text: string })[] {
  const known = searched.get(network)
  if (known) return known
  const { sections, items, layers, edges } = network
  const tensors = new Map<string, Found>()
  for (const { from, tensor } of edges) {
    const layer = layers[from]
    if (layer && tensor !== layer.name && !tensors.has(tensor))
      tensors.set(tensor, { kind: 'tensor', name: tensor, detail: layer.name, item: layer.item, node: layer.name, layer: from })
  }
  const all: Found[] = [
    ...sections.map((s, i): Found => ({ kind: 'section', name: s.label, detail: s.key, section: i })),
    ...items.filter((i) => i.kind === 'unit').map((i): Found => ({ kind: 'unit', name: i.key, detail: i.label, item: i.key })),
    ...layers.map((l): Found => ({ kind: 'op', name: l.name, detail: l.title, item: l.item, node: l.name, layer: l.index })),
    ...tensors.values(),
  ]
  const entries = all.map((found) => ({
    ...found,
    text: `${found.name}\n${found.detail}${found.kind === 'op' ? `\n${layers[found.layer ?? -1]?.op ?? ''}` : ''}`.toLowerCase(),
  }))
  searched.set(network, entries)
  return entries
}

/** What holds every word of `query`: names that begin with it first, then names that hold it, then the rest. */
export function searchNetwork(network: NetworkView, query: string): Found[] {
  const whole = query.trim().toLowerCase()
  const words = searchWords(whole)
  if (words.length === 0) return []
  const rank = ({ text }: { readonly text: string }) => (text.startsWith(whole) ? 0 : (text.split('\n')[0] ?? '').includes(whole) ? 1 : 2)
  return entriesOf(network)
    .filter(({ text }) => words.every((w) => text.includes(w)))
    .map((entry) => ({ entry, rank: rank(entry) }))
    .sort((a, b) => a.rank - b.rank)
    .slice(0, MOST)
    .map(({ entry: { text: _, ...found } }) => found)
}
