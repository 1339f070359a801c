/** The network in the terms of its map: sections with names, items with costs in words. */
import type { Translate } from '../../app/strings/index.ts'
import { short } from '../../charts/kit/format.ts'
import type { MapItem, MapSection } from '../../charts/network/layout.ts'
import type { ConventionId, NetworkItem, NetworkView, TraceView } from '../../workers/contract.ts'

export function sectionName(t: Translate, key: string, label: string): string {
  if (key === '') return t('explore.section.none')
  if (key === 'stem') return t('explore.section.stem')
  if (key === 'head' || key === 'classifier') return t('explore.section.head')
  return label
}

export function mapSections(t: Translate, network: NetworkView, convention: ConventionId, trace: TraceView | null = null): MapSection[] {
  const touched = new Map(trace?.items.map((i) => [i.key, i]))
  const items = new Map(network.items.map((i) => [i.key, i]))
  // A section may come back later in the order, so the place in the list is part of its key.
  return network.sections.map((section, i) => {
    const own = section.items.flatMap((key) => items.get(key) ?? [])
    const macs = own.reduce((sum, item) => sum + item.macs[convention], 0)
    const last = own.at(-1)
    const [, channels, height, width] = last?.outputShape ?? []
    const units = own.filter((item) => item.kind === 'unit').length
    const detail = [
      units > 0 ? t('explore.units', { n: units }) : t('explore.ops', { n: own.length }),
      channels === undefined ? '' : height === undefined ? `${channels}` : `${channels} × ${height} × ${width}`,
      macs > 0 ? t('model.macs', { n: short(macs) }) : '',
    ]
    return {
      key: `${section.key}@${i}`,
      label: sectionName(t, section.key, section.label),
      detail: detail.filter(Boolean).join('  ·  '),
      items: own.map((item) => ({ ...mapItem(item, convention), reach: touched.get(item.key) ?? null })),
    }
  })
}

function mapItem(item: NetworkItem, convention: ConventionId): Omit<MapItem, 'reach'> {
  const cost = item.macs[convention]
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
    costText: cost > 0 ? short(cost) : '',
  }
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
    cost: t('model.macs', { n: item.costText || 0 }),
  })
}
