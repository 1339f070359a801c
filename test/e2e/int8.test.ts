/** The bundled model in 8 bits in the real window: its answer is the engine's own, and every screen takes it. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Page } from 'playwright'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { classProbabilities, evaluateGraph, openModel, preprocessImage, topK } from '../../engine/index.ts'
import { expectSound, goTo, picture } from './look.ts'
import { type App, drop, idle, startApp } from './open.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const ID = 'shufflenet-v1-g3-0.5x-imagenette-int8'

let app: App
beforeAll(async () => {
  app = await startApp({ reuse: true })
})
afterAll(async () => app?.close())

async function open(): Promise<Page> {
  const page = await app.open({ hash: `#model=host:${ID}`, reducedMotion: 'reduce' })
  expect(await page.getByRole('banner').innerText()).toContain('int8')
  return page
}

/** Grey steps and a bright disc: any photo does. */
async function photo(): Promise<Buffer> {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="240" height="200"><rect width="240" height="200" fill="#356"/><circle cx="120" cy="90" r="60" fill="#fe8"/></svg>'
  return sharp(Buffer.from(svg)).png().toBuffer()
}

describe('a model in 8 bits', () => {
  it('answers as the engine does', async () => {
    const page = await open()
    const png = await photo()
    await drop(page, 'photo.png', 'image/png', png)
    await goTo(page, 'Photo')
    await idle(page)
    const shown = await page.getByRole('main').locator('.top-label').first().innerText()
    const model = await openModel({ name: 'm', bytes: await readFile(resolve(ROOT, `assets/models/${ID}.safetensors`)) })
    const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true })
    if (!model.preprocess) throw new Error('it says how a photo becomes its input')
    const input = preprocessImage({ width: info.width, height: info.height, data: new Uint8Array(data) }, model.preprocess)
    const [out = -1] = model.graph.outputs
    const logits = evaluateGraph(model.graph, [input]).get(out)
    const best = logits && topK(classProbabilities(model.graph, logits), 1)[0]
    expect(shown.trim()).toBe(model.labels?.[best?.index ?? -1])
    await picture(page, 'int8-photo')
    await app.leave(page)
  })

  it('shows its feature maps, and what zeroing channels changes', async () => {
    const page = await open()
    await drop(page, 'photo.png', 'image/png', await photo())
    await goTo(page, 'Photo')
    await page.getByRole('main').getByRole('radio', { name: 'Group lens' }).click()
    await idle(page)
    await page.waitForSelector('.tiles')
    const answer = page.locator('.lens-answer [aria-live]')
    const before = await answer.innerText()
    await page.locator('.lens-run').first().click()
    await expect.poll(() => answer.innerText()).not.toBe(before)
    expect(await page.getByRole('alert').count()).toBe(0)
    await picture(page, 'int8-lens')
    await app.leave(page)
  })

  it.each(['Explore', 'Photo', 'Costs'] as const)('%s is sound', async (screen) => {
    const page = await open()
    await goTo(page, screen)
    await idle(page)
    await picture(page, `int8-${screen}`)
    await expectSound(page, screen)
    await app.leave(page)
  })
})
