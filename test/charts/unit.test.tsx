import { describe, expect, it } from 'vitest'
import { fuse, shuffleSource } from '../../engine/index.ts'
import { UnitChart, type UnitChartProps } from '../../renderer/charts/unit/Chart.tsx'
import { unitLayout } from '../../renderer/charts/unit/layout.ts'
import { composed, reachOf } from '../../renderer/charts/unit/reach.ts'
import { unitView } from '../../renderer/workers/unitFlow.ts'
import { svgOf } from './svg.tsx'
import { unitOf, zooGraph } from './units.ts'

const SIZE = { width: 720, height: 320 }
const nothing = () => undefined
const props: Omit<UnitChartProps, 'view' | 'amount'> = {
  size: SIZE,
  lit: null,
  selected: null,
  words: { chart: 'Channel flow', bar: (name) => name, channel: (n) => `channel ${n}` },
  onHover: nothing,
  onPick: nothing,
  onSelectOp: nothing,
}

describe('unit chart', () => {
  const view = unitOf('shufflenet-v1-g3-0.25x', 'stage2/unit2')
  const down = unitOf('shufflenet-v1-g3-0.25x', 'stage3/unit1')

  it('draws a unit with its shuffle', async () => {
    await expect(svgOf(<UnitChart {...props} view={view} amount={1} />)).toMatchFileSnapshot('unit-shuffle.svg')
  })

  it('draws the same unit without its shuffle', async () => {
    await expect(svgOf(<UnitChart {...props} view={view} amount={0} />)).toMatchFileSnapshot('unit-no-shuffle.svg')
  })

  it('lights where a channel comes from and goes', async () => {
    const first = view.on.links[0]
    if (!first) throw new Error('the unit has no links')
    const lit = { tensor: first.to, channel: 4 }
    await expect(svgOf(<UnitChart {...props} view={view} amount={1} lit={lit} />)).toMatchFileSnapshot('unit-lit.svg')
  })

  it('draws a stride-2 unit with its pooled shortcut in a lane of its own', async () => {
    await expect(svgOf(<UnitChart {...props} view={down} amount={1} />)).toMatchFileSnapshot('unit-stride-2.svg')
  })

  it('gives one ribbon per pair of groups where single channels cannot be told apart', () => {
    const wide = unitOf('shufflenet-v1-g3-2.0x', 'stage4/unit2')
    const shuffle = unitLayout(wide, SIZE, 1).links.find((l) => l.kind === 'shuffle')
    expect(shuffle?.ribbons).toHaveLength(9)
  })

  it('draws groups side by side without the shuffle where it is fused into a convolution', () => {
    const graph = fuse(zooGraph('shufflenet-v1-g3-0.25x'))
    const fused = unitView(graph, 'stage2/unit2')
    if (!fused) throw new Error('the fused graph has no such unit')
    const spans = (amount: number) => unitLayout(fused, SIZE, amount).bars.map((bar) => bar.stripes.map((stripe) => stripe.d.split('M').length - 1))
    expect(spans(0).every((runs) => runs.every((n) => n === 1))).toBe(true)
    expect(spans(1).some((runs) => runs.some((n) => n > 1))).toBe(true)
  })

  it('keeps every bar inside the picture and bars of one column apart', () => {
    for (const scope of ['stage2/unit1', 'stage3/unit1', 'stage4/unit2']) {
      const { bars, height } = unitLayout(unitOf('shufflenet-v1-g8-1.0x', scope), SIZE, 1)
      for (const bar of bars) {
        expect(bar.y).toBeGreaterThanOrEqual(0)
        expect(bar.y + bar.height).toBeLessThanOrEqual(height)
        for (const other of bars)
          if (other !== bar && other.x === bar.x) expect(other.y >= bar.y + bar.height || bar.y >= other.y + other.height).toBe(true)
      }
    }
  })
})

describe('reach through a unit', () => {
  const view = unitOf('shufflenet-v1-g3-0.25x', 'stage2/unit2')
  const input = view.on.inputs[0] ?? -1
  const output = view.on.outputs[0] ?? -1
  const count = (row: Uint8Array | undefined) => row?.reduce((a, b) => a + b, 0)

  it('is the whole input with the shuffle and one group of three without', () => {
    const channels = view.on.tensors.find((t) => t.id === input)?.channels ?? 0
    for (const row of composed(view.on, input, output)) expect(count(row)).toBe(channels)
    for (const row of composed(view.off, input, output)) expect(count(row)).toBe(channels / 3)
  })

  it('agrees with the composed matrix, channel by channel', () => {
    const rows = composed(view.off, input, output)
    for (const channel of [0, 7, rows.length - 1])
      expect([...(reachOf(view.off, output, channel).get(input) ?? [])]).toEqual([...(rows[channel] ?? [])])
  })

  it('follows the permutation of the paper through the shuffle alone', () => {
    const link = view.on.links.find((l) => view.on.ops.find((o) => o.node === l.node)?.op === 'channelShuffle')
    if (!link) throw new Error('the unit has no shuffle')
    const channels = view.on.tensors.find((t) => t.id === link.to)?.channels ?? 0
    const source = shuffleSource(channels, { groups: 3, order: '(g,n)' })
    for (let c = 0; c < channels; c++) expect(reachOf(view.on, link.to, c).get(link.from)?.indexOf(1)).toBe(source[c])
  })
})
