/** Every figure of every screen, exported in every format and opened again by other programs; the report, read offline. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sharedPath } from '../fixtures/shared.ts'
import { exportAll, openMenu, save, titles } from './exported.ts'
import { fits, KEEP, LOOKS, type Look, picture, problems, RESULTS, seriousProblems } from './look.ts'
import { type App, drop, idle, startApp } from './open.ts'

const MODEL = 'shufflenet-v1-g3-0.5x-imagenette'
/** Dozens of files, or axe on thousands of cells, on a machine that others use too. */
const SLOW = 300_000

/** A report is read on a phone too. */
const PHONES: readonly Look[] = (['light', 'dark'] as const).map((colorScheme) => ({
  name: `390-${colorScheme}`,
  colorScheme,
  viewport: { width: 390, height: 800 },
}))

let app: App
beforeAll(async () => {
  app = await startApp({ reuse: true })
})
afterAll(async () => app?.close())

/** Exports all that is on the screen; the views that the names of the files speak of. */
async function exportScreen(page: Page): Promise<string[]> {
  const views: string[] = []
  for (const title of await titles(page)) {
    const { name, document } = await exportAll(page, title)
    expect(document.rows.length, title).toBeGreaterThan(0)
    expect(name.startsWith(`${MODEL}-`), name).toBe(true)
    views.push(name.slice(MODEL.length + 1))
  }
  await page.keyboard.press('Escape')
  return views
}

async function go(page: Page, screen: string, view?: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Screens' }).getByRole('button', { name: screen }).click()
  await idle(page)
  if (view !== undefined) await page.getByRole('radio', { name: view, exact: true }).check()
  await idle(page)
}

async function sample(page: Page): Promise<void> {
  await page.getByRole('list', { name: 'Samples' }).first().getByRole('button').first().click()
  await idle(page)
}

describe('exports', () => {
  it(
    'opens again what it saved of the map, a unit and a trace',
    async () => {
      const page = await app.open({ reducedMotion: 'reduce' })
      expect(await exportScreen(page)).toEqual(['map', 'strip'])
      await page.getByRole('button', { name: /^stage3\/unit2:/ }).dblclick()
      await idle(page)
      expect(await exportScreen(page)).toEqual(['groups-stage3-unit2', 'unit-stage3-unit2', 'strip'])
      const bar = page.locator('.unit-flow').getByRole('slider').first()
      await bar.focus()
      await page.keyboard.press('ArrowDown')
      await page.getByRole('button', { name: 'Trace on the map' }).click()
      await idle(page)
      expect(await exportScreen(page)).toEqual(['trace', 'strip'])
      await app.leave(page)
    },
    SLOW,
  )

  it(
    'opens again what it saved of the mixing meter, with and without a photo',
    async () => {
      const page = await app.open()
      await go(page, 'Explore', 'Mixing')
      const family = [1, 2, 3, 4, 8].map((g) => `mixing-g${g}-1.0x`)
      expect(await exportScreen(page)).toEqual(['mixing', 'weights', ...family, 'strip'])
      await sample(page)
      expect(await exportScreen(page)).toEqual(['mixing', 'weights', 'mixing-photo', ...family, 'answer', 'strip'])
      await app.leave(page)
    },
    SLOW,
  )

  it(
    'opens again what it saved of the costs, measured, and of what if',
    async () => {
      const page = await app.open()
      await go(page, 'Costs')
      expect(await exportScreen(page)).toEqual(['costs', 'layers', 'strip'])
      await page.getByRole('button', { name: 'Measure the time here' }).first().click()
      await idle(page)
      expect(await exportScreen(page)).toEqual(['costs', 'roofline', 'layers', 'strip'])
      const { document } = await exportAll(page, 'Layers')
      expect(document.rows.length).toBe(169)
      expect(document.rows.reduce((sum, row) => sum + Number(row.macs), 0)).toBe(18_933_600)
      expect(document.rows.some((row) => Number(row.ms) > 0)).toBe(true)
      await page.keyboard.press('Escape')
      await go(page, 'Costs', 'What if')
      await page.getByRole('checkbox', { name: 'Hold complexity' }).check()
      await idle(page)
      expect(await exportScreen(page)).toEqual(['architecture', 'stages', 'held-complexity', 'paper', 'strip'])
      await app.leave(page)
    },
    SLOW,
  )

  it(
    'opens again what it saved of the photo: class map, occlusion, feature maps, answers',
    async () => {
      const page = await app.open()
      await sample(page)
      await go(page, 'Photo', 'Class map')
      expect(await exportScreen(page)).toEqual(['class-map', 'answer', 'strip'])
      await page.getByRole('radio', { name: 'Occlusion' }).check()
      await page.getByRole('button', { name: 'Hide place after place' }).click()
      await idle(page)
      expect(await exportScreen(page)).toEqual(['occlusion', 'answer', 'strip'])
      await go(page, 'Photo', 'Group lens')
      await page.locator('.lens-run').first().click()
      await idle(page)
      const [maps = '', ...others] = await exportScreen(page)
      expect(maps).toMatch(/^feature-maps-/)
      expect(others).toEqual(['answer-zeroed', 'answer', 'strip'])
      await app.leave(page)
    },
    SLOW,
  )

  it(
    'opens again what it saved of a comparison',
    async () => {
      const page = await app.open()
      await page.getByRole('button', { name: 'Compare' }).first().click()
      await idle(page)
      await page.getByRole('main').locator('.button.is-primary').click()
      await idle(page)
      expect(await exportScreen(page)).toEqual(expect.arrayContaining(['compare-stages', 'compare-layers']))
      await app.leave(page)
    },
    SLOW,
  )

  it(
    'holds in a PNG the pixels of the picture, text included, and light colours on request',
    async () => {
      const page = await app.open({ colorScheme: 'dark' })
      const title = 'Map of the network'
      const dark = await save(page, title, 'PNG')
      await page.getByRole('checkbox', { name: 'Pictures in light colours' }).check()
      const light = await save(page, title, 'PNG')
      const brightness = async (png: Buffer) => (await sharp(png).greyscale().stats()).channels[0]?.mean ?? 0
      expect(await brightness(dark.bytes)).toBeLessThan(64)
      expect(await brightness(light.bytes)).toBeGreaterThan(224)
      expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(23, 24, 27)')
      // librsvg draws the SVG of the same picture nearly as Chromium drew the PNG: the same things are in the same places.
      const svg = await save(page, title, 'SVG')
      const size = { width: 240, height: 160, fit: 'fill' } as const
      const [a, b] = await Promise.all([svg.bytes, light.bytes].map((bytes) => sharp(bytes).flatten().greyscale().resize(size).raw().toBuffer()))
      const difference = a && b ? a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] ?? 0)), 0) / a.length : Number.NaN
      expect(difference).toBeLessThan(4)
      await app.leave(page)
    },
    SLOW,
  )

  it('exports from the command palette and says what was saved; the menu is clean for axe, in Chinese too', async () => {
    const page = await app.open()
    await openMenu(page)
    await picture(page, 'export-menu')
    expect(await seriousProblems(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'A command, model, unit or layer' }).waitFor()
    await page.keyboard.type('Map of the network as CSV')
    const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')])
    expect(download.suggestedFilename()).toBe(`${MODEL}-map.csv`)
    await idle(page)
    await openMenu(page)
    expect(await page.locator('.export-menu [role=status]').innerText()).toBe(`Saved ${MODEL}-map.csv`)
    await app.leave(page)
    const chinese = await app.open({ locale: 'zh-CN', viewport: { width: 1024, height: 700 }, colorScheme: 'dark' })
    await openMenu(chinese)
    expect(await chinese.locator('.export-menu .menu-body').innerText()).toContain('网络图')
    await picture(chinese, 'export-menu-zh-1024')
    expect(await seriousProblems(chinese)).toEqual([])
    await app.leave(chinese)
  })
})

