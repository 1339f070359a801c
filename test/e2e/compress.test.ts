/** Compress in the real window: variants of the bundled model, what the table says of them, and the file that is saved. */
import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Page } from 'playwright'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nodeHost } from '../../electron/services/nodePool.ts'
import {
  classProbabilities,
  createRunner,
  fuse,
  isQuantized,
  type Model,
  makePlan,
  multiplyAccumulates,
  openModel,
  preprocessImage,
  recognise,
  topK,
} from '../../engine/index.ts'
import { eachLook, expectSound, goTo, picture } from './look.ts'
import { type App, choose, drop, idle, startApp } from './open.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const BUNDLED = resolve(ROOT, 'assets/models/shufflenet-v1-g3-0.5x-imagenette.safetensors')
const SAMPLES = resolve(ROOT, 'assets/samples')

let app: App
beforeAll(async () => {
  app = await startApp({ reuse: true })
})
afterAll(async () => app?.close())

const main = (page: Page) => page.getByRole('main')
const table = (page: Page) => page.getByRole('table', { name: 'Variants' })
const points = (page: Page) => page.getByRole('listbox', { name: /Top-1 agreement/ }).getByRole('option')
const make = (page: Page) => main(page).getByRole('button', { name: 'Make variant' }).first()

async function open(): Promise<Page> {
  const page = await app.open({ reducedMotion: 'reduce' })
  await goTo(page, 'Compress')
  return page
}

async function row(page: Page, name: string): Promise<string[]> {
  return table(page)
    .getByRole('row')
    .filter({ has: page.getByRole('rowheader', { name, exact: true }) })
    .getByRole('cell')
    .allInnerTexts()
}

async function saved(page: Page): Promise<Uint8Array> {
  const [download] = await Promise.all([page.waitForEvent('download'), main(page).getByRole('button', { name: 'Save as bundle' }).click()])
  expect(download.suggestedFilename()).toMatch(/\.safetensors$/)
  return new Uint8Array(await readFile(await download.path()))
}

/** The most probable class of each of the samples, by the engine in this process. */
async function answers(model: Model, files: readonly string[]): Promise<number[]> {
  const runner = await createRunner(makePlan(fuse(recognise(model.graph))), await nodeHost(ROOT, 1))
  try {
    const found: number[] = []
    for (const file of files) {
      const { data, info } = await sharp(resolve(SAMPLES, file)).removeAlpha().raw().toBuffer({ resolveWithObject: true })
      if (!model.preprocess) throw new Error('it says how a photo becomes its input')
      const input = preprocessImage({ width: info.width, height: info.height, data: new Uint8Array(data) }, model.preprocess)
      const [out] = (await runner.run([input])).outputs
      if (!out) throw new Error('it has an output')
      found.push(topK(classProbabilities(model.graph, out), 1)[0]?.index ?? -1)
    }
    return found
  } finally {
    await runner.close()
  }
}

const opened = async (bytes: Uint8Array) => openModel({ name: 'saved.safetensors', bytes })

