/** Costs: icicle, reconciliation and the sliders of "what if", in the browser shell. */
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fits, goTo, LOOKS, picture, seriousProblems } from './look.ts'
import { type App, idle, startApp } from './open.ts'

let app: App
beforeAll(async () => {
  app = await startApp()
})
afterAll(async () => app?.close())

const costs = (page: Page) => goTo(page, 'Costs')

async function whatIf(page: Page): Promise<void> {
  await costs(page)
  await page.getByRole('radio', { name: 'What if' }).check()
  await idle(page)
}

const numbers = (page: Page) => page.locator('.whatif-numbers').innerText()

describe('where it goes', () => {
  it('draws every unit, follows the selection both ways, and shows shuffles by their bytes', async () => {
    const page = await app.open()
    await costs(page)
    const panel = page.getByRole('region', { name: 'Where it goes' })
    expect(await panel.innerText()).toMatch(/16 shuffles: 0 MACs; not fused, they move [\d.]+ MiB/)
    expect(await panel.getByRole('option', { name: /^stage\d\/unit\d:/ }).count()).toBe(16)
    expect(await panel.getByRole('option', { name: /\.shuffle:/ }).count()).toBe(0)
    await panel.getByRole('option', { name: /^stage3\.unit1\.compress\.conv:/ }).click()
    await idle(page)
    expect(await page.getByRole('row', { selected: true }).innerText()).toMatch(/^stage3\.unit1\.compress\.conv/)
    await panel.getByRole('listbox').press('ArrowUp')
    await idle(page)
    expect(await panel.getByRole('option', { selected: true }).getAttribute('aria-label')).toMatch(/^stage3\/unit1:/)
    expect(await page.getByRole('complementary', { name: 'Inspector' }).innerText()).toMatch(/Unit/)
    await panel.getByRole('radio', { name: 'Bytes' }).check()
    expect(await panel.getByRole('option', { name: /\.shuffle:/ }).count()).toBe(16)
    await page.keyboard.press('Escape')
    await idle(page)
    await picture(page, 'costs-icicle')
    expect(await seriousProblems(page)).toEqual([])
    await page.context().close()
  })

  it('says which published figure the total stands beside, in MACs and as FLOPs', async () => {
    const page = await app.open()
    await costs(page)
    const main = page.getByRole('main')
    expect(await main.innerText()).toContain('At 224 × 224 with 1000 classes 37.11 M MACs. Table 2 of the paper prints 38 M: −2.3 %')
    await main.getByRole('radio', { name: 'Conv + FC' }).check()
    expect(await main.innerText()).toContain('37.59 M MACs. Table 2 of the paper prints 38 M: the same when rounded')
    await main.getByRole('radio', { name: 'Paper' }).check()
    await main.getByRole('checkbox', { name: 'FLOPs (× 2)' }).check()
    expect(await main.innerText()).toMatch(/37\.8\d M FLOPs/)
    await page.context().close()
  })
})

describe('once measured', () => {
  it('offers the time of each layer as a measure', async () => {
    const page = await app.open({ viewport: { width: 1024, height: 700 } })
    await costs(page)
    const panel = page.getByRole('region', { name: 'Where it goes' })
    expect(await panel.getByRole('radio', { name: 'ms here' }).count()).toBe(0)
    await page.getByRole('region', { name: 'Roofline' }).getByRole('button', { name: 'Measure' }).click()
    await idle(page)
    await panel.getByRole('radio', { name: 'ms here' }).check()
    expect(await panel.getByRole('option', { name: /^stem\.conv: [\d.]+ ms, / }).count()).toBe(1)
    await picture(page, 'costs-measured-1024')
    expect(await seriousProblems(page)).toEqual([])
    await page.context().close()
  })
})

