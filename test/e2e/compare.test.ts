/** Compare: the open model beside itself without shuffles, another architecture, a file, and the trace of a run. */
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nodeHost } from '../../electron/services/nodePool.ts'
import {
  createRunner,
  fuse,
  hostTensor,
  makePlan,
  openModel,
  recognise,
  sizeOf,
  type Trace,
  tensorOf,
  writeBundle,
  writeOnnx,
} from '../../engine/index.ts'
import { largeModel } from '../fixtures/largeModel.ts'
import { onnxruntimeProfile } from '../fixtures/onnxruntimeProfile.ts'
import { sharedPath } from '../fixtures/shared.ts'
import { compare, main } from './comparing.ts'
import { eachLook, expectSound, picture, seriousProblems } from './look.ts'
import { type App, drop, idle, startApp } from './open.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const BUNDLED = 'shufflenet-v1-g3-0.5x-imagenette'

let app: App
beforeAll(async () => {
  app = await startApp({ reuse: true })
})
afterAll(async () => app?.close())

const totals = (page: Page) => page.getByRole('region', { name: 'Totals of both sides' })
const layers = (page: Page) => page.getByRole('table', { name: 'By layer' })
const stages = (page: Page) => page.getByRole('table', { name: 'By stage' })

async function withoutShuffles(page: Page): Promise<void> {
  await compare(page)
  await page.getByRole('button', { name: 'Itself without shuffles' }).click()
  await idle(page)
}

async function choose(page: Page, id: string): Promise<void> {
  await main(page).getByRole('button', { name: /^B: / }).click()
  await page.getByRole('dialog').getByRole('searchbox').fill(id)
  await page.getByRole('dialog').getByRole('button', { name: id }).first().click()
  await idle(page)
}

async function sample(page: Page): Promise<void> {
  await main(page).getByRole('list', { name: 'Samples' }).getByRole('button', { name: 'Garbage truck' }).click()
  await idle(page)
}

/** A row of the totals as its cells. */
async function total(page: Page, measure: string): Promise<string[]> {
  return totals(page).getByRole('row').filter({ hasText: measure }).getByRole('cell').allInnerTexts()
}

/** A real run of the bundled model in this process, as a device would send it. */
async function traceOf(path: string): Promise<Trace> {
  const model = await openModel({ name: path, bytes: new Uint8Array(await readFile(path)) })
  const plan = makePlan(fuse(recognise(model.graph)))
  const runner = await createRunner(plan, await nodeHost(ROOT, 1))
  try {
    const inputs = model.graph.inputs.map((id) => {
      const { shape } = tensorOf(model.graph, id).fact
      return hostTensor(shape, new Float32Array(sizeOf(shape)))
    })
    await runner.run(inputs)
    const { total, steps } = await runner.profile({ runs: 12, warmup: 2 })
    const host = { cpu: 'Cortex-A72', cores: 4, runtime: `Node ${process.versions.node}`, platform: 'linux arm64' }
    const { backend, threads, arenaBytes } = runner
    return { schema: 1, model: model.id, modelHash: '', host, backend, threads, precision: 'f32', total, steps, arenaBytes }
  } finally {
    await runner.close()
  }
}
const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))
const bundle = join(ROOT, 'assets/models', `${BUNDLED}.safetensors`)

