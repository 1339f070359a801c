/** The network in the terms of its map: sections with names, items with costs in words. */
import type { Translate } from '../../app/strings/index.ts'
import { shape, short } from '../../charts/kit/format.ts'
import type { MapItem, MapSection } from '../../charts/network/layout.ts'
import type { MapOp } from '../../charts/network/OpGraphView.tsx'
import type { OpGraph } from '../../charts/network/opGraph.ts'
import type { NetworkItem, NetworkView, TraceFlow, TraceItem, TraceView } from '../../workers/contract/index.ts'
import type { Measuring } from './measures.ts'

export function sectionName(t: Translate, key: string, label: string): string {
  if (key === '') return t('explore.section.none')
  if (key === 'stem') return t('explore.section.stem')
  if (key === 'head' || key === 'classifier') return t('explore.section.head')
  return label
}

export function mapSections(t: Translate, network: NetworkView, measuring: Measuring, trace: TraceView | null = null): MapSection[] {
  const touched = new Map(trace?.items.map((i) => [i.key, i]))
  const flows = new Map<string, TraceFlow[]>()
  for (const flow of trace?.flows ?? []) flows.set(flow.to, [...(flows.get(flow.to) ?? []), flow])
  const items = new Map(network.items.map((i) => [i.key, i]))
  const next = readersOf(network)
  const layersOf = (item: NetworkItem) => item.layers.flatMap((i) => network.layers[i] ?? [])
  // A section may come back later in the order, so the place in the list is part of its key.
  return network.sections.map((section, i) => {
    const own = section.items.flatMap((key) => items.get(key) ?? [])
    const total = measuring.sum(own.flatMap(layersOf))
    const last = own.at(-1)
    const [, channels, height, width] = last?.outputShape ?? []
    const units = own.filter((item) => item.kind === 'unit').length
    const detail = [
      units > 0 ? t('explore.units', { n: units }) : t('explore.ops', { n: own.length }),
      channels === undefined ? '' : height === undefined ? `${channels}` : `${channels} × ${height} × ${width}`,
      total !== null && total > 0 ? measuring.words(total) : '',
    ]
    return {
      key: `${section.key}@${i}`,
      label: sectionName(t, section.key, section.label),
      detail: detail.filter(Boolean).join('  ·  '),
      items: own.map((item) => ({
        ...mapItem(item, measuring.sum(layersOf(item)), measuring),
        next: next.get(item.key) ?? [],
        reach: reachOf(touched.get(item.key), flows.get(item.key)),
      })),
    }
  })
}

/** Of several tensors that come in, the one with most touched channels is drawn. */
function reachOf(touched: TraceItem | undefined, flows: readonly TraceFlow[] = []): MapItem['reach'] {
  if (!touched) return null
  const sum = (flow: TraceFlow) => flow.groups.reduce((total, g) => total + g.reached, 0)
  const flow = flows.reduce<TraceFlow | null>((most, f) => (most === null || sum(f) > sum(most) ? f : most), null)
  return { side: touched.side, groups: touched.groups, flow }
}

/** For each item, those that read what it computes, in network order. */
function readersOf({ edges, layers }: NetworkView): ReadonlyMap<string, readonly string[]> {
  const readers = new Map<string, string[]>()
  for (const { from, to } of edges) {
    const [a, b] = [layers[from]?.item, layers[to]?.item]
    if (a === undefined || b === undefined || a === b) continue
    const list = readers.get(a)
    if (!list) readers.set(a, [b])
    else if (!list.includes(b)) list.push(b)
  }
  return readers
}

function mapItem(item: NetworkItem, cost: number | null, { text, words }: Measuring): Omit<MapItem, 'reach' | 'next'> {
  return {
    key: item.key,
    kind: item.kind,
    label: item.label,
    groups: item.groups,
    stride: item.stride,
    shuffleGroups: item.shuffle?.groups ?? null,
    join: item.join,
    channelsIn: item.channelsIn,
    channelsOut: item.channelsOut,
    cost,
    costText: cost !== null && cost > 0 ? text(cost) : '',
    costWords: cost === null ? '' : words(cost),
  }
}

/** The layers as ops of the map, by index. */
export function mapOps(network: NetworkView, measuring: Measuring): ReadonlyMap<number, MapOp> {
  const values = network.layers.map(measuring.layer)
  const most = Math.max(Number.MIN_VALUE, ...values.map((v) => v ?? 0))
  return new Map(
    network.layers.map((layer, i) => {
      const value = values[i] ?? null
      const shuffled = layer.op === 'channelShuffle'
      return [
        layer.index,
        {
          layer: layer.index,
          name: layer.name,
          item: layer.item,
          label: layer.title,
          short: layer.label,
          costText: value === null ? '–' : value > 0 ? measuring.text(value) : '',
          share: value === null ? null : value / most,
          shape: shape(layer.outputShape),
          params: layer.params > 0 ? short(layer.params) : '',
          groups: layer.kind === 'depthwise' || shuffled ? 1 : (layer.groups ?? 1),
          shuffleGroups: shuffled ? layer.groups : null,
          sources: layer.sources,
        },
      ]
    }),
  )
}

/** A unit's ops with the edges between them and from outside (-1), to be laid out in its box. */
export function opGraphOf(network: NetworkView, key: string, aspect: number): OpGraph | undefined {
  let inner = innerEdges.get(network)
  if (!inner) {
    inner = new Map(network.items.map((i) => [i.key, { ops: i.layers, edges: [] }]))
    for (const { from, to } of network.edges) {
      const item = network.layers[to]?.item
      const own = item === undefined ? undefined : inner.get(item)?.edges
      const start = network.layers[from]?.item === item ? from : -1
      if (own && !(start === -1 && own.some(([a, b]) => a === -1 && b === to))) own.push([start, to])
    }
    innerEdges.set(network, inner)
  }
  const own = inner.get(key)
  return own && { key, aspect, ...own }
}

const innerEdges = new WeakMap<NetworkView, Map<string, { readonly ops: readonly number[]; readonly edges: [number, number][] }>>()

export function describeOp(t: Translate, { name, label, shape, costText }: MapOp): string {
  return t('explore.op', { name, label, shape, cost: costText || '0' })
}

/** With what a trace touches of it, where it touches it. */
export function describeItem(t: Translate, item: MapItem): string {
  return [itemText(t, item), item.reach ? reachText(t, item.reach) : ''].filter(Boolean).join('\n')
}

/** How many channels at the end of an item a traced channel comes from or goes to, in all and by group. */
export function reachText(t: Translate, { side, groups }: NonNullable<MapItem['reach']>): string {
  const sum = (of: 'reached' | 'size') => groups.reduce((total, g) => total + g[of], 0)
  const all = t(side === 'before' ? 'trace.before' : 'trace.after', { reached: sum('reached'), all: sum('size') })
  if (groups.length < 2) return all
  return `${all}; ${groups.map((g, i) => t('trace.group', { n: i, reached: g.reached, all: g.size })).join(', ')}`
}

function itemText(t: Translate, item: MapItem): string {
  return t('explore.item', {
    name: item.key.replace(/^op:/, ''),
    groups: item.groups > 1 ? t('explore.groups', { n: item.groups }) : '',
    stride: item.stride > 1 ? t('explore.stride', { n: item.stride }) : '',
    shuffle: item.shuffleGroups === null ? '' : t('explore.shuffle'),
    channelsIn: item.channelsIn,
    channelsOut: item.channelsOut,
    cost: item.costWords || t('explore.unmeasured'),
  })
}
