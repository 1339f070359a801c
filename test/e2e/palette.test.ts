/** The command palette by keyboard alone, in the real page. */
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

const palette = (page: Page) => page.getByRole('dialog', { name: 'All commands' })
const field = (page: Page) => page.getByRole('combobox', { name: 'A command, model, unit or layer' })
const options = (page: Page) => palette(page).getByRole('option')
const chosen = (page: Page) => palette(page).getByRole('option', { selected: true })

/** Opens it, types, and gives the first thing found. */
async function give(page: Page, query: string): Promise<void> {
  await page.keyboard.press('Control+k')
  await field(page).waitFor()
  await page.keyboard.type(query)
  await page.keyboard.press('Enter')
  await idle(page)
}

describe('the palette', { timeout: 150_000 }, () => {
  it('is a combobox: it has the focus, names the chosen option, and says how many were found', async () => {
    const page = await app.open()
    await page.keyboard.press('Control+k')
    await field(page).waitFor()
    expect(await field(page).evaluate((e) => e === document.activeElement)).toBe(true)
    const active = () => field(page).evaluate((e) => document.getElementById(e.getAttribute('aria-activedescendant') ?? '')?.textContent)
    expect(await active()).toBe(await chosen(page).textContent())
    await page.keyboard.press('ArrowDown')
    expect(await active()).toBe(await options(page).nth(1).textContent())
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('ArrowUp')
    expect(await active()).toBe(await options(page).last().textContent())
    expect(await seriousProblems(page)).toEqual([])
    await picture(page, 'palette')
    await page.keyboard.type('no such thing at all')
    expect(await palette(page).innerText()).toContain('Nothing is called “no such thing at all”')
    expect(await palette(page).getByRole('status').innerText()).toBe('0 found')
    expect(await seriousProblems(page)).toEqual([])
    await page.keyboard.press('Enter')
    await page.keyboard.press('Escape')
    expect(await palette(page).count()).toBe(0)
    await app.leave(page)
  })

  it('reaches screens, stages, units, layers, models and samples without a mouse', async () => {
    const page = await app.open()
    await give(page, 'costs')
    expect(await page.getByRole('button', { name: 'Costs', exact: true }).getAttribute('aria-current')).toBe('page')
    await give(page, 'what if')
    expect(await page.getByRole('radio', { name: 'What if' }).isChecked()).toBe(true)
    await give(page, 's3u2')
    expect(await page.getByRole('main').innerText()).toContain('stage3/unit2')
    await give(page, 'stage fused')
    expect(await page.getByRole('radio', { name: 'Fused' }).isChecked()).toBe(true)
    await give(page, 'stage2.unit1.compress')
    expect(await page.getByRole('complementary', { name: 'Inspector' }).innerText()).toContain('stage2.unit1.compress')
    await give(page, 'garbage truck')
    expect(await page.getByRole('list', { name: 'Most likely classes' }).first().innerText()).toMatch(/garbage truck/i)
    await give(page, 'shufflenet-v1-g8-0.25x')
    await expect.poll(() => page.getByRole('heading', { level: 1 }).innerText(), SOON).toMatch(/0\.25x.*8|g=8/)
    await app.leave(page)
  })

  it('shows the key of a command, and the same key works', async () => {
    const page = await app.open()
    await page.keyboard.press('Control+k')
    await field(page).waitFor()
    await page.keyboard.type('stage: loaded')
    expect(await chosen(page).locator('kbd').allInnerTexts()).toEqual(['1'])
    await page.keyboard.press('Escape')
    await page.keyboard.press('1')
    await idle(page)
    expect(await page.getByRole('radio', { name: 'Loaded' }).isChecked()).toBe(true)
    await page.keyboard.press('?')
    const map = page.getByRole('dialog', { name: 'Keys' })
    expect(await map.innerText()).toMatch(/Ctrl\s*Z/)
    expect(await map.innerText()).toMatch(/Stage: Loaded/)
    expect(await seriousProblems(page)).toEqual([])
    await picture(page, 'keys')
    await app.leave(page)
  })

  it('fits a small dark window, as does the menu with the same commands', async () => {
    const page = await app.open({ colorScheme: 'dark', viewport: { width: 1024, height: 700 } })
    await page.keyboard.press('Control+k')
    await field(page).waitFor()
    await page.keyboard.type('unit2')
    expect(await palette(page).evaluate((e) => e.getBoundingClientRect().bottom <= innerHeight)).toBe(true)
    expect(await seriousProblems(page)).toEqual([])
    await picture(page, 'palette-1024-dark')
    await page.keyboard.press('Escape')
    await page.locator('.menu summary').last().click()
    const undo = page.getByRole('button', { name: /^Undo/ })
    expect(await undo.isDisabled()).toBe(true)
    await picture(page, 'menu-1024-dark')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Costs', exact: true }).click()
    await idle(page)
    await page.locator('.menu summary').last().click()
    expect(await undo.getAttribute('aria-keyshortcuts')).toBe('Control+z')
    await undo.click()
    await idle(page)
    expect(await page.getByRole('button', { name: 'Explore', exact: true }).getAttribute('aria-current')).toBe('page')
    await app.leave(page)
  })
})