describe('Compress', () => {
  it('says what it is for before there is a variant', async () => {
    const page = await open()
    expect(await main(page).innerText()).toContain('No variant yet')
    await eachLook(page, async (look) => {
      await picture(page, `compress-empty-${look}`)
      await expectSound(page, look)
    })
    await app.leave(page)
  })

  it('makes an 8-bit variant with the samples, and saves it', async () => {
    const page = await open()
    await make(page).click()
    await idle(page)
    expect(await page.getByRole('alert').count()).toBe(0)
    expect(await points(page).count()).toBe(2)
    const bytes = await saved(page)
    const [size = '', macs = '', , agreement = ''] = await row(page, '8 bits')
    expect(size).toContain((bytes.length / 1024).toFixed(1))
    expect(macs).toContain('18.9')
    const [before, after] = [await opened(new Uint8Array(await readFile(BUNDLED))), await opened(bytes)]
    expect(isQuantized(after.graph)).toBe(true)
    const samples = JSON.parse(await readFile(resolve(SAMPLES, 'samples.json'), 'utf8')) as { file: string }[]
    const files = samples.map((s) => s.file)
    const [a, b] = [await answers(before, files), await answers(after, files)]
    expect(agreement).toBe(`${a.filter((top, i) => top === b[i]).length} of ${a.length}`)
    await picture(page, 'compress-int8')
    await app.leave(page)
  })

  it('removes channels, and makes 8 bits of what is left; axes, rows and points are one', async () => {
    const page = await open()
    const prune = main(page).getByRole('checkbox', { name: 'Remove channels' })
    await prune.check()
    await main(page).getByRole('checkbox', { name: '8 bits' }).uncheck()
    await make(page).click()
    await idle(page)
    const narrow = await opened(await saved(page))
    const before = await opened(new Uint8Array(await readFile(BUNDLED)))
    const share = multiplyAccumulates(narrow.graph) / multiplyAccumulates(before.graph)
    expect(share).toBeGreaterThan(0.68)
    expect(share).toBeLessThan(0.71)
    await main(page).getByRole('checkbox', { name: '8 bits' }).check()
    await make(page).click()
    await idle(page)
    await prune.uncheck()
    await make(page).click()
    await idle(page)
    expect(await table(page).getByRole('rowheader').allInnerTexts()).toEqual(['Original', '30 % pruned', '30 % pruned + 8 bits', '8 bits'])
    const both = await points(page).all()
    expect(both).toHaveLength(4)
    await main(page).getByRole('radio', { name: 'MACs' }).check()
    const chart = page.getByRole('listbox', { name: /by MACs/ })
    await chart.focus()
    await page.keyboard.press('Home')
    expect(await chart.getByRole('option', { selected: true }).getAttribute('aria-label')).toMatch(/^30 % pruned/)
    await table(page).getByRole('button', { name: '30 % pruned', exact: true }).click()
    await idle(page)
    expect(await chart.getByRole('option', { selected: true }).getAttribute('aria-label')).toMatch(/^30 % pruned: /)
    expect(await page.getByRole('region', { name: 'Error by layer' }).innerText()).toContain('fewer channels than before')
    await eachLook(page, async (look) => {
      await picture(page, `compress-pruned-${look}`)
      await expectSound(page, look)
      await page.locator('.compress-result').evaluate((e) => e.scrollTo(0, e.scrollHeight))
      await picture(page, `compress-pruned-end-${look}`)
      await page.locator('.compress-result').evaluate((e) => e.scrollTo(0, 0))
    })
    await app.leave(page)
  })

  it('can be cancelled at once, and leaves what was there', async () => {
    const page = await open()
    const photos = await Promise.all(Array.from({ length: 30 }, (_, i) => colours(i)))
    await dropAll(page, photos)
    expect(await main(page).innerText()).toContain('30 photos of your own')
    await make(page).click()
    const status = main(page).getByRole('status')
    await expect.poll(() => status.innerText().catch(() => '')).toMatch(/photo \d+ of 30|layer \d+ of/)
    await status.getByRole('button', { name: 'Cancel' }).click()
    await idle(page)
    expect(await page.getByRole('alert').count()).toBe(0)
    expect(await main(page).innerText()).toContain('No variant yet')
    // The worker goes on, or a new one has opened the model again.
    await make(page).click()
    await idle(page)
    expect((await row(page, '8 bits')).at(-1)).toMatch(/^\d+ of 30$/)
    await main(page).getByRole('button', { name: 'Use the samples' }).click()
    await idle(page)
    expect((await row(page, '8 bits')).join()).toMatch(/\d of 7/)
    await app.leave(page)
  })

  it('counts right answers where folders are named after classes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'shufflescope-classes-'))
    try {
      for (const [name, files] of [
        ['church', ['berlin-cathedral', 'reims-cathedral']],
        ['garbage truck', ['garbage-truck']],
        ['no such class', ['coffee']],
      ] as const) {
        await mkdir(join(folder, name))
        for (const file of files) await copyFile(join(SAMPLES, `${file}.jpg`), join(folder, name, `${file}.jpg`))
      }
      const page = await open()
      await choose(page, main(page).getByRole('button', { name: 'Folder…' }), folder)
      expect(await main(page).innerText()).toContain('4 photos of your own')
      await make(page).click()
      await idle(page)
      const [agreement, accuracy] = (await row(page, 'Original')).slice(-2)
      expect(agreement).toBe('4 of 4')
      const model = await opened(new Uint8Array(await readFile(BUNDLED)))
      const top = await answers(model, ['berlin-cathedral.jpg', 'reims-cathedral.jpg', 'garbage-truck.jpg'])
      const known = ['church', 'church', 'garbage truck']
      expect(accuracy).toBe(`${top.filter((index, i) => model.labels?.[index] === known[i]).length} of 3`)
      await main(page).getByRole('radio', { name: 'Accuracy' }).check()
      const right = page.getByRole('listbox', { name: /Top-1 accuracy/ }).getByRole('option', { name: /^Original: .* right on/ })
      expect(await right.getAttribute('aria-label')).toContain(`right on ${accuracy}`)
      await eachLook(page, async (look) => {
        await picture(page, `compress-accuracy-${look}`)
        await expectSound(page, look)
      })
      // One more photo is counted at once, for the original and the variant alike; a model is opened.
      await drop(page, 'one.png', 'image/png', await colours(1))
      for (const name of ['Original', '8 bits']) expect((await row(page, name)).at(-2)).toMatch(/of 5$/)
      await drop(page, 'model.safetensors', '', await readFile(BUNDLED))
      expect(await main(page).innerText()).toContain('No variant yet')
      await app.leave(page)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('opens a variant, says that it is in 8 bits, and finds the way back with all variants', async () => {
    const page = await open()
    await make(page).click()
    await idle(page)
    await main(page).getByRole('button', { name: 'Open', exact: true }).click()
    await idle(page)
    expect(await page.getByRole('banner').innerText()).toContain('int8')
    expect(await main(page).innerText()).toContain('is in 8 bits already')
    await picture(page, 'compress-already')
    await expectSound(page, '1440-light')
    await main(page)
      .getByRole('button', { name: /^Back to/ })
      .click()
    await idle(page)
    expect(await table(page).getByRole('rowheader').allInnerTexts()).toEqual(['Original', '8 bits'])
    await app.leave(page)
  })

  it('shares the one selection, undoes what is shown, and speaks Chinese', async () => {
    const page = await open()
    await make(page).click()
    await idle(page)
    const layers = page.getByRole('listbox', { name: /Signal-to-noise ratio of \d+ layers/ })
    await layers.focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('ArrowRight')
    await idle(page)
    const chosen = await layers.getByRole('option', { selected: true }).getAttribute('aria-label')
    const name = chosen?.split(',')[0] ?? ''
    expect(await page.getByRole('complementary', { name: 'Inspector' }).innerText()).toContain(name)
    await main(page).getByRole('radio', { name: 'Latency' }).check()
    await expect.poll(() => page.url()).toContain('by=ms')
    await page.keyboard.press('Control+z')
    await idle(page)
    expect(await main(page).getByRole('radio', { name: 'Size' }).isChecked()).toBe(true)
    await page.evaluate(() => document.querySelector('.compress-result')?.scrollTo(0, 10_000))
    await picture(page, 'compress-end')
    await app.leave(page)
    const chinese = await app.open({ locale: 'zh-CN', reducedMotion: 'reduce' })
    await chinese.getByRole('navigation').getByRole('button', { name: '压缩' }).click()
    await idle(chinese)
    await chinese.getByRole('main').getByRole('checkbox', { name: '移除通道' }).check()
    await chinese.getByRole('main').getByRole('button', { name: '制作变体' }).first().click()
    await idle(chinese)
    await picture(chinese, 'compress-zh')
    await expectSound(chinese, '1440-light')
    await app.leave(chinese)
  })
})

/** A photo like no other of them. */
async function colours(i: number): Promise<Buffer> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="180"><rect width="200" height="180" fill="hsl(${i * 37},60%,45%)"/><circle cx="${60 + 3 * i}" cy="90" r="${20 + i}" fill="hsl(${i * 91},70%,70%)"/></svg>`
  return sharp(Buffer.from(svg)).png().toBuffer()
}

/** Drops all of them at once, as a file manager does. */
async function dropAll(page: Page, photos: readonly Buffer[]): Promise<void> {
  const transfer = await page.evaluateHandle(
    (all) => {
      const made = new DataTransfer()
      all.forEach((base64, i) => {
        made.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], `photo${i}.png`, { type: 'image/png' }))
      })
      return made
    },
    photos.map((p) => p.toString('base64')),
  )
  for (const event of ['dragenter', 'dragover', 'drop']) await page.dispatchEvent('main', event, { dataTransfer: transfer })
  await idle(page)
}
