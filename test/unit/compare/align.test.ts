import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Alignment, alignOutlines } from '../../../engine/compare/align.ts'
import { Likeness, layerLikeness } from '../../../engine/compare/likeness.ts'
import { type Outline, type OutlineLayer, type OutlineUnit, outlineOf } from '../../../engine/compare/outline.ts'
import { alignGraphs, buildZooModel, type Graph, inspectGraph, openModel, recognise, withoutShuffles } from '../../../engine/index.ts'
import { sharedPath } from '../../fixtures/shared.ts'
import { bestScore } from './bruteForce.ts'

const zoo = (id: string, options = {}) => recognise(buildZooModel(id, options).graph)

interface Named {
  readonly a: string | null
  readonly b: string | null
}
function namesOf(alignment: Alignment, a: Graph, b: Graph): Named[] {
  const [one, other] = [inspectGraph(a, a).layers, inspectGraph(b, b).layers]
  return alignment.sections.flatMap((s) =>
    s.units.flatMap((u) =>
      u.layers.map((p) => ({ a: p.a === null ? null : (one[p.a]?.name ?? '?'), b: p.b === null ? null : (other[p.b]?.name ?? '?') })),
    ),
  )
}
const align = (a: Graph, b: Graph) => namesOf(alignGraphs(a, b), a, b)
const partnerOf = (rows: readonly Named[], name: string) => rows.find((r) => r.a === name)?.b

/** Every layer of both sides once, in order. */
function expectWhole(rows: readonly Named[], a: Graph, b: Graph): void {
  expect(rows.flatMap((r) => (r.a === null ? [] : [r.a]))).toEqual(inspectGraph(a, a).layers.map((l) => l.name))
  expect(rows.flatMap((r) => (r.b === null ? [] : [r.b]))).toEqual(inspectGraph(b, b).layers.map((l) => l.name))
}

describe('networks of the zoo side by side', () => {
  const g3 = zoo('shufflenet-v1-g3-1.0x')

  it('pairs a network with itself, layer by layer', () => {
    for (const id of ['shufflenet-v1-g3-1.0x', 'shufflenet-v2-torchvision-1.0x', 'resnet-50', 'squeezenet-1.1', 'mobilenet-v1-1.0x']) {
      const graph = zoo(id)
      const rows = align(graph, graph)
      expectWhole(rows, graph, graph)
      expect(rows.every((r) => r.a === r.b)).toBe(true)
    }
  })

  it('pairs other numbers of groups and other widths layer by layer', () => {
    for (const id of ['shufflenet-v1-g8-1.0x', 'shufflenet-v1-g2-0.5x', 'shufflenet-v1-g3-0.25x']) {
      const rows = align(g3, zoo(id))
      expect(rows.every((r) => r.a === r.b)).toBe(true)
      expect(rows).toHaveLength(169)
    }
    // Another size of the input changes no layer.
    expect(align(g3, zoo('shufflenet-v1-g3-1.0x', { inputSize: 160, classes: 10 })).every((r) => r.a === r.b)).toBe(true)
  })

  it('leaves the shuffles alone, and nothing else, beside the network without them', () => {
    for (const other of [withoutShuffles(g3), zoo('shufflenet-v1-g3-1.0x', { shuffle: false })]) {
      const rows = align(g3, other)
      expectWhole(rows, g3, other)
      const alone = rows.filter((r) => r.a === null || r.b === null)
      expect(alone).toHaveLength(16)
      expect(alone.every((r) => r.b === null && /^stage\d\.unit\d\.shuffle$/.test(r.a ?? ''))).toBe(true)
      expect(rows.filter((r) => r.b !== null).every((r) => r.a === r.b)).toBe(true)
    }
  })

  it('pairs v1 and v2 by what their layers do', () => {
    const v2 = zoo('shufflenet-v2-torchvision-1.0x')
    const rows = align(g3, v2)
    expectWhole(rows, g3, v2)
    for (const [stage, unit] of [
      [2, 2],
      [3, 8],
      [4, 4],
    ]) {
      const at = `stage${stage}.unit${unit}`
      expect(partnerOf(rows, `${at}.compress.conv`)).toBe(`${at}.main.pointwise1.conv`)
      expect(partnerOf(rows, `${at}.depthwise.conv`)).toBe(`${at}.main.depthwise.conv`)
      expect(partnerOf(rows, `${at}.expand.conv`)).toBe(`${at}.main.pointwise2.conv`)
      expect(partnerOf(rows, `${at}.add`)).toBeNull()
    }
    expect(partnerOf(rows, 'fc')).toBe('fc')
    // Its last convolution belongs to no stage, and lies in the section of the fourth one.
    expect(alignGraphs(g3, v2).sections.map((s) => [s.a?.name, s.b?.name])).toContainEqual(['stage4', 'stage4'])
    expect(rows.find((r) => r.b === 'last.conv')?.a).toBeNull()
  })

  it('keeps the sections of one resolution together, and says which stands alone', () => {
    const mobile = zoo('mobilenet-v1-1.0x')
    const { sections } = alignGraphs(g3, mobile)
    expect(sections.map((s) => [s.a?.size?.[0] ?? null, s.b?.size?.[0] ?? null])).toEqual([
      [56, 112],
      [null, 56],
      [28, 28],
      [14, 14],
      [7, 7],
      [null, null],
    ])
    expect(sections[2]?.a?.name).toBe('stage2')
    expectWhole(align(g3, mobile), g3, mobile)
  })
})

