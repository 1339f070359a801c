/** Costs, the tables of the paper: what is printed beside what is counted, in the browser shell. */
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { claimReadings, SHUFFLE_CLAIM } from '../../engine/index.ts'
import { exportAll } from './exported.ts'
import { eachLook, expectSound, goTo, picture, seriousProblems } from './look.ts'
import { type App, idle, startApp } from './open.ts'

let app: App
beforeAll(async () => {
  app = await startApp({ reuse: true })
})
afterAll(async () => app?.close())

async function paper(page: Page, table = 1): Promise<void> {
  await goTo(page, 'Costs')
  await page.getByRole('radio', { name: 'Published' }).check()
  await idle(page)
  await page.getByRole('radio', { name: String(table), exact: true }).check()
  await idle(page)
}

const panel = (page: Page) => page.getByRole('region', { name: /^Table \d: / })

const claim = (page: Page) => page.getByRole('region', { name: 'Tested here in small' })

/** Cells of the rows, as they are read. */
async function cells(page: Page): Promise<string[][]> {
  const rows = panel(page).locator('.paper-table tbody tr')
  const texts = await rows.evaluateAll((all) => all.map((row) => [...row.children].map((cell) => (cell as HTMLElement).innerText.trim())))
  return texts
}

describe('the tables of the paper', () => {
  it('has the complexities of table 1, exactly where one copies them', async () => {
    const page = await app.open()
    await paper(page)
    const rows = await cells(page)
    expect(rows.map((r) => r.slice(0, 5))).toEqual([
      ['ShuffleNet 1× (g=1)', '143', '142.50', 'Conv', '−0.3 %'],
      ['ShuffleNet 1× (g=2)', '140', '140.04', 'Conv', '0.0 %'],
      ['ShuffleNet 1× (g=3)', '137', '136.50', 'Conv', '−0.4 %'],
      ['ShuffleNet 1× (g=4)', '133', '133.25', 'Conv', '+0.2 %'],
      ['ShuffleNet 1× (g=8)', '137', '136.83', 'Conv', '−0.1 %'],
    ])
    const exact = await panel(page)
      .locator('tbody td:nth-child(3)')
      .evaluateAll((all) => all.map((cell) => (cell as HTMLElement).dataset.copy))
    expect(exact).toEqual(['142502976', '140036512', '136500672', '133251776', '136829952'])
    expect(await panel(page).innerText()).toContain('arXiv:1707.01083v2, table 1')
    await app.leave(page)
  })

  it('says why a figure differs, what was chosen, and what the detectors cost by part', async () => {
    const page = await app.open()
    await paper(page, 5)
    const row = (name: string) => panel(page).getByRole('row', { name })
    expect(await row('ShuffleNet 0.5× (shallow, g=3)').innerText()).toMatch(/40\s+40\.23\s+Conv \+ FC[\s\S]*the same when rounded[\s\S]*Stem of 9 /)
    expect(await row('ShuffleNet 1× (g=8)').innerText()).toContain('nominal: one figure for several networks')
    await paper(page, 6)
    expect(await row('GoogleNet').innerText()).toMatch(/1,500\s+1582\.67[\s\S]*\+5\.5 %[\s\S]*budget/)
    expect(await row('VGG-16').innerText()).toMatch(/15,300\s+15346\.63/)
    await paper(page, 7)
    expect((await cells(page)).map((r) => r.slice(1, 3))).toEqual([
      ['18.7', '25.0'],
      ['14.5', '19.8'],
      ['16.4', '19.8'],
      ['14.9', '19.3'],
    ])
    expect(await row('1.0 MobileNet-224 (our impl.)').innerText()).toMatch(
      /300×: 25\.2 G MACs \(backbone 897 M, RPN 865 M, head 23\.4 G\)[\s\S]*RPN of 512/,
    )
    expect(await panel(page).getByRole('button', { name: 'Open' }).count()).toBe(4)
    await app.leave(page)
  })

  it('is walked by keys, and opens the architecture of a row', async () => {
    const page = await app.open()
    await paper(page, 3)
    await panel(page).getByRole('row', { name: 'ShuffleNet 1× (g=3, no shuffle)' }).focus()
    await page.keyboard.press('ArrowDown')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('ShuffleNet 1× (g=3)')
    await page.keyboard.press('End')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('ShuffleNet 0.25× (g=8)')
    await page.keyboard.press('Enter')
    await idle(page)
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toContain('ShuffleNet v1 0.25x (g=8)')
    await paper(page, 4)
    await panel(page).getByRole('button', { name: 'Open ResNeXt units, 38 MFLOPs' }).click()
    await idle(page)
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toContain('ResNeXt units, 38 MFLOPs')
    await app.leave(page)
  })

  it('is in the address, and in the export menu with its numbers', async () => {
    const page = await app.open()
    await paper(page, 8)
    await page.waitForFunction(() => /costs=paper.*table=8/.test(location.hash))
    const other = await app.open({ hash: await page.evaluate(() => location.hash) })
    expect(await panel(other).getAttribute('aria-label')).toMatch(/^Table 8: /)
    expect(await cells(other)).toHaveLength(5)
    const { name } = await exportAll(other, 'Table 8: latency on a phone (Snapdragon 820)')
    expect(name).toMatch(/-paper-table-8$/)
    await app.leave(other)
    await app.leave(page)
  })

  it('shows the shuffle tested in small below table 3, and opens its networks alone and side by side', { timeout: 120_000 }, async () => {
    const page = await app.open()
    await paper(page, 2)
    expect(await claim(page).count()).toBe(0)
    await paper(page, 3)
    const strips = SHUFFLE_CLAIM.flatMap((set) => set.rows.map((row) => row.accuracy[64]?.values ?? []))
    const rows = claim(page).locator('tbody tr:not(.claim-set)')
    expect(await rows.count()).toBe(strips.length)
    for (const [i, values] of strips.entries()) {
      const strip = rows.nth(i).getByRole('img', { name: `Each seed: ${values.map((v) => v.toFixed(1)).join(', ')} %`, exact: true })
      expect(await strip.locator('circle').count()).toBe(values.length)
    }
    const text = await claim(page).innerText()
    const verdicts = SHUFFLE_CLAIM.flatMap(claimReadings)
    expect(text.match(/no difference beyond the spread of the seeds/g) ?? []).toHaveLength(verdicts.filter((r) => r.verdict === 'neither').length)
    expect(text.match(/no spread is known/g) ?? []).toHaveLength(verdicts.filter((r) => r.verdict === 'unknown').length)
    const { name } = await exportAll(page, 'Tested here in small')
    expect(name).toMatch(/-shuffle-claim$/)
    await claim(page).getByRole('button', { name: 'Open without' }).click()
    await idle(page)
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('ShuffleNet v1 0.5x (g=8, no shuffle), ten classes, 64 px')
    await paper(page, 3)
    await claim(page).getByRole('button', { name: 'Open with shuffle' }).focus()
    await page.keyboard.press('Enter')
    await idle(page)
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('ShuffleNet v1 0.5x (g=8), ten classes, 64 px')
    await paper(page, 3)
    await claim(page).getByRole('button', { name: 'Compare both' }).click()
    await idle(page)
    const main = page.getByRole('main')
    expect(await main.getByRole('heading', { level: 2, name: 'Compare' }).count()).toBe(1)
    expect(await main.innerText()).toContain('153 in both, 16 only in A, 0 only in B')
    expect(await main.innerText()).toContain('The same MACs and parameters without the 16 shuffles')
    await main.getByRole('list', { name: 'Samples' }).getByRole('button', { name: 'Garbage truck' }).click()
    await idle(page)
    const answers = page.getByRole('region', { name: 'What both see in the photo' }).getByRole('list', { name: 'Most likely classes' })
    expect(await answers.count()).toBe(2)
    await picture(page, 'claim-compare')
    expect(await seriousProblems(page)).toEqual([])
    await app.leave(page)
  })

  it('in every size and theme: axe finds nothing serious, nothing is cut off', { timeout: 240_000 }, async () => {
    const page = await app.open()
    for (const table of [1, 2, 3, 4, 5, 6, 7, 8]) {
      await page.setViewportSize({ width: 1440, height: 900 })
      await paper(page, table)
      await eachLook(page, async (look) => {
        await expectSound(page, look, `table ${table}`)
        if (table === 3) await claim(page).getByRole('button', { name: 'Compare both' }).scrollIntoViewIfNeeded()
        await picture(page, `paper-${table}-${look}`)
      })
    }
    await app.leave(page)
  })

  it('speaks Chinese', async () => {
    const page = await app.open({ locale: 'zh-CN', viewport: { width: 1024, height: 700 } })
    await page.getByRole('navigation').getByRole('button').nth(2).click()
    await idle(page)
    await page.getByRole('radio', { name: '已发表' }).check()
    await idle(page)
    expect(await page.getByRole('main').innerText()).toContain('四舍五入后相同')
    expect(await seriousProblems(page)).toEqual([])
    await picture(page, 'paper-zh')
    await page.getByRole('radio', { name: '3', exact: true }).check()
    await idle(page)
    const small = page.getByRole('region', { name: '此处的小规模检验' })
    await small.getByRole('button', { name: '比较两者' }).scrollIntoViewIfNeeded()
    expect(await small.innerText()).toContain('g=8：')
    await expectSound(page, '1024-light', 'claim')
    await picture(page, 'claim-zh')
    await app.leave(page)
  })
})
