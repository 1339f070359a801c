/** What the sliders start from, what they hold, and which published figure a total stands beside. */

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { buildZooModel, type Model, openModel, recognise, shuffleNetV1Cost, tensorOf, V1_WIDTHS } from '../../../engine/index.ts'
import { translator } from '../../../renderer/app/strings/index.ts'
import { type BarKind, type BarRow, sumOf } from '../../../renderer/charts/bars/layout.ts'
import { icicleLayout } from '../../../renderer/charts/icicle/layout.ts'
import { barRows, segmentLayers, selectedSegments } from '../../../renderer/views/costs/barsData.ts'
import { type IcicleMeasure, icicleTree, keyOf, layersOf, refOf, selectedCells, shufflesOf } from '../../../renderer/views/costs/icicleData.ts'
import { reconcile } from '../../../renderer/views/costs/reconcile.ts'
import { reconciliationText } from '../../../renderer/views/costs/reconcileText.ts'
import { BUDGETS, baselineOf, budgetOf, changeText, costOf, heldRows, inputSizes, stageBars, stagesOf } from '../../../renderer/views/whatif/data.ts'
import type { ModelView, NetworkView } from '../../../renderer/workers/contract/index.ts'
import { networkView } from '../../../renderer/workers/network.ts'
import { sharedPath } from '../../fixtures/shared.ts'

function viewsOf(model: Model): { network: NetworkView; model: ModelView } {
  const { graph } = model
  const shapeOf = (ids: readonly number[]) => tensorOf(graph, ids[0] ?? -1).fact.shape
  const view: ModelView = {
    id: model.id,
    title: model.title,
    format: model.format,
    params: 0,
    inputShape: shapeOf(graph.inputs),
    inputName: 'input',
    classes: shapeOf(graph.outputs)[1] ?? null,
    provenance: '',
    notice: null,
    takesPhotos: true,
    trained: false,
    quantized: false,
  }
  return { network: networkView(graph, recognise(graph), 'recognised'), model: view }
}
const zoo = (id: string, options = {}) => viewsOf(buildZooModel(id, options))
const t = translator('en')

describe('the start of the sliders', () => {
  it.each([
    ['shufflenet-v1-g3-0.5x', {}, { groups: 3, scale: 0.5, height: 224, width: 224, shuffle: true, classes: 1000 }],
    ['shufflenet-v1-g8-2.0x', { inputSize: [96, 160], classes: 7 }, { groups: 8, scale: 2, height: 96, width: 160, classes: 7 }],
    ['shufflenet-v1-g4-1.0x', { shuffle: false }, { groups: 4, scale: 1, shuffle: false }],
    ['shufflenet-v1-g1-0.25x', {}, { groups: 1, scale: 0.25, shuffle: true }],
  ])('%s is read from the open network', (id, options, expected) => {
    const { network, model } = zoo(id, options)
    const baseline = baselineOf(network, model)
    expect(baseline.opened).toBe(true)
    expect(baseline.settings).toMatchObject({ repeats: [4, 8, 4], budget: null, ...expected })
    expect(baseline.cost.total.params).toBe(network.params)
  })

  it.each(['shufflenet-v2-megvii-0.5x', 'mobilenet-v1-1.0x', 'alexnet'])('is the network of the paper where %s is open', (id) => {
    const { network, model } = zoo(id)
    const { opened, settings } = baselineOf(network, model)
    expect([opened, settings.groups, settings.scale]).toEqual([false, 3, 1])
    expect(baselineOf(null, null).opened).toBe(false)
  })
})