describe('networks of other origin', () => {
  const detector = sharedPath('models/FastestDet.onnx')
  it.skipIf(!detector)('pairs the trunk of a detector from ONNX with the architecture it was cut from (needs reference models)', async () => {
    const { graph } = await openModel({ name: 'FastestDet.onnx', bytes: new Uint8Array(readFileSync(detector ?? '')) })
    const loaded = recognise(graph)
    const v2 = zoo('shufflenet-v2-megvii-0.5x')
    const rows = align(v2, loaded)
    expectWhole(rows, v2, loaded)
    // All convolutions of stages 2 to 4 have a partner; the batch norms are folded in the file.
    const convolutions = rows.filter((r) => /^stage\d.*\.conv$/.test(r.a ?? ''))
    expect(convolutions.length).toBeGreaterThan(50)
    expect(convolutions.filter((r) => r.b === null)).toEqual([])
    expect(convolutions.every((r) => /^Conv_\d+$/.test(r.b ?? ''))).toBe(true)
    expect(rows.filter((r) => /^stage\d.*\.bn$/.test(r.a ?? '')).every((r) => r.b === null)).toBe(true)
    expect(rows.filter((r) => r.a !== null && /shuffle$/.test(r.a)).every((r) => r.b?.startsWith('Transpose'))).toBe(true)
    // Its head has no counterpart.
    expect(rows.find((r) => r.b === 'Resize_226')?.a).toBeNull()
  })

  const checkpoint = sharedPath('models/shufflenetv1_g3_0.5x.pth.tar')
  it.skipIf(!checkpoint)('pairs a checkpoint with the same architecture of the zoo (needs reference models)', async () => {
    const { graph } = await openModel({ name: 'shufflenetv1_g3_0.5x.pth.tar', bytes: new Uint8Array(readFileSync(checkpoint ?? '')) })
    const loaded = recognise(graph)
    const own = zoo('shufflenet-v1-g3-0.5x')
    const rows = align(loaded, own)
    expectWhole(rows, loaded, own)
    const convolutions = (graph: Graph) => new Map(inspectGraph(graph, graph).layers.map((l) => [l.name, l]))
    const [one, other] = [convolutions(loaded), convolutions(own)]
    for (const { a, b } of rows) {
      const [x, y] = [one.get(a ?? ''), other.get(b ?? '')]
      if (x?.op === 'conv2d' || y?.op === 'conv2d') expect([a, x?.outputShape]).toEqual([a, y?.outputShape])
    }
  })
})