const DETECTOR = sharedPath('models/FastestDet.onnx')
describe.skipIf(!DETECTOR)('exports of a detector (skipped where the reference data is absent)', () => {
  it(
    'opens again what it saved of its map and its layers',
    async () => {
      const page = await app.open()
      await drop(page, 'FastestDet.onnx', '', await readFile(DETECTOR ?? ''))
      for (const title of await titles(page)) expect((await exportAll(page, title)).document.rows.length, title).toBeGreaterThan(0)
      await page.keyboard.press('Escape')
      await go(page, 'Costs')
      expect((await exportAll(page, 'Layers')).document.model?.title).toContain('FastestDet')
      await app.leave(page)
    },
    SLOW,
  )
})

describe('the report', () => {
  /** Opens it in a window of its own without a network, and counts what it asks for. */
  async function read(options: Parameters<App['browser']['newContext']>[0]): Promise<{ page: Page; asked: string[] }> {
    const file = join(folder, 'report.html')
    const context = await app.browser.newContext({ ...options, offline: true })
    const page = await context.newPage()
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    page.on('console', (message) => message.type() === 'error' && asked.push(message.text()))
    await page.goto(`file://${file}`)
    await page.waitForLoadState('networkidle')
    return { page, asked: asked.filter((url) => url !== `file://${file}`) }
  }

  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shufflescope-report-'))
    const page = await app.open()
    await go(page, 'Costs')
    await page.getByRole('button', { name: 'Measure the time here' }).first().click()
    await idle(page)
    await openMenu(page)
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save a report' }).click()])
    expect(download.suggestedFilename()).toBe(`${MODEL}-report.html`)
    await download.saveAs(join(folder, 'report.html'))
    await app.leave(page)
  }, SLOW)
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it(
    'reads offline in every size and theme: it asks for nothing, axe finds nothing, nothing overflows',
    async () => {
      const { page, asked } = await read({})
      expect(asked).toEqual([])
      expect(await page.locator('h2').allInnerTexts()).toEqual([
        'Model',
        'Complexity',
        'Map of the network',
        'By stage',
        'Shuffles',
        'Why the shuffle is there',
        'Measured',
        'Layers',
      ])
      expect(await page.locator('#measured svg[role=img]').count()).toBe(2)
      for (const { name, colorScheme, viewport } of [...LOOKS, ...PHONES]) {
        await page.emulateMedia({ colorScheme })
        await page.setViewportSize(viewport)
        expect(await fits(page), name).toBe(true)
        // Of the two widths that a desktop has, one is enough for axe; all of its rules, for the report is a document.
        if (viewport.width !== 1024) expect((await problems(page)).map(({ id, at }) => `${name}: ${id}: ${at}`)).toEqual([])
        await picture(page, `report-${name}`, viewport.width > 1024)
      }
      await app.leave(page)
    },
    SLOW,
  )

  it(
    'prints in light colours, every table whole',
    async () => {
      const { page } = await read({ colorScheme: 'dark' })
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
      expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(252, 252, 251)')
      expect(await page.evaluate(() => getComputedStyle(document.querySelector('.scroll') ?? document.body).overflowX)).toBe('visible')
      const pdf = await page.pdf({ format: 'A4', ...(KEEP ? { path: join(RESULTS, 'report.pdf') } : {}) })
      expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
      await app.leave(page)
    },
    SLOW,
  )
})