describe('beside itself without shuffles', () => {
  it('costs the same, loses the shuffles alone, and answers otherwise', async () => {
    const page = await app.open()
    await page.keyboard.press('c')
    await idle(page)
    expect(await main(page).innerText()).toContain('What shall ShuffleNet v1 0.5x (g=3), ten classes be compared with?')
    expect(await seriousProblems(page)).toEqual([])
    await picture(page, 'compare-empty')
    await page.getByRole('button', { name: 'Itself without shuffles' }).click()
    await idle(page)
    expect(await total(page, 'MACs')).toEqual(['18,933,600', '18,933,600', '±0', '×1'])
    expect(await total(page, 'Parameters')).toEqual(['242,134', '242,134', '±0', '×1'])
    expect(await totals(page).innerText()).toMatch(
      /The same MACs and parameters without the 16 shuffles, but the groups are cut off .*sees\s33\.3 %/s,
    )
    expect(await main(page).innerText()).toContain('153 in both, 16 only in A, 0 only in B')
    // MACs and parameters do not differ, so bytes are looked at first.
    expect(await main(page).getByRole('radio', { name: 'Bytes' }).isChecked()).toBe(true)
    await sample(page)
    const answers = page.getByRole('region', { name: 'What both see in the photo' })
    const lists = answers.getByRole('list', { name: 'Most likely classes' })
    expect(await lists.count()).toBe(2)
    expect(await lists.nth(0).innerText()).toMatch(/^garbage truck/)
    expect(await lists.nth(1).innerText()).not.toMatch(/^garbage truck/)
    expect(await answers.innerText()).toMatch(/They differ in the first class, and have \d of 5 in common/)
    await picture(page, 'compare-noshuffle')
    await main(page).getByRole('radio', { name: 'Different' }).check()
    expect(await layers(page).getByRole('row').count()).toBe(17)
    expect(await layers(page).getByRole('cell', { name: 'only in A' }).count()).toBe(16)
    expect(await seriousProblems(page)).toEqual([])
    await app.leave(page)
  })

  it('shares the one selection, closes to where one was, and says what it was by keys', async () => {
    const page = await app.open()
    await page.getByRole('navigation', { name: 'Screens' }).getByRole('button', { name: 'Photo' }).click()
    await idle(page)
    await withoutShuffles(page)
    await layers(page).getByRole('rowheader', { name: 'stage2.unit1.shuffle', exact: true }).click()
    await idle(page)
    const inspector = page.getByRole('complementary', { name: 'Inspector' })
    expect(await inspector.innerText()).toContain('stage2.unit1.shuffle')
    await page.keyboard.press('ArrowDown')
    await idle(page)
    expect(await layers(page).getByRole('row', { selected: true }).innerText()).toMatch(/^stage2\.unit1\.depthwise\.conv/)
    expect(await page.evaluate(() => document.activeElement?.textContent)).toMatch(/^stage2\.unit1\.depthwise\.conv/)
    await page.keyboard.press('End')
    await idle(page)
    expect(await layers(page).getByRole('row', { selected: true }).innerText()).toMatch(/^fc/)
    expect(await inspector.innerText()).toContain('fc')
    await stages(page)
      .getByRole('rowheader', { name: /^Stage 3/ })
      .click()
    await idle(page)
    expect(await layers(page).getByRole('row', { selected: true }).count()).toBeGreaterThan(70)
    await picture(page, 'compare-stage')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await idle(page)
    expect(await page.getByRole('navigation', { name: 'Screens' }).getByRole('button', { name: 'Photo' }).getAttribute('aria-current')).toBe('page')
    await page.keyboard.press('c')
    await idle(page)
    expect(await main(page).innerText()).toContain('16 only in A')
    await page.keyboard.press('c')
    expect(await layers(page).count()).toBe(0)
    await app.leave(page)
  })

  it('times both, and saves what it timed as a trace that can be compared', async () => {
    const page = await app.open()
    await withoutShuffles(page)
    await main(page).getByRole('radio', { name: 'ms', exact: true }).check()
    expect(await main(page).innerText()).toContain('Times are not measured yet')
    await totals(page).getByRole('button', { name: 'Measure both' }).click()
    await idle(page)
    const [a = '', b = '', difference = '', ratio = ''] = await total(page, 'ms a run')
    expect(Number(a)).toBeGreaterThan(0)
    expect(Number(b)).toBeGreaterThan(0)
    expect(difference).toMatch(/^(±0|[+−][\d.]+)$/)
    expect(ratio).toMatch(/^×[\d.]+$/)
    expect(await layers(page).getByRole('row').count()).toBeGreaterThan(100)
    await picture(page, 'compare-timed')
    const download = page.waitForEvent('download')
    await totals(page).getByRole('button', { name: 'Save the trace of A' }).click()
    const saved = await download
    expect(saved.suggestedFilename()).toBe(`${BUNDLED}-trace.json`)
    const bytes = new Uint8Array(await readFile(await saved.path()))
    const trace = JSON.parse(new TextDecoder().decode(bytes)) as Trace
    expect(trace.modelHash).toMatch(/^[0-9a-f]{64}$/)
    expect(trace.total.length).toBeGreaterThanOrEqual(20)
    await drop(page, saved.suggestedFilename(), 'application/json', bytes)
    expect(await main(page).getByRole('button', { name: /^B: / }).innerText()).toContain(saved.suggestedFilename())
    const again = await total(page, 'ms a run')
    expect(again.slice(0, 2)).toEqual([a, a])
    await app.leave(page)
  })
})