describe('likeness', () => {
  const layer = (index: number, change: Partial<OutlineLayer> = {}): OutlineLayer => ({
    index,
    op: 'conv2d',
    detail: '',
    kernel: [1, 1],
    stride: 1,
    groups: 3,
    depthwise: false,
    reduction: 3,
    channels: 240,
    ...change,
  })

  it('never pairs other ops, nor a pointwise convolution with a spatial one', () => {
    expect(layerLikeness(layer(0), layer(0, { op: 'linear' }))).toBe(0)
    expect(layerLikeness(layer(0), layer(0, { kernel: [3, 3] }))).toBe(0)
    expect(layerLikeness(layer(0, { kernel: [5, 5] }), layer(0, { kernel: [3, 3] }))).toBeGreaterThan(0)
  })

  it('grows with every thing that is the same, and counts convolutions for more than what follows them', () => {
    const base = layer(0)
    const same = layerLikeness(base, base)
    for (const change of [{ groups: 8 }, { stride: 2 }, { depthwise: true }, { reduction: 4 }, { channels: 120 }])
      expect(layerLikeness(base, layer(0, change))).toBeLessThan(same)
    expect(layerLikeness(layer(0, { op: 'activation', kernel: null }), layer(0, { op: 'activation', kernel: null }))).toBeLessThan(same)
    expect(layerLikeness(base, layer(0, { groups: 8 }))).toBe(layerLikeness(layer(0, { groups: 8 }), base))
  })

  it('adds up to the best of all alignments of sections, units and layers', () => {
    const unit = (name: string, ...ops: readonly [string, number][]): OutlineUnit => ({
      name,
      layers: ops.map(([op, reduction], index) =>
        layer(index, { op, reduction, kernel: op === 'conv2d' ? [1, 1] : null, channels: 8 * (index + 1) }),
      ),
    })
    const a: Outline = [
      { name: 'stem', size: [56, 56], reduction: 2, units: [unit('stem', ['conv2d', 2], ['activation', 2])] },
      {
        name: 'stage2',
        size: [28, 28],
        reduction: 3,
        units: [unit('u1', ['conv2d', 3], ['binary', 3]), unit('u2', ['channelShuffle', 3], ['conv2d', 3])],
      },
      { name: 'head', size: null, reduction: Number.POSITIVE_INFINITY, units: [unit('', ['linear', 9])] },
    ]
    const b: Outline = [
      {
        name: '',
        size: [28, 28],
        reduction: 3,
        units: [unit('u2', ['conv2d', 3], ['activation', 3]), unit('u1', ['conv2d', 3]), unit('u3', ['binary', 3])],
      },
      { name: '', size: [14, 14], reduction: 4, units: [unit('u1', ['conv2d', 4], ['channelShuffle', 4], ['conv2d', 4])] },
      { name: 'head', size: null, reduction: Number.POSITIVE_INFINITY, units: [unit('', ['linear', 9], ['softmax', 9])] },
    ]
    const units = (x: OutlineUnit, y: OutlineUnit) => {
      const score = bestScore(x.layers.length, y.layers.length, (i, j) => layerLikeness(x.layers[i] ?? layer(0), y.layers[j] ?? layer(0)))
      return score > 0 && x.name === y.name && x.name !== '' ? score + 2 : score
    }
    const likeness = new Likeness(a, b)
    const sections = (i: number, j: number) => {
      const [x, y] = [a[i]?.units ?? [], b[j]?.units ?? []]
      return bestScore(x.length, y.length, (k, l) => units(x[k] ?? unit(''), y[l] ?? unit('')))
    }
    for (const x of a) for (const y of b) expect(likeness.sections(x, y)).toBeCloseTo(sections(a.indexOf(x), b.indexOf(y)), 9)
    expect(alignOutlines(a, b).score).toBeCloseTo(bestScore(3, 3, sections), 9)
  })
})

describe('outline', () => {
  it('holds every layer once, in order', () => {
    for (const id of ['shufflenet-v1-g3-1.0x', 'shufflenet-v2-megvii-1.0x', 'resnet-18', 'alexnet', 'squeezenet-1.1']) {
      const graph = zoo(id)
      const indices = outlineOf(graph).flatMap((s) => s.units.flatMap((u) => u.layers.map((l) => l.index)))
      expect(indices).toEqual(inspectGraph(graph, graph).layers.map((_, i) => i))
    }
  })

  it('finds the units and stages of ShuffleNet', () => {
    const sections = outlineOf(zoo('shufflenet-v1-g3-1.0x'))
    expect(sections.map((s) => [s.name, s.size?.[0] ?? null, s.units.length])).toEqual([
      ['stem', 56, 1],
      ['stage2', 28, 4],
      ['stage3', 14, 8],
      ['stage4', 7, 4],
      ['head', null, 1],
    ])
  })
})
