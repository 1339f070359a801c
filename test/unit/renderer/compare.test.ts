import { describe, expect, it } from 'vitest'
import { alignGraphs, buildZooModel, type Graph, hashModel, recognise, withoutShuffles } from '../../../engine/index.ts'
import { translator } from '../../../renderer/app/strings/index.ts'
import { type CompareSide, isTraceName } from '../../../renderer/store/compareSlice.ts'
import {
  agreementOf,
  differenceTable,
  firstMeasure,
  layerRows,
  missingShuffles,
  ratioText,
  rowsOf,
  sectionRows,
  sectionSpans,
  signed,
  timesOf,
  totalOf,
  valuesOf,
} from '../../../renderer/views/compare/compareData.ts'
import { importedText } from '../../../renderer/views/compare/importedText.ts'
import { traceFileView } from '../../../renderer/workers/comparing.ts'
import type { ModelView, Prediction, TraceFileView } from '../../../renderer/workers/contract/index.ts'
import { networkView } from '../../../renderer/workers/network.ts'
import { hostOf } from '../../../renderer/workers/runTrace.ts'

const t = translator('en')
const untimed = { a: null, b: null }

function compared(a: Graph, b: Graph) {
  const sides = { a: networkView(a, a, 'recognised'), b: networkView(b, b, 'recognised'), alignment: alignGraphs(a, b) }
  // What the rows of sections need to know, and no more.
  return { ...sides, handle: 'm1', stage: 'recognised' as const, side: { trace: null } as unknown as CompareSide }
}
const g3 = recognise(buildZooModel('shufflenet-v1-g3-1.0x').graph)
const g8 = recognise(buildZooModel('shufflenet-v1-g8-1.0x').graph)
const macs = (id: 'paper' | 'all') => {
  const values = valuesOf('macs', id, untimed)
  if (!values) throw new Error('MACs need no timing')
  return values
}

describe('differences between networks', () => {
  it('add up to the difference of the totals of Table 1, by layer and by stage', () => {
    const comparison = compared(g3, g8)
    const rows = rowsOf(comparison)
    const sum = (list: readonly { values: { a: number | null; b: number | null } }[]) =>
      list.reduce((total, { values }) => total + (values.b ?? 0) - (values.a ?? 0), 0)
    // The figures that the paper's convention gives for g = 3 and 8.
    expect(sum(layerRows(rows, macs('paper')))).toBe(136_829_952 - 136_500_672)
    expect(sum(sectionRows(t, comparison, rows, macs('paper')))).toBe(136_829_952 - 136_500_672)
    expect(sectionRows(t, comparison, rows, macs('paper')).map((r) => r.a)).toEqual([
      'Stem, 56 × 56',
      'Stage 2, 28 × 28',
      'Stage 3, 14 × 14',
      'Stage 4, 7 × 7',
      'Head',
    ])
  })

  it('say what of an op differs', () => {
    const rows = layerRows(rowsOf(compared(g3, g8)), macs('paper'))
    expect(rows.find((r) => r.a === 'stage2.unit2.compress.conv')?.detail).toBe('1×1 group conv, g=3 → 1×1 group conv, g=8')
    expect(rows.find((r) => r.a === 'stage2.unit2.depthwise.conv')?.detail).toBe('3×3 depthwise conv')
  })

  it('know a network that does without the shuffles and is the same otherwise, and no other', () => {
    const shrunk = recognise(buildZooModel('shufflenet-v1-g3-1.0x', { inputSize: 64, shuffle: false }).graph)
    expect(missingShuffles(compared(g3, withoutShuffles(g3)))).toBe(16)
    for (const other of [g3, g8, shrunk, withoutShuffles(g8)]) expect(missingShuffles(compared(g3, other))).toBeNull()
    expect(missingShuffles(compared(withoutShuffles(g3), g3))).toBeNull()
  })

  it('are the shuffles alone where the other side has none, and lie in the bytes', () => {
    const comparison = compared(g3, withoutShuffles(g3))
    const rows = rowsOf(comparison)
    expect(firstMeasure(comparison, 'paper')).toBe('bytes')
    const bytes = valuesOf('bytes', 'paper', untimed)
    if (!bytes) throw new Error('bytes need no timing')
    const different = layerRows(rows, bytes).filter((r) => r.values.a !== r.values.b)
    expect(different).toHaveLength(16)
    expect(different.every((r) => r.b === null && r.a?.endsWith('.shuffle'))).toBe(true)
    expect(totalOf(comparison.a.layers, bytes.a) - totalOf(comparison.b.layers, bytes.b)).toBe(
      different.reduce((sum, r) => sum + (r.values.a ?? 0), 0),
    )
    expect(firstMeasure(compared(g3, g8), 'paper')).toBe('macs')
    expect(firstMeasure({ ...comparison, side: { trace: {} } as unknown as CompareSide }, 'paper')).toBe('ms')
  })

  it('know the layers of side a in each stage, gapless', () => {
    const spans = sectionSpans(rowsOf(compared(g3, g8)))
    expect(spans[0]?.[0]).toBe(0)
    for (let i = 1; i < spans.length; i++) expect(spans[i]?.[0]).toBe((spans[i - 1]?.[1] ?? Number.NaN) + 1)
    expect(spans.at(-1)?.[1]).toBe(168)
  })

  it('are data for files', () => {
    const table = differenceTable(t, 'macs', layerRows(rowsOf(compared(g3, g8)), macs('paper')))
    expect(table.rows).toHaveLength(169)
    for (const row of table.rows) expect(row).toHaveLength(table.columns.length)
    expect(table.rows[0]).toEqual(['stem.conv', 'stem.conv', '3×3 conv', 8_128_512, 8_128_512, 0, 1])
  })
})