describe('beside another architecture', () => {
  it('pairs all layers of another width and number of groups', async () => {
    const page = await app.open({ hash: '#model=zoo:shufflenet-v1-g3-1.0x' })
    await compare(page)
    await choose(page, 'shufflenet-v1-g8-1.0x')
    expect(await main(page).innerText()).toContain('169 in both, 0 only in A, 0 only in B')
    // The two networks of Table 1.
    expect(await total(page, 'MACs')).toEqual(['136,500,672', '136,829,952', '+329,280', '×1.00'])
    await layers(page).getByRole('rowheader', { name: 'stage2.unit2.compress.conv', exact: true }).click()
    await idle(page)
    expect(await layers(page).getByRole('row', { selected: true }).innerText()).toContain('1×1 group conv, g=3 → 1×1 group conv, g=8')
    await sample(page)
    expect(await page.getByRole('region', { name: 'What both see in the photo' }).innerText()).toContain('The weights are random')
    await picture(page, 'compare-g8')
    // The address brings both sides back.
    const again = await app.open({ hash: new URL(page.url()).hash })
    expect(await total(again, 'MACs')).toEqual(['136,500,672', '136,829,952', '+329,280', '×1.00'])
    await app.leave(again)
    // Another convention, another total.
    await main(page).getByRole('radio', { name: 'Conv + FC' }).check()
    expect((await total(page, 'MACs'))[0]).toBe('137,460,672')
    await app.leave(page)
  })

  const detector = sharedPath('models/FastestDet.onnx')
  it.skipIf(!detector)('aligns a detector from ONNX with the bundled classifier, at every stage (needs reference models)', async () => {
    const page = await app.open()
    await compare(page)
    await drop(page, 'FastestDet.onnx', '', new Uint8Array(await readFile(detector ?? '')))
    expect(await page.getByRole('banner').innerText()).toContain('ShuffleNet v1 0.5x')
    expect(await main(page).getByRole('button', { name: /^B: / }).innerText()).toContain('FastestDet')
    expect(await main(page).innerText()).toMatch(/\d+ in both, \d+ only in A, \d+ only in B/)
    await picture(page, 'compare-detector')
    // A row that only the detector has selects nothing of the open model.
    await layers(page).getByRole('row').filter({ hasText: 'only in B' }).last().click()
    await idle(page)
    expect(await layers(page).getByRole('row', { selected: true }).innerText()).toContain('only in B')
    expect(await page.getByRole('complementary', { name: 'Inspector' }).innerText()).toMatch(/^Model/)
    for (const stage of ['Loaded', 'Fused', 'Planned']) {
      await page.getByRole('banner').getByRole('radio', { name: stage }).click()
      await idle(page)
      expect(await main(page).innerText(), stage).toMatch(/\d+ in both/)
    }
    await sample(page)
    expect(await page.getByRole('region', { name: 'What both see in the photo' }).innerText()).toMatch(/garbage truck[\s\S]*1 object: truck/)
    await app.leave(page)
  })
})