describe('what if', () => {
  it('moves numbers with the sliders by keys, holds the complexity, and comes back', async () => {
    const page = await app.open()
    await whatIf(page)
    expect(await numbers(page)).toContain('18.93 M')
    expect((await numbers(page)).match(/±0/g)).toHaveLength(4)
    await picture(page, 'what-if')
    const slider = (name: string) => page.getByRole('slider', { name, exact: true })
    await slider('Groups').press('End')
    expect(await slider('Groups').getAttribute('aria-valuetext')).toBe('8')
    expect(await numbers(page)).not.toContain('18.93 M')
    await page.getByRole('checkbox', { name: 'Channel shuffle' }).uncheck()
    expect(await numbers(page)).toContain('0 B')
    await page.getByRole('checkbox', { name: 'Channel shuffle' }).check()
    await page.getByRole('button', { name: 'As opened' }).click()
    expect((await numbers(page)).match(/±0/g)).toHaveLength(4)

    // To the paper's own: 1x at 224 x 224, held at 140 M.
    const scale = slider('Scale')
    await scale.press('Home')
    for (let i = 0; i < 15; i++) await scale.press('ArrowRight')
    expect(await scale.getAttribute('aria-valuetext')).toBe('1×')
    const input = slider('Input')
    await input.press('Home')
    for (let i = 0; i < 4; i++) await input.press('ArrowRight')
    expect(await input.getAttribute('aria-valuetext')).toBe('224 × 224')
    expect(await numbers(page)).toContain('136.5 M')
    await page.getByRole('checkbox', { name: 'Hold complexity' }).check()
    const held = page.getByRole('region', { name: 'Widths at this complexity' })
    expect(await held.innerText()).toContain("exactly the widths of the paper's Table 1")
    const rows = await held.getByRole('row').allInnerTexts()
    expect(rows.slice(1).map((r) => r.split(/\s+/).slice(0, 4).join(' '))).toEqual([
      '1 144 288 576',
      '2 200 400 800',
      '3 240 480 960',
      '4 272 544 1088',
      '8 384 768 1536',
    ])
    await held.getByRole('button', { name: '8 groups' }).click()
    expect(await numbers(page)).toContain('136.8 M')
    await picture(page, 'what-if-held')
    expect(await seriousProblems(page)).toEqual([])
    await page.context().close()
  })

  it('answers a step of a slider within a frame', async () => {
    const page = await app.open()
    await whatIf(page)
    const ms = await page.evaluate(async () => {
      const slider = document.querySelector<HTMLInputElement>('.whatif-controls input[type=range]')
      if (!slider) throw new Error('no slider')
      const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set
      const times: number[] = []
      for (let i = 0; i < 40; i++) {
        const start = performance.now()
        set?.call(slider, String(i % 5))
        slider.dispatchEvent(new Event('input', { bubbles: true }))
        times.push(performance.now() - start)
        await new Promise(requestAnimationFrame)
      }
      return times.sort((a, b) => a - b)
    })
    console.log(`a step of a slider takes ${ms[20]?.toFixed(1)} ms in the median, ${ms.at(-1)?.toFixed(1)} ms at most`)
    expect(ms[20]).toBeLessThan(16)
    await page.context().close()
  })

  it('shows the points of the paper to the pointer, to keys and to screen readers', async () => {
    const page = await app.open()
    await whatIf(page)
    const panel = page.getByRole('region', { name: 'Complexity and error in the paper' })
    expect(await panel.getByRole('option').count()).toBeGreaterThan(30)
    expect(await panel.innerText()).toContain('yours: 18.9 M')
    await panel.getByRole('listbox').press('Home')
    expect(await panel.getByRole('option', { selected: true }).getAttribute('aria-label')).toMatch(/: 13 MFLOPs, [\d.]+ % error, table/)
    expect(await panel.getByRole('rowheader', { name: 'VGG-16' }).count()).toBe(1)
    await page.context().close()
  })

  for (const { name: look, ...options } of LOOKS)
    it(`${look}: axe finds nothing serious, nothing overflows`, async () => {
      const page = await app.open(options)
      for (const [name, show] of [
        ['costs', costs],
        ['whatif', whatIf],
      ] as const) {
        await show(page)
        expect(await seriousProblems(page), name).toEqual([])
        expect(await fits(page), name).toBe(true)
        await picture(page, `${name}-${look}`)
      }
      await page.context().close()
    })

  it('speaks Chinese', async () => {
    const page = await app.open({ locale: 'zh-CN' })
    await page.getByRole('navigation').getByRole('button').nth(2).click()
    await idle(page)
    await page.getByRole('radio', { name: '如果' }).check()
    await idle(page)
    expect(await page.getByRole('main').innerText()).toContain('保持复杂度')
    await picture(page, 'whatif-zh')
    await page.context().close()
  })
})