describe('times', () => {
  const network = networkView(g3, g3, 'recognised')

  it('are those of all nodes that a layer stands for', () => {
    const [conv, bn] = network.layers
    if (!conv || !bn) throw new Error('no layers')
    const fused = { ...network, layers: [{ ...conv, sources: [conv.name, bn.name] }] }
    const times = timesOf(
      [
        { name: conv.name, ms: 2, macs: 0, bytes: 0 },
        { name: bn.name, ms: 0.5, macs: 0, bytes: 0 },
        { name: 'elsewhere', ms: 9, macs: 0, bytes: 0 },
      ],
      fused,
    )
    expect([...times]).toEqual([[conv.name, 2.5]])
    expect(valuesOf('ms', 'paper', { a: times, b: null })).toBeNull()
    expect(valuesOf('ms', 'paper', { a: times, b: new Map() })?.b(conv)).toBe(0)
  })

  it('come from a trace, which is checked against the model', async () => {
    const step = (nodes: string[], ms: number) => ({ step: 0, kernel: 'k', nodes, samples: [ms, ms], macs: 1, bytes: 1 })
    const trace = {
      schema: 1,
      model: 'shufflenet-v1-g3-1.0x',
      modelHash: '',
      host: { cpu: 'A', cores: 1, runtime: 'R', platform: 'P' },
      backend: 'wasm-simd',
      threads: 1,
      precision: 'f32',
      total: [3, 1, 2],
      steps: [step(['stem.conv', 'stem.bn'], 1), step(['stem.pool'], 0.25), step(['no.such.layer'], 1)],
      arenaBytes: 0,
    }
    const model = { id: 'shufflenet-v1-g3-1.0x', graph: g3 }
    const read = (value: unknown, of = model) => traceFileView(of, new Blob([JSON.stringify(value)]), 'pi.json')
    const view = await read(trace)
    expect(view).toMatchObject({ total: 2, imported: null, runs: 3, steps: 3, foreign: 1, fits: false, model: 'shufflenet-v1-g3-1.0x' })
    expect(timesOf(view.nodes, network).get('stem.conv')).toBe(1)
    const own = { ...trace, steps: trace.steps.slice(0, 2) }
    expect((await read(own)).fits).toBe(true)
    // The same names in another network of the family.
    expect((await read(own, { id: 'shufflenet-v1-g8-1.0x', graph: g8 })).fits).toBe(false)
    // The same network under another name.
    const hashed = { ...own, modelHash: await hashModel(g3) }
    expect((await read(hashed, { id: 'my-copy', graph: g3 })).fits).toBe(true)
    expect((await read(hashed, { id: 'my-copy', graph: g8 })).fits).toBe(false)
    await expect(read([])).rejects.toThrow('Trace "pi.json": it is JSON, but neither a trace nor a profile of onnxruntime')
    await expect(read({})).rejects.toThrow('Trace "pi.json": it is JSON, but not a trace')
  })

  it('come from the files of other engines, which fit by the names of their layers', async () => {
    const model = { id: 'shufflenet-v1-g3-1.0x', graph: g3 }
    const event = (cat: string, name: string, dur: number, op_name: string) => ({ cat, name, dur, args: { op_name } })
    const read = (text: string) => traceFileView(model, new Blob([text]), 'file.txt')
    const run = (conv: string) =>
      JSON.stringify([
        event('Node', `${conv}_kernel_time`, 6000, 'Conv'),
        event('Node', 'ReorderOutput_kernel_time', 2000, 'ReorderOutput'),
        event('Session', 'model_run', 9000, ''),
      ])
    const view = await read(run('stem.conv'))
    expect(view).toMatchObject({ total: 9, runs: 1, steps: 2, foreign: 1, fits: true, imported: { title: 'onnxruntime', mapped: 0.75 } })
    expect(timesOf(view.nodes, network).get('stem.conv')).toBe(6)
    expect((await read(run('other.conv'))).fits).toBe(false)
    const words = (of: TraceFileView) => of.imported && importedText(t, of.imported, of)
    expect(words(view)).toBe(
      'B: measured by onnxruntime; its file does not tell the number of threads. 1 of 2 steps of this file, 25 % of its time, belong to no layer of the open model.',
    )
    const ncnn = await read('loop_count = 8\nnum_threads = 4\n  shufflenet  min =    2.20  max =    2.62  avg =    2.46\n')
    expect(ncnn).toMatchObject({ total: 2.46, runs: 8, steps: 0, fits: true, nodes: [] })
    expect(words(ncnn)).toBe(
      'B: measured by ncnn, threads: 4. The file keeps the mean of 8 runs, and no median. It times whole runs of what it calls “shufflenet”, and no layers.',
    )
  })

  it('are written with what the browser tells of itself', () => {
    const host = hostOf({
      userAgent: 'Mozilla/5.0 (X11) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36',
      hardwareConcurrency: 2,
      platform: 'Linux x86_64',
    })
    expect(host).toEqual({ cpu: 'unknown CPU', cores: 2, runtime: 'Chromium 156', platform: 'Linux x86_64' })
    expect(hostOf({ userAgent: 'x', hardwareConcurrency: 0, platform: '' }).cores).toBe(1)
  })

  it('are known by the name of the file', () => {
    expect(['a.json', 'A.JSON', 'ops.csv', 'ncnn.txt', 'a.log', 'a.json.onnx', 'json'].map(isTraceName)).toEqual([
      true,
      true,
      true,
      true,
      true,
      false,
      false,
    ])
  })
})

