/** The mixing meter and the channel tracer, as a user meets them. */
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Page } from 'playwright'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeImage } from '../../electron/services/images.ts'
import { ablate, channelsOfGroup, evaluateGraph, openModel, preprocessImage, recognise, stagesOf } from '../../engine/index.ts'
import { sharedPath } from '../fixtures/shared.ts'
import { eachLook, expectSound, picture, seriousProblems } from './look.ts'
import { type App, drop, idle, startApp } from './open.ts'

const ROOT = resolve(import.meta.dirname, '../..')

let app: App
beforeAll(async () => {
  app = await startApp({ reuse: true })
})
afterAll(async () => app?.close())

const tab = (page: Page, name: string) => page.getByRole('radio', { name, exact: true })
const main = (page: Page) => page.getByRole('main')

describe('the mixing meter', () => {
  it("says why the shuffle is there, for the model and the paper's five", { timeout: 120_000 }, async () => {
    const page = await app.open()
    await tab(page, 'Mixing').check()
    await idle(page)
    const says = await main(page).innerText()
    expect(says).toMatch(/Without the shuffle, a channel of Stage 3 sees 33\.3 % .*it sees all 240 after 1 unit/)
    const family = page.getByRole('region', { name: 'The paper’s networks at equal complexity' })
    expect(await family.getByRole('heading', { level: 3 }).allInnerTexts()).toEqual([1, 2, 3, 4, 8].map((g) => expect.stringContaining(`g = ${g}`)))
    // Sixteen units each; without shuffle the last one of g = 8 still sees an eighth.
    const last = family.getByRole('listbox').last().getByRole('option').last()
    expect(await last.getAttribute('aria-label')).toBe('stage4/unit4: with shuffle 100 %, without 12.5 %')
    await eachLook(page, async (name) => {
      await picture(page, `mixing-${name}`)
      await expectSound(page, name)
    })
    await app.leave(page)
  })

  it('shows numbers at the pointer, selects units, and changes the width', async () => {
    const page = await app.open()
    await tab(page, 'Mixing').check()
    await idle(page)
    const own = main(page).getByRole('listbox').first()
    await own.focus()
    await page.keyboard.press('End')
    expect(await main(page).getByText('480 of 480 channels').count()).toBe(1)
    expect(await main(page).getByText('160 of 480 channels').count()).toBe(1)
    await picture(page, 'mixing-tip')
    await page.keyboard.press('Enter')
    await idle(page)
    expect(await page.getByRole('complementary', { name: 'Inspector' }).innerText()).toMatch(/stage4\/unit4|Unit 4/)
    await page.getByRole('radio', { name: '0.25x' }).check()
    await idle(page)
    // Three channels a group meet three groups of eight in one unit: all takes more of them.
    expect(await page.getByRole('heading', { level: 3, name: /g = 8/ }).innerText()).toMatch(/all after [2-9] units/)
    await picture(page, 'mixing-quarter')
    await app.leave(page)
  })

  it.skipIf(!sharedPath('models/FastestDet.onnx'))('follows an imported detector with a ShuffleNet v2 trunk (needs shared models)', async () => {
    const page = await app.open()
    await drop(page, 'FastestDet.onnx', '', await readFile(sharedPath('models/FastestDet.onnx') ?? ''))
    await tab(page, 'Mixing').check()
    await idle(page)
    expect(await main(page).getByRole('listbox').count()).toBeGreaterThan(5)
    await picture(page, 'mixing-detector')
    expect(await seriousProblems(page)).toEqual([])
    await app.leave(page)
  })
})

