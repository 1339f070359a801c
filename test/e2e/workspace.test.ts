/** Steps back and forward, deep links and the workspace file, in the real page. */
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { picture, seriousProblems } from './look.ts'
import { type App, choose, drop, idle, startApp } from './open.ts'

const ROOT = resolve(import.meta.dirname, '../..')
/** On a busy machine what is soon can take a while. */
const SOON = { timeout: 20_000 }
const BUNDLE = join(ROOT, 'assets/models/shufflenet-v1-g3-0.5x-imagenette.safetensors')

let app: App
beforeAll(async () => {
  app = await startApp()
})
afterAll(async () => app?.close())

const rail = (page: Page, name: string) => page.getByRole('navigation', { name: 'Screens' }).getByRole('button', { name })
const shown = (page: Page) => page.locator('nav [aria-current=page]').innerText()
const stage = (page: Page) => page.getByRole('group', { name: 'Stage' }).getByRole('radio', { checked: true })
const answers = (page: Page) => page.getByRole('list', { name: 'Most likely classes' }).first().getByRole('listitem').allInnerTexts()
const inspector = (page: Page) => page.getByRole('complementary', { name: 'Inspector' }).innerText()

async function press(page: Page, keys: string): Promise<void> {
  await page.keyboard.press(keys)
  await idle(page)
}
async function click(page: Page, name: string): Promise<void> {
  await rail(page, name).click()
  await idle(page)
}
/** Gives a command of the palette. */
async function give(page: Page, words: string): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'A command, model, unit or layer' }).waitFor()
  await page.keyboard.type(words)
  await page.keyboard.press('Enter')
  await idle(page)
}
async function save(page: Page, words = 'save workspace…'): Promise<{ name: string; text: string }> {
  const download = page.waitForEvent('download')
  await give(page, words)
  const file = await download
  return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') }
}
const sample = async (title: string) => {
  const list = JSON.parse(await readFile(join(ROOT, 'assets/samples/samples.json'), 'utf8')) as { title: string; file: string }[]
  return readFile(join(ROOT, 'assets/samples', list.find((s) => s.title === title)?.file ?? ''))
}

describe('steps', { timeout: 150_000 }, () => {
  it('go back and forward over screens, stages and selections, one for each thing done', async () => {
    const page = await app.open()
    await click(page, 'Costs')
    await press(page, '3')
    expect(await stage(page).evaluate((e) => e.parentElement?.textContent)).toBe('Fused')
    await give(page, 's3u2')
    expect(await page.getByRole('main').innerText()).toContain('stage3/unit2')
    expect(await shown(page)).toBe('Explore')

    await press(page, 'Control+z')
    expect(await shown(page)).toBe('Costs')
    expect(await stage(page).evaluate((e) => e.parentElement?.textContent)).toBe('Fused')
    await press(page, 'Control+z')
    expect(await stage(page).evaluate((e) => e.parentElement?.textContent)).toBe('Recognised')
    await press(page, 'Control+z')
    expect(await shown(page)).toBe('Explore')
    // Nothing is before the beginning.
    await press(page, 'Control+z')
    expect(await shown(page)).toBe('Explore')

    await press(page, 'Control+Shift+z')
    expect(await shown(page)).toBe('Costs')
    await press(page, 'Control+y')
    await press(page, 'Control+y')
    expect(await page.getByRole('main').innerText()).toContain('stage3/unit2')
    expect(await shown(page)).toBe('Explore')
    await app.leave(page)
  })

  it('take a slider held by its keys, and a drag, as one', async () => {
    const page = await app.open()
    await give(page, 'costs what if')
    const slider = page.getByRole('slider', { name: 'Groups', exact: true })
    await slider.focus()
    const before = await slider.getAttribute('aria-valuetext')
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowLeft')
    expect(await slider.getAttribute('aria-valuetext')).not.toBe(before)
    await press(page, 'Control+z')
    expect(await slider.getAttribute('aria-valuetext')).toBe(before)
    const box = await slider.boundingBox()
    if (!box) throw new Error('no slider')
    await page.mouse.move(box.x + 5, box.y + box.height / 2)
    await page.mouse.down()
    for (let i = 1; i <= 10; i++) await page.mouse.move(box.x + (box.width * i) / 10 - 5, box.y + box.height / 2)
    await page.mouse.up()
    expect(await slider.getAttribute('aria-valuetext')).toBe('8')
    await press(page, 'Control+z')
    expect(await slider.getAttribute('aria-valuetext')).toBe(before)
    expect(await page.getByRole('radio', { name: 'What if' }).isChecked()).toBe(true)
    await app.leave(page)
  })

  it('leave text that is typed to the field, and follow the side buttons of a mouse', async () => {
    const page = await app.open()
    await click(page, 'Photo')
    await click(page, 'Costs')
    const field = page.getByRole('main').getByRole('searchbox')
    await field.fill('stage3')
    await field.press('Control+z')
    expect(await shown(page)).toBe('Costs')
    const side = (button: number) =>
      page.evaluate((b) => document.body.dispatchEvent(new MouseEvent('mouseup', { button: b, bubbles: true })), button)
    await side(3)
    await idle(page)
    expect(await shown(page)).toBe('Photo')
    await side(4)
    await idle(page)
    expect(await shown(page)).toBe('Costs')
    await app.leave(page)
  })
})