describe('words', () => {
  it('have a sign and a ratio', () => {
    expect([0, 1200, -1200].map((v) => signed(v, String))).toEqual(['±0', '+1200', '−1200'])
    expect(ratioText({ a: 4, b: 3 })).toBe('×0.750')
    expect(ratioText({ a: 4, b: 4 })).toBe('×1')
    expect([ratioText({ a: 0, b: 3 }), ratioText({ a: null, b: 3 }), ratioText({ a: 3, b: null })]).toEqual(['', '', ''])
  })

  it('match answers by label, else by index where both know as many classes', () => {
    const model = (classes: number | null) => ({ classes }) as ModelView
    const top = (labels: readonly (string | null)[], first = 0): Prediction[] =>
      labels.map((label, i) => ({ index: first + i, label, probability: 1 / (i + 2) }))
    const agreement = (a: Prediction[], b: Prediction[], n: number | null = 10, m: number | null = 10) =>
      agreementOf({ model: model(n), top: a }, { model: model(m), top: b })
    expect(agreement(top(['cat', 'dog', 'bus']), top(['cat', 'car', 'dog'], 7), 10, 1000)).toEqual({ sameFirst: true, shared: 2, of: 3 })
    expect(agreement(top([null, null]), top([null, null], 1))).toEqual({ sameFirst: false, shared: 1, of: 2 })
    expect(agreement(top([null]), top(['cat']), 10, 1000)).toBeNull()
    expect(agreement(top([null]), top([null]), null, null)).toBeNull()
    expect(agreement(top(['cat']), [])).toBeNull()
  })
})
