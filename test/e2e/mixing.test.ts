/** The mixing meter and the channel tracer, as a user meets them. */
import { mkdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sharedPath } from '../fixtures/shared.ts'
import { type App, drop, idle, startApp } from './open.ts'

const RESULTS = resolve(import.meta.dirname, '../../test-results')
const KEEP = process.env.SCREENSHOTS === '1'

let app: App
beforeAll(async () => {
  await mkdir(RESULTS, { recursive: true })
  app = await startApp()
})
afterAll(async () => app?.close())

async function picture(page: Page, name: string): Promise<void> {
  const image = await page.screenshot({ animations: 'disabled', ...(KEEP ? { path: join(RESULTS, `${name}.png`) } : {}) })
  expect(image.length).toBeGreaterThan(10_000)
}

async function seriousProblems(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations
    .filter((v) => v.impact === 'serious' || v.impact === 'critical')
    .map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)
}

const tab = (page: Page, name: string) => page.getByRole('radio', { name, exact: true })
const main = (page: Page) => page.getByRole('main')

describe('the mixing meter', () => {
  it.each([
    { name: 'light', viewport: { width: 1440, height: 900 }, colorScheme: 'light' as const },
    { name: 'dark-small', viewport: { width: 1024, height: 700 }, colorScheme: 'dark' as const },
  ])("says why the shuffle is there, for the model and the paper's five, $name", async ({ name, ...options }) => {
    const page = await app.open(options)
    await tab(page, 'Mixing').check()
    await idle(page)
    const says = await main(page).innerText()
    expect(says).toMatch(/Without the shuffle, a channel of Stage 3 sees 33\.3 % .*it sees all 240 after 1 unit/)
    const family = page.getByRole('region', { name: 'The paper’s networks at equal complexity' })
    expect(await family.getByRole('heading', { level: 3 }).allInnerTexts()).toEqual([1, 2, 3, 4, 8].map((g) => expect.stringContaining(`g = ${g}`)))
    // Sixteen units each; without shuffle the last one of g = 8 still sees an eighth.
    const last = family.getByRole('listbox').last().getByRole('option').last()
    expect(await last.getAttribute('aria-label')).toBe('stage4/unit4: with shuffle 100 %, without 12.5 %')
    await picture(page, `mixing-${name}`)
    expect(await seriousProblems(page)).toEqual([])
    await page.context().close()
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
    await page.context().close()
  })

  it.skipIf(!sharedPath('models/FastestDet.onnx'))('follows an imported detector with a ShuffleNet v2 trunk (needs shared models)', async () => {
    const page = await app.open()
    await drop(page, 'FastestDet.onnx', '', await readFile(sharedPath('models/FastestDet.onnx') ?? ''))
    await tab(page, 'Mixing').check()
    await idle(page)
    expect(await main(page).getByRole('listbox').count()).toBeGreaterThan(5)
    await picture(page, 'mixing-detector')
    expect(await seriousProblems(page)).toEqual([])
    await page.context().close()
  })
})

describe('the channel tracer', () => {
  it.each([
    { name: 'light', viewport: { width: 1440, height: 900 }, colorScheme: 'light' as const },
    { name: 'dark-small', viewport: { width: 1024, height: 700 }, colorScheme: 'dark' as const },
  ])('shows on the map where a channel comes from and goes to, by group, $name', async ({ name, ...options }) => {
    const page = await app.open({ reducedMotion: 'reduce', ...options })
    const units = page.getByRole('button', { name: /^stage\d\/unit\d:/ })
    await page.getByRole('button', { name: /^stage3\/unit4:/ }).click()
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
    await page.getByRole('button', { name: /^stage3\/unit4:/ }).click()
    await idle(page)
    await page.keyboard.press('s')
    await trace()
    expect(await page.getByRole('button', { name: /^stage3\/unit3:/ }).getAttribute('aria-label')).toMatch(/80 of 240 channels lead to it/)
    await picture(page, `trace-without-shuffle-${name}`)
    await page.context().close()
  })
})