describe('the address', { timeout: 150_000 }, () => {
  it('holds model, sample, screen, stage, selection and sliders over a reload', async () => {
    const page = await app.open()
    await page.getByRole('button', { name: 'Garbage truck', exact: true }).first().click()
    await idle(page)
    await give(page, 'costs what if')
    await page.getByRole('slider', { name: 'Groups', exact: true }).press('End')
    await page.getByRole('radio', { name: 'Bytes', exact: true }).first().check()
    await press(page, '3')
    await give(page, 'stage2.unit1.compress')
    const was = { answers: await answers(page), inspector: await inspector(page), numbers: await page.locator('.whatif-numbers').innerText() }
    expect(was.answers).toHaveLength(5)
    await expect
      .poll(() => page.evaluate(() => location.hash), SOON)
      .toMatch(/sample=.*view=costs.*costs=whatIf.*stage=fused.*op=stage2.unit1.compress.conv/)
    await page.reload()
    await idle(page)
    expect({ answers: await answers(page), inspector: await inspector(page), numbers: await page.locator('.whatif-numbers').innerText() }).toEqual(
      was,
    )
    expect(await page.getByRole('radio', { name: 'Bytes', exact: true }).first().isChecked()).toBe(true)

    // An address put into the open page is shown as well, and is a step that can be undone.
    await page.evaluate(() => {
      location.hash = '#view=photo'
    })
    await expect.poll(() => shown(page), SOON).toBe('Photo')
    await press(page, 'Control+z')
    expect(await shown(page)).toBe('Costs')
    await app.leave(page)
  })

  it('is not minded where it makes no sense', async () => {
    const page = await app.open({ hash: '#view=nowhere&stage=9&unit=none&op=none&channel=x&range=5-99999&what=1,2&trace=99999.7&layer=99999.1' })
    expect(await shown(page)).toBe('Explore')
    expect(await page.getByRole('alert').count()).toBe(0)
    expect(await page.getByRole('main').innerText()).not.toBe('')
    await app.leave(page)
  })
})

