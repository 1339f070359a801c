import { Window } from 'happy-dom'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { buildZooModel, type Model, type Trace } from '../../../../engine/index.ts'
import { measurementOfTrace, reportHtml, tracedModel } from '../../../../renderer/report/index.ts'
import { sharedPath } from '../../../fixtures/shared.ts'

const OPTIONS = { measurements: [], locale: 'en', version: '1.2.3', made: '2025-01-02T03:04:05Z', signal: new AbortController().signal } as const
const model = buildZooModel('shufflenet-v1-g3-1.0x')

/** A trace as a host writes one: two runs, a step per convolution. */
async function traceOf(of: Model, change: Partial<Trace> = {}): Promise<Trace> {
  const convolutions = of.graph.nodes.filter((n) => n.op === 'conv2d')
  const { hash } = await tracedModel(of)
  return {
    schema: 1,
    model: of.id,
    modelHash: hash,
    host: { cpu: 'Cortex-A72', cores: 4, runtime: 'Node 20', platform: 'linux arm64' },
    machine: { gmacs: 20, gbs: 4 },
    backend: 'wasm-simd',
    threads: 1,
    precision: 'f32',
    total: [12, 10, 11],
    steps: convolutions.map((n, step) => ({ step, kernel: 'conv', nodes: [n.name], samples: [0.5, 0.5], macs: 1e6, bytes: 1e5 })),
    arenaBytes: 1 << 20,
    ...change,
  }
}

/** What a browser would make of it. */
function parsed(html: string) {
  const window = new Window()
  return new window.DOMParser().parseFromString(html, 'text/html')
}

const cellsOf = (row: { children: ArrayLike<{ textContent: string }> } | undefined) => Array.from(row?.children ?? [], (c) => c.textContent)