describe('the mixing meter on a photo', () => {
  it('offers a sample, then shows what zeroing a group changes', { timeout: 180_000 }, async () => {
    const page = await app.open()
    await tab(page, 'Mixing').check()
    await idle(page)
    expect(await main(page).innerText()).toContain('Zeroes one group of channels after the other on a photo')
    await picture(page, 'mixing-no-photo')
    await main(page).getByRole('button', { name: 'Garbage truck', exact: true }).click()
    await idle(page)
    const curve = main(page).getByRole('listbox', { name: /on the photo/ })
    // The curve begins where the groups are still apart, and without the shuffle they stay so.
    expect(await curve.getByRole('option').first().getAttribute('aria-label')).toBe('stage2/unit1, first feature map: with shuffle 0 %, without 0 %')
    expect(await curve.getByRole('option').last().getAttribute('aria-label')).toMatch(/^stage4\/unit4: with shuffle [1-9][\d.]* %, without 0 %$/)
    const matrices = main(page).getByRole('region', { name: 'Group by group' })
    expect(await matrices.getByRole('img').count()).toBe(2)
    expect(await matrices.innerText()).toContain('after stage3/unit8')
    await eachLook(page, async (name) => {
      await picture(page, `mixing-photo-${name}`)
      await expectSound(page, name)
    })
    await app.leave(page)
  })

  it('measures the same as scalar code with the same mask, and shows the matrix of the selected unit', async () => {
    const page = await app.open()
    const photo = await sharp(join(ROOT, 'assets/samples/garbage-truck.jpg')).toColourspace('srgb').png().toBuffer()
    await drop(page, 'photo.png', 'image/png', photo)
    await tab(page, 'Mixing').check()
    await idle(page)
    const curve = main(page).getByRole('listbox', { name: /on the photo/ })
    await curve.focus()
    await page.keyboard.press('Home')
    for (let i = 0; i < 2; i++) await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await idle(page)
    const matrices = main(page).getByRole('region', { name: 'Group by group' })
    expect(await matrices.innerText()).toContain('after stage2/unit3')
    await matrices
      .getByRole('img')
      .first()
      .hover({ position: { x: 30, y: 60 } })
    expect(await matrices.innerText()).toMatch(/Zeroing group 0 changes group 1 by [\d.]+ %/)
    await picture(page, 'mixing-matrix')

    const name = 'shufflenet-v1-g3-0.5x-imagenette.safetensors'
    const model = await openModel({ name, bytes: await readFile(join(ROOT, 'assets/models', name)) })
    const graph = recognise(model.graph)
    const [stage] = stagesOf(graph)
    if (!stage || !model.preprocess) throw new Error('no stage, or no preprocessing')
    const input = preprocessImage(await decodeImage(photo, 'photo.png'), model.preprocess)
    const output = stage.units[2]?.output ?? -1
    const whole = evaluateGraph(graph, [input]).get(output)
    const zeroed = evaluateGraph(ablate(graph, stage.source, channelsOfGroup(stage.channels, 3, 0)), [input]).get(output)
    const size = (whole?.data.length ?? 0) / 3
    const expected = [0, 1, 2].map((g) => {
      const values = (v: typeof whole) => Array.from(v?.data.subarray(g * size, (g + 1) * size) ?? [], Number)
      const [a, b] = [values(whole), values(zeroed)]
      return Math.hypot(...a.map((v, i) => (b[i] ?? 0) - v)) / Math.hypot(...a)
    })
    const row = main(page)
      .getByRole('table', { name: /^On the photo/ })
      .getByRole('row', { name: 'stage2/unit3 2 With shuffle 0', exact: false })
    const shown = (await row.first().getByRole('cell').allInnerTexts()).slice(-3).map((text) => Number.parseFloat(text) / 100)
    // Three digits stand in the table.
    for (const [g, value] of expected.entries()) expect(Math.abs((shown[g] ?? Number.NaN) / value - 1)).toBeLessThan(0.006)
    console.log(`zeroing group 0 changes the groups after stage2/unit3 by ${expected.map((v) => v.toFixed(3)).join(', ')}`)
    await app.leave(page)
  })
})

describe('the channel tracer', () => {
  it.each([
    { name: 'light', viewport: { width: 1440, height: 900 }, colorScheme: 'light' as const },
    { name: 'dark-small', viewport: { width: 1024, height: 700 }, colorScheme: 'dark' as const },
  ])('shows on the map where a channel comes from and goes to, by group, $name', async ({ name, ...options }) => {
    const page = await app.open({ reducedMotion: 'reduce', ...options })
    const units = page.getByRole('button', { name: /^stage\d\/unit\d:/ })
    await page.getByRole('button', { name: /^stage3\/unit4:/ }).dblclick()
    await idle(page)
    const trace = async () => {
      await main(page).getByRole('slider').last().press('PageDown')
      await idle(page)
      await page.getByRole('button', { name: 'Trace on the map' }).click()
      await idle(page)
    }
    await trace()
    const before = await page.getByRole('button', { name: /^stage3\/unit3:/ }).getAttribute('aria-label')
    expect(before).toMatch(/240 of 240 channels lead to it; group 0: 80 of 80/)
    expect(await page.getByRole('button', { name: /^stage4\/unit4:/ }).getAttribute('aria-label')).toMatch(/it leads to 480 of 480 channels/)
    expect(await page.getByRole('table', { name: 'Channels touched by the trace' }).getByRole('row').count()).toBeGreaterThan(30)
    await picture(page, `trace-${name}`)
    expect(await seriousProblems(page)).toEqual([])
    await page.getByRole('button', { name: 'Stop tracing' }).click()
    expect(await units.first().getAttribute('aria-label')).not.toMatch(/lead to it/)
    // Without the shuffle only the third of its own group reaches it.
    await page.getByRole('button', { name: /^stage3\/unit4:/ }).dblclick()
    await idle(page)
    await page.keyboard.press('s')
    await trace()
    expect(await page.getByRole('button', { name: /^stage3\/unit3:/ }).getAttribute('aria-label')).toMatch(/80 of 240 channels lead to it/)
    await picture(page, `trace-without-shuffle-${name}`)
    await app.leave(page)
  })
})
