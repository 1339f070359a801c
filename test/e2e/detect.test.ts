/** A detector on a photo: boxes, list and threshold in the real window, compared with the engine run here; outputs that no head explains. */
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Page } from 'playwright'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  detectionHead,
  detectObjects,
  evaluateGraph,
  openModel,
  parseLabels,
  preprocessImage,
  recognise,
  tensorOf,
  writeOnnx,
} from '../../engine/index.ts'
import { sharedPath } from '../fixtures/shared.ts'
import { DOG_PHOTO, hasDogPhoto } from '../fixtures/systemPhotos.ts'
import { exportAll, titles } from './exported.ts'
import { eachLook, expectSound, goTo, picture } from './look.ts'
import { type App, drop, idle, startApp } from './open.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const file = sharedPath('models/FastestDet.onnx')

let app: App
beforeAll(async () => {
  app = await startApp({ reuse: true })
})
afterAll(async () => app?.close())

const main = (page: Page) => page.getByRole('main')
const list = (page: Page) => main(page).getByRole('list', { name: 'Objects' })
const detector = async () => ({ name: 'renamed.onnx', bytes: await readFile(file ?? '') })
/** Without losses, so that the browser and the engine here see the same pixels. */
const dog = async () => sharp(DOG_PHOTO).toColourspace('srgb').png().toBuffer()

async function openOn(page: Page, model: { name: string; bytes: Uint8Array }, photo: Uint8Array): Promise<void> {
  await drop(page, model.name, '', model.bytes)
  await drop(page, 'photo.png', 'image/png', photo)
  await goTo(page, 'Photo')
}

/** Names and scores of the list on the screen. */
async function listed(page: Page): Promise<{ name: string; score: number }[]> {
  const rows = await list(page).getByRole('listitem').all()
  return Promise.all(
    rows.map(async (row) => ({
      name: (await row.locator('.top-label').innerText()).trim(),
      score: Number(await row.locator('.num').getAttribute('title')),
    })),
  )
}

async function expected(threshold?: number) {
  const model = await openModel(await detector())
  const head = detectionHead(model.graph)
  if (!head || !model.preprocess) throw new Error('no head')
  // The application's own decoder would forbid SVG in this process, which the exports need.
  const { data, info } = await sharp(await dog())
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const photo = { width: info.width, height: info.height, data: new Uint8Array(data) }
  const graph = recognise(model.graph)
  const values = evaluateGraph(graph, [preprocessImage(photo, model.preprocess)])
  const outputs = graph.outputs.map((id) => values.get(id) ?? { ...tensorOf(graph, id).fact, data: new Float32Array() })
  const labels = parseLabels(await readFile(join(ROOT, 'assets/labels/coco.json'), 'utf8'), 'labels')
  return detectObjects(head, outputs, photo, model.preprocess, { labels, ...(threshold === undefined ? {} : { threshold }) })
}