const checkpoint = sharedPath('models/shufflenetv1_g3_0.5x.pth.tar')
describe.skipIf(!checkpoint)('a checkpoint (needs shufflenetv1_g3_0.5x.pth.tar)', () => {
  it('is recognised as 0.5x with three groups', async () => {
    const { network, model } = viewsOf(
      await openModel({ name: 'shufflenetv1_g3_0.5x.pth.tar', bytes: new Uint8Array(readFileSync(checkpoint ?? '')) }),
    )
    const { opened, settings } = baselineOf(network, model)
    expect([opened, settings.groups, settings.scale]).toEqual([true, 3, 0.5])
    expect(reconcile(network, model, 'conv+fc')?.matches[0]).toMatchObject({ table: 2, mflops: 38, reason: 'same' })
  })
})

describe('holding the complexity', () => {
  const { settings, cost } = baselineOf(null, null)

  it("starts from the paper's figure, and gives its widths", () => {
    expect(budgetOf(settings)).toBe(140e6)
    expect(budgetOf({ ...settings, scale: 0.5 })).toBe(38e6)
    expect(budgetOf({ ...settings, height: 160 })).toBe(costOf({ ...settings, height: 160 }).total.convMacs)
    const rows = heldRows({ ...settings, budget: 140e6 })
    expect(rows.map(({ held }) => held.widths)).toEqual([1, 2, 3, 4, 8].map((g) => V1_WIDTHS[g]))
    expect(rows.every(({ held, cost: own }) => own.total.convMacs === held.macs)).toBe(true)
    expect(heldRows(settings)).toEqual([])
    expect([13e6, 38e6, 140e6, 292e6, 524e6].every((macs) => BUDGETS.includes(macs))).toBe(true)
  })

  it('changes the width with the groups and not the cost', () => {
    const held = costOf({ ...settings, groups: 8, budget: 140e6 })
    expect(held.shape.widths[0]).toBe(384)
    expect(Math.abs(held.total.convMacs / 140e6 - 1)).toBeLessThan(0.03)
    expect(costOf({ ...settings, groups: 8 }).total.convMacs).toBe(held.total.convMacs)
  })

  it('says the change of each stage and of the whole', () => {
    const half = costOf({ ...settings, scale: 0.5 })
    const bars = stageBars(half, cost, 'macs', 'paper')
    expect(bars.map((b) => b.key)).toEqual(['stem', 'stage2', 'stage3', 'stage4', 'head'])
    expect(bars.reduce((sum, b) => sum + b.value, 0)).toBe(half.total.convMacs)
    expect(Math.max(...bars.flatMap((b) => [b.share, b.shareBefore]))).toBe(1)
    expect(stageBars(half, cost, 'activations', 'paper').reduce((sum, b) => sum + b.before, 0)).toBe(cost.total.bytesWritten)
    expect([changeText(5, 5), changeText(110, 100), changeText(96, 100), changeText(5, 0), changeText(300, 100)]).toEqual([
      '±0',
      '+10.0 %',
      '−4.00 %',
      '–',
      '+200 %',
    ])
  })

  it('offers the size of the open network among the others', () => {
    expect(inputSizes([300, 200])).toContainEqual([300, 200])
    expect(inputSizes([224, 224]).filter((s) => s.join() === '224,224')).toHaveLength(1)
    const areas = inputSizes([300, 200]).map(([h, w]) => h * w)
    expect(areas).toEqual([...areas].sort((a, b) => a - b))
  })
})

