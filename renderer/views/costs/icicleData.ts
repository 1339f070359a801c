/** The network as the icicle's tree: sections, units, ops, with the value of the chosen measure. */
import type { Translate } from '../../app/strings/index.ts'
import type { IcicleNode } from '../../charts/icicle/layout.ts'
import type { Rates } from '../../store/rates.ts'
import type { Selection } from '../../store/state.ts'
import type { ConventionId, LayerRow, NetworkView } from '../../workers/contract/index.ts'
import { sectionName } from '../explore/mapData.ts'

export const ICICLE_MEASURES = ['macs', 'params', 'bytes', 'ms'] as const
export type IcicleMeasure = (typeof ICICLE_MEASURES)[number]

/** What a cell stands for. */
export type IcicleRef =
  | { readonly kind: 'section'; readonly at: number }
  | { readonly kind: 'item'; readonly key: string }
  | { readonly kind: 'layer'; readonly name: string }

export function keyOf(ref: IcicleRef): string {
  return ref.kind === 'section' ? `section ${ref.at}` : ref.kind === 'item' ? `item ${ref.key}` : `layer ${ref.name}`
}

export function refOf(key: string): IcicleRef {
  const space = key.indexOf(' ')
  const rest = key.slice(space + 1)
  if (key.startsWith('section ')) return { kind: 'section', at: Number(rest) }
  return key.startsWith('item ') ? { kind: 'item', key: rest } : { kind: 'layer', name: rest }
}

export function layerValue(layer: LayerRow, measure: IcicleMeasure, convention: ConventionId, rates: ReadonlyMap<string, Rates> | null): number {
  switch (measure) {
    case 'macs':
      return layer.macs[convention]
    case 'params':
      return layer.params
    case 'bytes':
      return layer.bytes
    case 'ms':
      return rates?.get(layer.name)?.ms ?? 0
  }
}

export function icicleTree(
  t: Translate,
  network: NetworkView,
  measure: IcicleMeasure,
  convention: ConventionId,
  rates: ReadonlyMap<string, Rates> | null,
): IcicleNode[] {
  const items = new Map(network.items.map((i) => [i.key, i]))
  const leaf = (layer: LayerRow): IcicleNode => ({
    key: keyOf({ kind: 'layer', name: layer.name }),
    label: layer.title,
    value: layerValue(layer, measure, convention, rates),
    children: [],
  })
  return network.sections.map((section, at) => ({
    key: keyOf({ kind: 'section', at }),
    label: sectionName(t, section.key, section.label),
    value: 0,
    children: section.items.flatMap((key): IcicleNode[] => {
      const item = items.get(key)
      const layers = item?.layers.flatMap((i) => network.layers[i] ?? []) ?? []
      const leaves = layers.map(leaf)
      return item?.kind === 'unit' ? [{ key: keyOf({ kind: 'item', key }), label: item.label, value: 0, children: leaves }] : leaves
    }),
  }))
}

/** Layers of a cell, in network order. */
export function layersOf(network: NetworkView, ref: IcicleRef): LayerRow[] {
  if (ref.kind === 'layer') return network.layers.filter((l) => l.name === ref.name)
  const keys = ref.kind === 'item' ? [ref.key] : (network.sections[ref.at]?.items ?? [])
  const wanted = new Set(keys)
  return network.layers.filter((l) => wanted.has(l.item))
}

/** Cells that the one selection covers, and the one that arrow keys start from. */
export function selectedCells(network: NetworkView, { node, item, range }: Selection): { keys: ReadonlySet<string>; active: string | null } {
  if (node !== null) {
    const key = keyOf({ kind: 'layer', name: node })
    return { keys: new Set([key]), active: key }
  }
  if (range) {
    const inside = network.layers.slice(range[0], range[1] + 1)
    const section = network.sections.findIndex((_, at) => {
      const own = layersOf(network, { kind: 'section', at })
      return own[0]?.index === range[0] && own.at(-1)?.index === range[1]
    })
    if (section >= 0) {
      const key = keyOf({ kind: 'section', at: section })
      return { keys: new Set([key]), active: key }
    }
    return { keys: new Set(inside.map((l) => keyOf({ kind: 'layer', name: l.name }))), active: null }
  }
  if (item === null) return { keys: new Set(), active: null }
  const op = network.layers.find((l) => l.item === item && item.startsWith('op:'))
  const key = op ? keyOf({ kind: 'layer', name: op.name }) : keyOf({ kind: 'item', key: item })
  return { keys: new Set([key]), active: key }
}

export interface Shuffles {
  /** Layers of their own, and the bytes that they move; none of them costs a MAC. */
  readonly explicit: number
  readonly bytes: number
  /** Units whose shuffle lies in the stores of another op. */
  readonly inside: number
}

/** Shuffles as the stage has them. */
export function shufflesOf(network: NetworkView): Shuffles {
  const own = network.layers.filter((l) => l.op === 'channelShuffle')
  const fused = network.items.filter((i) => i.shuffle !== null && !own.some((l) => l.item === i.key))
  return { explicit: own.length, bytes: own.reduce((sum, l) => sum + l.bytes, 0), inside: fused.length }
}