describe('networks of 5,000 layers', () => {
  it('are aligned, and only the rows in sight are drawn', async () => {
    const page = await app.open()
    const file = writeBundle(largeModel())
    await drop(page, 'large.safetensors', '', file)
    await compare(page)
    const start = performance.now()
    await drop(page, 'large.safetensors', '', file)
    console.log(`5,000 layers beside 5,000: opened, aligned and drawn in ${(performance.now() - start).toFixed(0)} ms`)
    const counted = /(\d+) in both, 0 only in A, 0 only in B/.exec(await main(page).innerText())
    expect(Number(counted?.[1])).toBeGreaterThan(4900)
    expect(await layers(page).getAttribute('aria-rowcount')).toBe(String(Number(counted?.[1]) + 1))
    expect(await layers(page).getByRole('row').count()).toBeLessThan(120)
    const first = layers(page).getByRole('rowheader', { name: 'stem.conv', exact: true })
    await first.click()
    await page.keyboard.press('End')
    await idle(page)
    expect(await layers(page).getByRole('row', { selected: true }).innerText()).toMatch(/^head\.softmax/)
    expect(await page.evaluate(() => document.activeElement?.textContent)).toMatch(/^head\.softmax/)
    expect(await layers(page).getByRole('row').count()).toBeLessThan(120)
    await picture(page, 'compare-large')
    // A selection made elsewhere is brought into sight too.
    await page.keyboard.press('Home')
    await idle(page)
    expect(await first.isVisible()).toBe(true)
    await app.leave(page)
  })
})