describe('reconciliation', () => {
  const first = (id: string, convention: Parameters<typeof reconcile>[2], options = {}) => {
    const { network, model } = zoo(id, options)
    return reconcile(network, model, convention)?.matches[0]
  }

  it.each([1, 2, 3, 4, 8])('1x with %i groups is what table 1 prints, counted as the paper does', (groups) => {
    expect(first(`shufflenet-v1-g${groups}-1.0x`, 'paper')).toMatchObject({ table: 1, reason: 'same' })
  })

  it('knows why a figure differs', () => {
    const at = (id: string, convention: Parameters<typeof reconcile>[2], table: number) => {
      const { network, model } = zoo(id)
      return reconcile(network, model, convention)?.matches.find((m) => m.table === table)
    }
    expect(at('shufflenet-v1-g3-1.0x', 'paper', 2)).toMatchObject({ mflops: 140, reason: 'nominal' })
    expect(at('shufflenet-v1-g4-1.0x', 'conv+fc', 1)).toMatchObject({ mflops: 133, reason: 'noFc' })
    expect(at('shufflenet-v1-g3-2.0x', 'conv+fc', 5)).toMatchObject({ mflops: 524, reason: 'same' })
    expect(at('shufflenet-v1-g3-2.0x', 'paper', 5)).toMatchObject({ mflops: 524, reason: 'withFc' })
    expect(at('shufflenet-v1-g3-1.0x', 'all', 1)).toMatchObject({ reason: 'all' })
    expect(at('shufflenet-v1-g8-0.5x', 'paper', 2)).toMatchObject({ mflops: 38, reason: 'rounding' })
    expect(at('mobilenet-v1-1.0x', 'conv+fc', 5)).toMatchObject({ mflops: 569, reason: 'same' })
    expect(at('shufflenet-v2-megvii-1.0x', 'conv+fc', 8)).toMatchObject({ paper: 'v2', mflops: 146, reason: 'same' })
    expect(at('shufflenet-v2-torchvision-1.0x', 'conv+fc', 8)).toMatchObject({ mflops: 146, reason: 'topology' })
  })

  it('counts another input size as if it were the published one, and says nothing of what is not published', () => {
    const { network, model } = zoo('shufflenet-v1-g3-0.5x', { inputSize: 160, classes: 10 })
    const found = reconcile(network, model, 'conv+fc')
    expect(found).toMatchObject({ asOpened: false, counted: zoo('shufflenet-v1-g3-0.5x').network.totals['conv+fc'] })
    expect(found && reconciliationText(t, found)).toBe(
      'At 224 × 224 with 1000 classes 37.59 M MACs. Table 2 of the paper prints 38 M: the same when rounded (−1.1 %).',
    )
    expect(first('alexnet', 'conv+fc')).toBeUndefined()
    expect(first('mobilenet-v1-1.0x', 'conv+fc', { inputSize: 128 })).toBeUndefined()
    expect(first('shufflenet-v1-g8-2.0x', 'paper')).toBeUndefined()
  })
})

describe('the bars of a network', () => {
  const { network } = zoo('shufflenet-v1-g3-0.5x')
  const rows = (measure: IcicleMeasure) => barRows(t, network, measure, 'paper', null, String)
  const sum = (row: BarRow | undefined, kind: BarKind) => row?.parts.reduce((all, p) => all + (p.kind === kind ? p.value : 0), 0)

  it.each(['macs', 'params', 'bytes'] as const)('add up to the whole in %s, section by section', (measure) => {
    const whole = { macs: network.totals.paper, params: network.params, bytes: network.layers.reduce((all, l) => all + l.bytes, 0) }[measure]
    expect(rows(measure).reduce((all, row) => all + sumOf(row), 0)).toBe(whole)
    expect(rows(measure).map((row) => row.label)).toEqual(['Stem', 'Stage 2', 'Stage 3', 'Stage 4', 'Head'])
  })

  it('show a shuffle by its bytes alone, and the one dense pointwise layer of stage 2', () => {
    expect(rows('macs').map((row) => sum(row, 'shuffle'))).toEqual([0, 0, 0, 0, 0])
    expect(rows('bytes').reduce((all, row) => all + (sum(row, 'shuffle') ?? 0), 0)).toBe(shufflesOf(network).bytes)
    expect(segmentLayers(network, { row: '1', kind: 'pointwise' }).map((l) => l.name)).toEqual(['stage2.unit1.compress.conv'])
    expect(segmentLayers(network, { row: '2', kind: 'pointwise' })).toEqual([])
  })

  it('follow the one selection', () => {
    const none = { item: null, node: null, channel: null, range: null }
    expect(selectedSegments(network, { ...none, node: 'stage3.unit2.depthwise.conv' })).toEqual(['2 depthwise'])
    expect(new Set(selectedSegments(network, { ...none, item: 'stage3/unit2' }))).toEqual(
      new Set(['2 pointwiseGrouped', '2 depthwise', '2 shuffle', '2 other']),
    )
    expect(selectedSegments(network, { ...none, range: [0, 0] })).toEqual(['0 conv'])
    expect(selectedSegments(network, none)).toEqual([])
  })
})