const reason = 'skipped where ../shared/models/FastestDet.onnx or the photo of the Debian package darknet is absent'
describe.skipIf(!file || !hasDogPhoto)(`a detector (${reason})`, () => {
  it('lays its boxes over the photo, with names and scores beside it', { timeout: 240_000 }, async () => {
    const page = await app.open({ reducedMotion: 'reduce' })
    await openOn(page, await detector(), await dog())
    const found = await expected()
    expect(found.map((d) => d.label).sort()).toEqual(['bicycle', 'car', 'dog'])
    const rows = await listed(page)
    expect(rows.map((r) => r.name)).toEqual(found.map((d) => d.label))
    for (const [i, { score }] of rows.entries()) expect(Math.abs(score - (found[i]?.score ?? 9))).toBeLessThan(1e-3)
    const image = await main(page).locator('.photo-frame img').boundingBox()
    const tags = await main(page).locator('.box-name text').allTextContents()
    const boxes = await main(page)
      .locator('.box .box-frame')
      .evaluateAll((all) => all.map((frame) => frame.getBoundingClientRect().toJSON() as { x: number; y: number; right: number; bottom: number }))
    // Frames and tags are drawn in one order.
    const frames = boxes.map((box, i) => ({ box, text: tags[i] ?? '' }))
    const scale = (image?.width ?? 0) / 768
    for (const { label, box } of found) {
      const drawn = frames.find((f) => f.text.startsWith(label))?.box
      const at = [drawn?.x, drawn?.y, drawn?.right, drawn?.bottom].map((v, i) => ((v ?? 0) - ((i % 2 ? image?.y : image?.x) ?? 0)) / scale)
      for (const [i, value] of at.entries()) expect(Math.abs(value - (box[i] ?? 0)), `${label} ${i}`).toBeLessThan(3)
    }
    await eachLook(page, async (look) => {
      await picture(page, `detect-${look}`)
      await expectSound(page, look)
    })
    await app.leave(page)
  })

  it('follows the threshold and the keyboard, and goes back to what the author shows', { timeout: 240_000 }, async () => {
    const page = await app.open({ reducedMotion: 'reduce' })
    await openOn(page, await detector(), await dog())
    const slider = main(page).getByRole('slider', { name: 'Least score' })
    await slider.fill(String(Math.round((0.3 - 0.05) * 100)))
    await idle(page)
    const low = await expected(0.3)
    expect(low.length).toBeGreaterThan(5)
    expect((await listed(page)).map((r) => r.name)).toEqual(low.map((d) => d.label))
    expect(await main(page).locator('.box').count()).toBe(low.length)
    await list(page).getByRole('radio').first().focus()
    await page.keyboard.press('Space')
    expect(await main(page).locator('.box-name.is-active text').textContent()).toContain(low[0]?.label ?? '?')
    await page.keyboard.press('ArrowDown')
    expect(await main(page).locator('.box-name.is-active text').textContent()).toContain(low[1]?.label ?? '?')
    await picture(page, 'detect-low-1440-light')
    await expectSound(page, '1440-light')
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.setViewportSize({ width: 1024, height: 700 })
    await idle(page)
    await picture(page, 'detect-low-1024-dark')
    await expectSound(page, '1024-dark')
    await page.keyboard.press('Escape')
    expect(await main(page).locator('.box.is-active').count()).toBe(0)
    await main(page).getByRole('button', { name: 'As the author' }).click()
    expect(await listed(page)).toHaveLength(3)
    await slider.fill('90')
    expect(
      await main(page)
        .getByText(/Nothing scores above/)
        .isVisible(),
    ).toBe(true)
    await app.leave(page)
  })

  it('says the count and the first objects in the dock, and exports boxes and data', { timeout: 240_000 }, async () => {
    const page = await app.open({ reducedMotion: 'reduce' })
    await openOn(page, await detector(), await dog())
    const title = (await titles(page)).find((t) => t.startsWith('Boxes on photo.png'))
    const { document } = await exportAll(page, title ?? '')
    expect(document.rows.map((r) => r.class)).toEqual((await expected()).map((d) => d.label))
    expect(document.columns.map((c) => c.key)).toEqual(['rank', 'index', 'class', 'score', 'left', 'top', 'right', 'bottom'])
    await page.keyboard.press('Escape')
    await goTo(page, 'Explore')
    expect(await page.getByText('3 objects: car, dog, bicycle').isVisible()).toBe(true)
    await eachLook(page, async (look) => {
      await picture(page, `detect-dock-${look}`)
      await expectSound(page, look)
    })
    await app.leave(page)
  })

  it('shows the outputs of a network whose head is not known as images', { timeout: 240_000 }, async () => {
    const page = await app.open({ reducedMotion: 'reduce' })
    const model = await openModel(await detector())
    // The end of its trunk: 96 channels that mean nothing to a person.
    const { graph } = model
    const inner = graph.nodes.filter((n) => n.op === 'activation' && tensorOf(graph, n.outputs[0] ?? -1).fact.shape.join() === '1,96,11,11')
    const trunk = writeOnnx(recognise({ ...graph, outputs: [inner.at(-1)?.outputs[0] ?? -1] }))
    await openOn(page, { name: 'trunk.onnx', bytes: trunk }, await dog())
    const maps = main(page).getByRole('listbox', { name: /the first 64 of 96 channels/ })
    expect(await maps.getByRole('option').count()).toBe(64)
    await maps.focus()
    await page.keyboard.press('ArrowRight')
    expect(
      await main(page)
        .getByText(/^Channel \d+: mean/)
        .isVisible(),
    ).toBe(true)
    await eachLook(page, async (look) => {
      await picture(page, `outputs-${look}`)
      await expectSound(page, look)
    })
    await app.leave(page)
  })
})