describe('the report', () => {
  it('has every section, with headings in order and links that lead to them', () => {
    const page = parsed(reportHtml(model, OPTIONS))
    expect(page.querySelector('h1')?.textContent).toBe('ShuffleNet v1 1.0x (g=3)')
    expect([...page.querySelectorAll('h2')].map((h) => h.id)).toEqual(
      ['model', 'totals', 'map', 'stages', 'shuffles', 'mixing', 'measured', 'layers'].map((id) => `${id}-title`),
    )
    for (const link of page.querySelectorAll('nav a')) expect(page.getElementById((link.getAttribute('href') ?? '').slice(1))).not.toBeNull()
    const ids = [...page.querySelectorAll('[id]')].map((e) => e.id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it("gives Table 1's complexity to the last multiply-accumulate, and says which figure it stands beside", () => {
    const page = parsed(reportHtml(model, OPTIONS))
    const [paper] = page.querySelectorAll('#totals tbody tr')
    const cells = cellsOf(paper)
    expect(cells.slice(1, 3)).toEqual(['136,500,672', '273,001,344'])
    expect(cells[3]).toContain('Table 1 of the paper prints 137 M: the same when rounded')
  })

  it('adds stages up to the totals, and lists every layer and every shuffle', () => {
    const page = parsed(reportHtml(model, OPTIONS))
    const number = (text: string | undefined) => Number((text ?? '').replaceAll(',', ''))
    const foot = cellsOf(page.querySelector('#stages tfoot tr') ?? undefined)
    const stages = [...page.querySelectorAll('#stages tbody tr')].map(cellsOf)
    for (const column of [1, 2, 4, 5, 6, 7, 9])
      expect(
        stages.reduce((sum, row) => sum + number(row[column]), 0),
        `column ${column}`,
      ).toBe(number(foot[column]))
    expect(number(foot[5])).toBe(136_500_672)
    expect(page.querySelectorAll('#shuffles tbody tr').length).toBe(16)
    expect(page.querySelectorAll('#layers tbody tr').length).toBe(number(foot[2]))
  })

  it('asks nobody for anything, and runs nothing', () => {
    const html = reportHtml(model, OPTIONS)
    const page = parsed(html)
    expect(page.querySelectorAll('script, link, iframe, object, embed, img, foreignObject').length).toBe(0)
    expect(html).not.toMatch(/@import|url\((?!#arrow\))/)
    for (const e of page.querySelectorAll('*'))
      for (const { name, value } of e.attributes) {
        expect(name).not.toMatch(/^on/)
        if (/^(href|src|xlink:href|action|data|srcset)$/.test(name)) expect(value).toMatch(/^#/)
      }
    expect(page.querySelector('meta[http-equiv]')?.getAttribute('content')).toContain("default-src 'none'")
  })

  it('holds drawings that librsvg reads', async () => {
    const trace = measurementOfTrace('a.json', await traceOf(model), await tracedModel(model))
    const html = reportHtml(model, { ...OPTIONS, measurements: [trace] })
    const drawings = [...html.matchAll(/<svg class="drawing" viewBox.*?<\/svg>/gs)].map((m) => m[0])
    expect(drawings.length).toBe(4)
    for (const svg of drawings) {
      const file = svg.replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ')
      expect((await sharp(Buffer.from(file)).metadata()).width).toBeGreaterThan(900)
    }
  })

  it('shows what was measured: latency, roofline, the time of each layer', async () => {
    const trace = await traceOf(model)
    const page = parsed(reportHtml(model, { ...OPTIONS, measurements: [measurementOfTrace('pi.json', trace, await tracedModel(model))] }))
    const measured = page.getElementById('measured')
    expect(measured?.querySelector('h3')?.textContent).toBe('1: pi.json')
    expect(measured?.textContent).toContain('Cortex-A72')
    expect(measured?.querySelectorAll('.warning').length).toBe(0)
    const facts = Object.fromEntries([...(measured?.querySelectorAll('dl > div') ?? [])].map(cellsOf))
    expect(facts).toMatchObject({ Median: '11.0 ms', Fastest: '10.0 ms', Peak: '20.0 GMAC/s' })
    expect(measured?.querySelectorAll('svg[role=img]').length).toBe(2)
    const timed = [...page.querySelectorAll('#layers tbody tr')].map(cellsOf).filter((row) => row.at(-1) !== '')
    expect(timed.length).toBe(trace.steps.length)
    expect(new Set(timed.map((row) => row.at(-1)))).toEqual(new Set(['0.500']))
  })

  it.each([
    ['another hash', { modelHash: 'ff' }, /of another model .*its hash is not that/],
    ['another name and no hash', { model: 'resnet', modelHash: '' }, /names another model \(“resnet”\) and carries no hash/],
    ['no hash', { modelHash: '' }, /carries no hash .*cannot be checked/],
    ['steps of other nodes', { steps: [{ step: 0, kernel: 'x', nodes: ['nobody'], samples: [1], macs: 1, bytes: 1 }] }, /1 of its steps name nodes/],
  ])('warns of a trace with %s', async (_, change, text) => {
    const measurement = measurementOfTrace('a.json', await traceOf(model, change), await tracedModel(model))
    const page = parsed(reportHtml(model, { ...OPTIONS, measurements: [measurement] }))
    expect([...page.querySelectorAll('.warning')].map((w) => w.textContent)).toEqual([expect.stringMatching(text)])
  })

  it('takes traces without runs, without steps and without a peak', async () => {
    const empty = await traceOf(model, { total: [], steps: [], machine: undefined })
    const page = parsed(reportHtml(model, { ...OPTIONS, measurements: [measurementOfTrace('a.json', empty, await tracedModel(model))] }))
    expect(page.getElementById('measured')?.textContent).toContain('no roofline')
    expect(page.body.textContent).not.toMatch(/NaN|Infinity|undefined/)
  })

  it('cannot be broken by the names in a model', () => {
    const hostile = '</style><script>alert(1)</script>"\'<img src=x onerror=alert(1)>'
    const nodes = model.graph.nodes.map((n, i) => (i % 3 === 0 ? { ...n, name: `${hostile}${i}`, sources: [`${hostile}${i}`] } : n))
    const bad = { ...model, id: hostile, title: hostile, provenance: hostile, notice: hostile, graph: { ...model.graph, nodes } }
    const page = parsed(reportHtml(bad, OPTIONS))
    expect(page.querySelectorAll('script, img').length).toBe(0)
    expect(page.querySelector('h1')?.textContent).toBe(hostile)
    expect(page.querySelectorAll('style').length).toBe(1)
  })

  it('is the same every time, speaks Chinese, and stops when told to', () => {
    expect(reportHtml(model, OPTIONS)).toBe(reportHtml(model, OPTIONS))
    expect(reportHtml(model, { ...OPTIONS, locale: 'zh' })).toMatch(/<html lang="zh-Hans">[\s\S]*按阶段/)
    const stopped = AbortSignal.abort()
    expect(() => reportHtml(model, { ...OPTIONS, signal: stopped })).toThrow(/cancelled/)
  })

  it.each(['resnet-18', 'mobilenet-v1-0.5x', 'shufflenet-v2-torchvision-0.5x'])('reports %s, which has other units', (id) => {
    const page = parsed(reportHtml(buildZooModel(id), OPTIONS))
    expect(page.querySelectorAll('#layers tbody tr').length).toBeGreaterThan(20)
    expect(page.body.textContent).not.toMatch(/NaN|Infinity|undefined|\{\w+\}/)
  })
})

const CHECKPOINT = sharedPath('models/FastestDet.onnx')
describe.skipIf(!CHECKPOINT)('the report of a detector (skipped where the reference data is absent)', () => {
  it('has its recognised shuffles', async () => {
    const { readFile } = await import('node:fs/promises')
    const { openModel } = await import('../../../../engine/index.ts')
    const detector = await openModel({ name: 'FastestDet.onnx', bytes: new Uint8Array(await readFile(CHECKPOINT ?? '')) })
    const page = parsed(reportHtml(detector, OPTIONS))
    expect(page.querySelectorAll('#shuffles tbody tr').length).toBeGreaterThan(8)
    expect(page.querySelector('#shuffles tbody')?.textContent).toContain('recognised')
  })
})