describe('beside the trace of a run elsewhere', () => {
  it('sets its times beside those of this machine', async () => {
    const page = await app.open()
    await drop(page, 'pi.json', 'application/json', json(await traceOf(bundle)))
    expect(await main(page).getByRole('button', { name: /^B: / }).innerText()).toContain('pi.json')
    expect(await totals(page).innerText()).toContain('Cortex-A72')
    expect(await main(page).innerText()).toContain('“Measure A here” above')
    await totals(page).getByRole('button', { name: 'Measure A here' }).click()
    await idle(page)
    // Times are what a trace is about.
    expect(await main(page).getByRole('radio', { name: 'ms', exact: true }).isChecked()).toBe(true)
    const [a = '', b = ''] = await total(page, 'ms a run')
    expect(Number(a)).toBeGreaterThan(0)
    expect(Number(b)).toBeGreaterThan(0)
    expect(await layers(page).getByRole('row').filter({ hasText: 'stem.conv' }).innerText()).toMatch(/0\.\d+\s+0\.\d+/)
    expect(await seriousProblems(page)).toEqual([])
    await picture(page, 'compare-trace')
    await app.leave(page)
  })

  it('sets what onnxruntime measured of the same weights beside ours', async () => {
    const { graph } = await openModel({ name: bundle, bytes: new Uint8Array(await readFile(bundle)) })
    const [, , , side = 0] = tensorOf(graph, graph.inputs[0] ?? -1).fact.shape
    const profile = await onnxruntimeProfile({ build: 'web', bytes: writeOnnx(recognise(graph)), side, runs: 6 })
    const page = await app.open()
    await drop(page, 'profile.json', 'application/json', new TextEncoder().encode(profile))
    expect(await main(page).getByRole('button', { name: /^B: / }).innerText()).toContain('profile.json')
    expect(await totals(page).innerText()).toContain('B: measured by onnxruntime, threads: 1.')
    await totals(page).getByRole('button', { name: 'Measure A here' }).click()
    await idle(page)
    const [a = '', b = ''] = await total(page, 'ms a run')
    expect(Number(a)).toBeGreaterThan(0)
    expect(Number(b)).toBeGreaterThan(0)
    expect(await layers(page).getByRole('row').filter({ hasText: 'stem.conv' }).innerText()).toMatch(/[\d.]+\s+[\d.]+/)
    expect(await seriousProblems(page)).toEqual([])
    await picture(page, 'compare-onnxruntime')
    // Whole runs alone, of a network that the file calls by a name of its own.
    await drop(
      page,
      'ncnn.txt',
      'text/plain',
      new TextEncoder().encode('num_threads = 4\n  shufflenet  min =    2.20  max =    2.62  avg =    2.46\n'),
    )
    expect(Number((await total(page, 'ms a run, median of A, mean of B'))[1])).toBe(2.46)
    expect(await totals(page).innerText()).toContain('It times whole runs of what it calls “shufflenet”, and no layers.')
    expect(await main(page).innerText()).toContain('B has times of whole runs alone')
    await picture(page, 'compare-ncnn')
    await app.leave(page)
  })

  it('opens the model that it is of, where it is another one', async () => {
    const trace = await traceOf(bundle)
    const page = await app.open({ hash: '#model=zoo:shufflenet-v1-g8-0.5x' })
    await drop(page, 'pi.json', 'application/json', json(trace))
    expect(await main(page).getByRole('button', { name: /^B: / }).innerText()).toContain('ten classes, pi.json')
    expect((await total(page, 'ms a run'))[1]).toMatch(/^[\d.]+$/)
    await app.leave(page)
  })

  it('refuses what fits no model, and what is no trace, in one sentence each', async () => {
    const trace = await traceOf(bundle)
    const page = await app.open()
    await compare(page)
    const says = async (name: string, bytes: Uint8Array) => {
      await drop(page, name, 'application/json', bytes)
      return (await main(page).getByRole('alert').innerText()).replace(/\s+/g, ' ')
    }
    const foreign = { ...trace, model: 'my-network', steps: trace.steps.map((s) => ({ ...s, nodes: s.nodes.map((n) => `x.${n}`) })) }
    expect(await says('other.json', json(foreign))).toMatch(
      /^Trace "other\.json": it is of "my-network", and \d+ of its \d+ steps name layers that ShuffleNet v1 0\.5x \(g=3\), ten classes does not have\./,
    )
    // A network of the same family calls its layers the same.
    expect(await says('family.json', json({ ...trace, model: 'a-sibling' }))).toContain(
      'it is of "a-sibling", and ShuffleNet v1 0.5x (g=3), ten classes is another model',
    )
    expect(await says('empty.json', json({}))).toContain('it is JSON, but not a trace')
    expect(await says('broken.json', new TextEncoder().encode('{"schema": 1'))).toContain('it is not JSON')
    expect(await says('new.json', json({ ...trace, schema: 9 }))).toContain('it is of version 9 of the format')
    expect(await says('model.onnx', new Uint8Array([1, 2, 3]))).toMatch(/model\.onnx/)
    await picture(page, 'compare-refused')
    await app.leave(page)
  })
})

describe('the screen', () => {
  it('in every size and theme: axe finds nothing serious, nothing overflows', async () => {
    const page = await app.open()
    await compare(page)
    await choose(page, 'shufflenet-v2-torchvision-0.5x')
    await sample(page)
    await eachLook(page, async (look) => {
      await expectSound(page, look)
      await picture(page, `compare-${look}`)
    })
    await layers(page).getByRole('rowheader', { name: 'stage2.unit3.depthwise.conv' }).click()
    await idle(page)
    await eachLook(page, (look) => picture(page, `compare-layers-${look}`))
    await app.leave(page)
  })

  it('speaks Chinese', async () => {
    const page = await app.open({ locale: 'zh-CN' })
    await page.keyboard.press('c')
    await idle(page)
    await page.getByRole('button', { name: '去掉重排的自身' }).click()
    await idle(page)
    expect(await main(page).innerText()).toContain('各组彼此隔断')
    await picture(page, 'compare-zh')
    await app.leave(page)
  })
})
