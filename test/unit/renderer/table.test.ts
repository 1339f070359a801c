import { describe, expect, it } from 'vitest'
import { ratesOf } from '../../../renderer/store/rates.ts'
import { findLayers, NETWORK_ORDER, needsRates, sortLayers, withSubtotals } from '../../../renderer/views/costs/table.ts'
import type { LayerRow } from '../../../renderer/workers/contract/index.ts'

function layer(index: number, name: string, section: string, macs: number, groups: number | null = null): LayerRow {
  return {
    index,
    node: index,
    name,
    op: 'conv2d',
    title: '1×1 conv',
    label: 'Conv 1×1',
    kind: groups === null ? 'pointwise' : 'pointwiseGrouped',
    groups,
    inputShape: [1, 3, 8, 8],
    outputShape: [1, 4, 8, 8],
    macs: { paper: macs, conv: macs, 'conv+fc': macs, all: macs + 1 },
    params: 10,
    bytes: 0,
    section,
    item: section,
    sources: [`source.${name}`],
    facts: [],
  }
}
const layers = [
  layer(0, 'stem.conv', 'stem', 5),
  layer(1, 'a.conv10', 'stage2', 7, 3),
  layer(2, 'a.conv9', 'stage2', 7),
  layer(3, 'b.conv', 'stage2', 1),
]
const names = (rows: readonly LayerRow[]) => rows.map((l) => l.name)

describe('layer table', () => {
  it('finds rows in which every word occurs, in name, op, groups or source names', () => {
    expect(names(findLayers(layers, 'A. conv'))).toEqual(['a.conv10', 'a.conv9'])
    expect(names(findLayers(layers, 'g3'))).toEqual(['a.conv10'])
    expect(names(findLayers(layers, 'source.b'))).toEqual(['b.conv'])
    expect(findLayers(layers, '   ')).toHaveLength(4)
    expect(findLayers(layers, 'nowhere')).toHaveLength(0)
  })

  it('sorts by MACs with network order among equals, and names with their numbers as numbers', () => {
    expect(names(sortLayers(layers, { column: 'macs', descending: true }, 'paper'))).toEqual(['a.conv10', 'a.conv9', 'stem.conv', 'b.conv'])
    expect(names(sortLayers(layers, { column: 'name', descending: false }, 'paper'))).toEqual(['a.conv9', 'a.conv10', 'b.conv', 'stem.conv'])
  })

  it('sorts by what was measured, sums it, and knows which orders need it', () => {
    const rates = new Map(
      [0.5, 0.1, 0.4, 0.2].map((ms, i) => [layers[i]?.name ?? '', ratesOf({ ms, macs: 1e6, bytes: 1e5 }, { gmacs: 20, gbs: 10 })] as const),
    )
    expect(names(sortLayers(layers, { column: 'ms', descending: true }, 'paper', rates))).toEqual(['stem.conv', 'a.conv9', 'b.conv', 'a.conv10'])
    expect(names(sortLayers(layers, { column: 'peak', descending: true }, 'paper', rates))).toEqual(['a.conv10', 'b.conv', 'a.conv9', 'stem.conv'])
    const sum = withSubtotals(layers, NETWORK_ORDER, 'paper', rates).at(-1)
    expect(sum?.kind === 'subtotal' ? sum.ms : undefined).toBeCloseTo(0.7)
    expect((['ms', 'gmacs', 'peak', 'macs', 'index'] as const).map(needsRates)).toEqual([true, true, true, false, false])
  })

  it('sums sections in network order only', () => {
    const rows = withSubtotals(layers, { column: 'index', descending: false }, 'all')
    expect(rows.filter((r) => r.kind === 'subtotal')).toEqual([
      { kind: 'subtotal', section: 'stage2', layers: 3, macs: 18, params: 30, bytes: 0, ms: 0 },
    ])
    expect(rows.at(-1)?.kind).toBe('subtotal')
    expect(withSubtotals(layers, { column: 'macs', descending: true }, 'all').some((r) => r.kind === 'subtotal')).toBe(false)
  })
})
