/** What a person expects of any application: copying numbers, recent models, contrast, the system's own colours, another language. */
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { picture, seriousProblems } from './look.ts'
import { type App, idle, startApp } from './open.ts'

/** On a busy machine what is soon can take a while. */
const SOON = { timeout: 20_000 }

let app: App
beforeAll(async () => {
  app = await startApp()
})
afterAll(async () => app?.close())

async function give(page: Page, words: string): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.locator('.palette input').waitFor()
  await page.keyboard.type(words)
  await page.keyboard.press('Enter')
  await idle(page)
}
const clipboard = (page: Page) => page.evaluate(() => navigator.clipboard.readText())

describe('numbers', { timeout: 150_000 }, () => {
  it('are copied exactly by a click or by Ctrl+C, and the page says so', async () => {
    const page = await app.open({ permissions: ['clipboard-read', 'clipboard-write'] })
    await page.getByRole('button', { name: /18\.93 M MACs/ }).click()
    await expect.poll(() => clipboard(page), SOON).toMatch(/^189\d{5}$/)
    const macs = await clipboard(page)
    await expect.poll(() => page.getByText(`Copied ${macs}`).count(), SOON).toBe(1)
    await picture(page, 'copied')

    const params = page.getByRole('complementary', { name: 'Inspector' }).getByRole('button', { name: /^Copy 24\d{4}$/ })
    await params.focus()
    await page.keyboard.press('Control+c')
    expect(await clipboard(page)).toMatch(/^24\d{4}$/)

    await give(page, 'costs layers')
    const row = page.getByRole('row', { name: /^stem\.conv/ })
    const cell = row.locator('td[data-copy]').last()
    await cell.click()
    await idle(page)
    // The first click selects, as anywhere in the row.
    expect(await row.getAttribute('aria-selected')).toBe('true')
    expect(await clipboard(page)).toMatch(/^24\d{4}$/)
    await cell.click()
    await expect.poll(() => clipboard(page), SOON).toBe(await cell.getAttribute('data-copy'))
    await row.focus()
    await page.keyboard.press('Control+c')
    expect((await clipboard(page)).split('\t').slice(0, 2)).toEqual(['stem.conv', '3×3 conv'])
    await app.leave(page)
  })
})

describe('recent models', { timeout: 150_000 }, () => {
  it('are listed in the picker and the palette, and open again', async () => {
    const page = await app.open()
    const title = () => page.getByRole('heading', { level: 1 }).innerText()
    await give(page, 'shufflenet-v1-g8-0.25x')
    const first = await title()
    await give(page, 'shufflenet-v1-g2-0.25x')
    expect(await title()).not.toBe(first)
    await page.getByRole('heading', { level: 1 }).getByRole('button').click()
    const dialog = page.getByRole('dialog', { name: 'Models' })
    await dialog.waitFor()
    const list = dialog.locator('.models').first().getByRole('button')
    expect(await list.count()).toBe(2)
    expect(await list.last().innerText()).toContain(first.trim())
    expect(await seriousProblems(page)).toEqual([])
    await picture(page, 'recents')
    await list.last().click()
    await idle(page)
    expect(await title()).toBe(first)
    await page.keyboard.press('Control+k')
    await page.keyboard.type('recent')
    await page.keyboard.press('Escape')
    // A reload asks the back end again.
    await page.reload()
    await idle(page)
    await page.getByRole('heading', { level: 1 }).getByRole('button').click()
    await dialog.waitFor()
    expect(await list.first().innerText()).toContain(first.trim())
    await app.leave(page)
  })
})

describe('contrast', { timeout: 150_000 }, () => {
  it('can be chosen: white on black, groups in hues that can be told apart with their indices', async () => {
    const page = await app.open()
    await give(page, 'theme: high contrast')
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(0, 0, 0)')
    expect(await seriousProblems(page)).toEqual([])
    await picture(page, 'contrast-map')
    await give(page, 's3u2')
    expect(await page.locator('.unit-index').allTextContents()).toEqual(expect.arrayContaining(['0', '1', '2']))
    expect(await seriousProblems(page)).toEqual([])
    await picture(page, 'contrast-unit')
    await give(page, 'costs layers')
    expect(await seriousProblems(page)).toEqual([])
    await picture(page, 'contrast-costs')
    await app.leave(page)
  })

  for (const [name, options] of [
    ['more-light', { contrast: 'more', colorScheme: 'light' }],
    ['more-dark', { contrast: 'more', colorScheme: 'dark' }],
    ['forced', { forcedColors: 'active' }],
  ] as const)
    it(`follows the system: ${name}`, async () => {
      const page = await app.open({ ...options, viewport: { width: 1024, height: 700 } })
      await give(page, 's3u2')
      expect(await seriousProblems(page)).toEqual([])
      await picture(page, `contrast-${name}`)
      await app.leave(page)
    })
})

describe('language', { timeout: 150_000 }, () => {
  it('changes from the palette, for every word of it', async () => {
    const page = await app.open()
    await give(page, 'language: 中文')
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('zh-Hans')
    await page.keyboard.press('Control+k')
    await page.locator('.palette input').waitFor()
    expect(await page.locator('.palette').innerText()).toMatch(/撤销|前往/)
    await picture(page, 'palette-zh')
    await app.leave(page)
  })
})