describe('the stages of the sliders', () => {
  it.each([
    [224, 224],
    [97, 65],
  ])('make feature maps as large as those of the graph, at %i x %i', (height, width) => {
    const request = { groups: 2, scale: 0.25, height, width, shuffle: true, repeats: [4, 8, 4], classes: 1000 } as const
    const { shape } = shuffleNetV1Cost(request)
    const { graph } = buildZooModel('shufflenet-v1-g2-0.25x', { inputSize: [height, width] })
    const outputs = ['stage2/unit4', 'stage3/unit8', 'stage4/unit4'].map((scope) => {
      const last = graph.nodes.filter((n) => n.scope === scope).at(-1)
      return tensorOf(graph, last?.outputs[0] ?? -1).fact.shape
    })
    expect(stagesOf(shape).map((s) => [1, s.channels, s.height, s.width])).toEqual(outputs)
  })
})

describe('the icicle of a network', () => {
  const { network } = zoo('shufflenet-v1-g3-0.5x')

  it.each(['macs', 'params', 'bytes'] as const)('adds up to the whole in %s', (measure) => {
    const whole = { macs: network.totals.all, params: network.params, bytes: network.layers.reduce((sum, l) => sum + l.bytes, 0) }[measure]
    const { cells, total } = icicleLayout(icicleTree(t, network, measure, 'all', null), { width: 1e6, height: 72 })
    expect(total).toBe(whole)
    expect(cells.filter((c) => c.depth === 1).reduce((sum, c) => sum + c.value, 0)).toBe(whole)
    expect(cells.filter((c) => !c.leaf && c.depth === 2)).toHaveLength(16)
  })

  it('shows shuffles by the bytes they move, and by nothing else', () => {
    const keys = (measure: 'macs' | 'bytes') =>
      icicleLayout(icicleTree(t, network, measure, 'all', null), { width: 1e6, height: 72 }).cells.filter((c) => c.key.endsWith('.shuffle'))
    expect(keys('macs')).toHaveLength(0)
    expect(keys('bytes')).toHaveLength(16)
    expect(shufflesOf(network)).toEqual({ explicit: 16, inside: 0, bytes: keys('bytes').reduce((sum, c) => sum + c.value, 0) })
  })

  it('follows the one selection, and names what a cell covers', () => {
    const none = { item: null, node: null, channel: null, range: null }
    const node = 'stage2.unit1.compress.conv'
    expect(selectedCells(network, { ...none, item: 'stage2/unit1', node }).active).toBe(`layer ${node}`)
    expect(selectedCells(network, { ...none, item: 'stage2/unit1' }).active).toBe('item stage2/unit1')
    const section = network.sections.findIndex((s) => s.key === 'stage3')
    const own = layersOf(network, { kind: 'section', at: section })
    const range = [own[0]?.index ?? 0, own.at(-1)?.index ?? 0] as const
    expect(selectedCells(network, { ...none, range }).active).toBe(`section ${section}`)
    expect(selectedCells(network, { ...none, range: [range[0], range[0] + 2] }).keys.size).toBe(3)
    expect(selectedCells(network, none)).toEqual({ keys: new Set(), active: null })
    for (const ref of [
      { kind: 'section', at: 2 },
      { kind: 'item', key: 'a b/c' },
      { kind: 'layer', name: 'x y' },
    ] as const)
      expect(refOf(keyOf(ref))).toEqual(ref)
  })
})