describe('the workspace file', { timeout: 150_000 }, () => {
  it('opens in a fresh window with the same photo, answer, selection and view', async () => {
    // The unit is read as it is in the end, not on its way there.
    const page = await app.open({ reducedMotion: 'reduce' })
    await drop(page, 'mine.jpg', 'image/jpeg', await sample('Garbage truck'))
    await press(page, '3')
    await give(page, 's3u2')
    await press(page, 's')
    const was = { answers: await answers(page), inspector: await inspector(page), unit: await page.getByRole('main').innerText() }
    const { name, text } = await save(page)
    expect(name).toMatch(/^ShuffleNet-v1.*\.shufflescope\.json$/)
    expect(JSON.parse(text)).toMatchObject({
      format: 'shufflescope-workspace',
      version: 1,
      model: { kind: 'host' },
      view: { stage: 'fused', shuffle: 'off' },
    })
    await expect.poll(() => page.getByText(`Saved ${name}`).count(), SOON).toBe(1)
    expect(await seriousProblems(page)).toEqual([])
    await picture(page, 'workspace-saved')
    await app.leave(page)

    const fresh = await app.open({ reducedMotion: 'reduce' })
    await drop(fresh, name, 'application/json', new TextEncoder().encode(text))
    const now = async () => ({ answers: await answers(fresh), inspector: await inspector(fresh), unit: await fresh.getByRole('main').innerText() })
    await expect.poll(now, SOON).toEqual(was)
    expect(await fresh.getByRole('img', { name: /mine\.jpg/ }).count()).toBeGreaterThan(0)
    await app.leave(fresh)
  })

  it('holds a model of a file only when asked, and else waits for it', async () => {
    const page = await app.open()
    await drop(page, 'own.safetensors', 'application/octet-stream', await readFile(BUNDLE))
    await click(page, 'Costs')
    const without = await save(page)
    const whole = await save(page, 'save workspace with the model')
    expect(without.text.length).toBeLessThan(5000)
    expect(whole.text.length).toBeGreaterThan(1_000_000)
    await app.leave(page)

    const fresh = await app.open()
    await drop(fresh, 'whole.shufflescope.json', 'application/json', new TextEncoder().encode(whole.text))
    expect(await shown(fresh)).toBe('Costs')
    expect(await fresh.getByRole('alert').count()).toBe(0)
    await app.leave(fresh)

    const other = await app.open()
    await drop(other, 'without.shufflescope.json', 'application/json', new TextEncoder().encode(without.text))
    expect(await shown(other)).toBe('Explore')
    expect(await other.getByRole('alert').innerText()).toContain('own.safetensors')
    await picture(other, 'workspace-wants')
    expect(await seriousProblems(other)).toEqual([])
    await choose(other, other.getByRole('button', { name: 'Choose own.safetensors…' }), {
      name: 'own.safetensors',
      mimeType: 'application/octet-stream',
      buffer: await readFile(BUNDLE),
    })
    expect(await shown(other)).toBe('Costs')
    expect(await other.getByRole('alert').count()).toBe(0)
    await app.leave(other)
  })

  it('changes nothing where any of it fails, and says why in one sentence', async () => {
    const page = await app.open()
    await page.getByRole('button', { name: 'Garbage truck', exact: true }).first().click()
    await idle(page)
    await click(page, 'Costs')
    const { text } = await save(page)
    const good = JSON.parse(text) as Record<string, unknown>
    const was = {
      answers: await answers(page),
      title: await page.getByRole('heading', { level: 1 }).innerText(),
      hash: await page.evaluate(() => location.hash),
    }
    const photo = { kind: 'file', name: 'p.png', credit: null, bytes: Buffer.from('\x89PNG\r\n\x1a\n broken').toString('base64') }
    const broken: [string, string, RegExp][] = [
      ['cut', text.slice(0, text.length / 2), /not JSON/],
      ['future', JSON.stringify({ ...good, version: 7 }), /version 7/],
      ['no model', JSON.stringify({ ...good, model: { kind: 'host', id: 'gone' } }), /gone/],
      ['no such architecture', JSON.stringify({ ...good, model: { kind: 'zoo', id: 'gone' } }), /gone/],
      ['broken photo', JSON.stringify({ ...good, photo, view: { view: 'explore' } }), /p\.png/],
      ['wrong photo', JSON.stringify({ ...good, photo: { ...photo, bytes: '***' } }), /base64/],
    ]
    for (const [what, content, says] of broken) {
      await drop(page, 'x.shufflescope.json', 'application/json', new TextEncoder().encode(content))
      expect(await page.getByRole('alert').innerText(), what).toMatch(says)
      expect(
        {
          answers: await answers(page),
          title: await page.getByRole('heading', { level: 1 }).innerText(),
          hash: await page.evaluate(() => location.hash),
        },
        what,
      ).toEqual(was)
    }
    await page.getByRole('button', { name: 'Dismiss' }).click()
    expect(await page.getByRole('alert').count()).toBe(0)
    await app.leave(page)
  })
})
