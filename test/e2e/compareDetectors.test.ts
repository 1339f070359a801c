/** Compare: two detectors on one photo, and a detector beside a classifier. */
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Page } from 'playwright'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  detectionHead,
  detectObjects,
  evaluateGraph,
  type Model,
  matchDetections,
  openModel,
  parseLabels,
  preprocessImage,
  recognise,
  tensorOf,
  writeBundle,
} from '../../engine/index.ts'
import { sharedPath } from '../fixtures/shared.ts'
import { DOG_PHOTO, hasDogPhoto } from '../fixtures/systemPhotos.ts'
import { compare, main } from './comparing.ts'
import { exportAll } from './exported.ts'
import { eachLook, expectSound, picture } from './look.ts'
import { type App, drop, idle, startApp } from './open.ts'

const ROOT = resolve(import.meta.dirname, '../..')

let app: App
beforeAll(async () => {
  app = await startApp({ reuse: true })
})
afterAll(async () => app?.close())

const fastestDet = sharedPath('models/FastestDet.onnx')
const why = 'skipped where ../shared/models/FastestDet.onnx or the photo of the Debian package darknet is absent'
describe.skipIf(!fastestDet || !hasDogPhoto)(`two detectors (${why})`, () => {
  const objects = (page: Page) => page.getByRole('region', { name: 'Objects in the photo' })
  const rows = (page: Page) => objects(page).getByRole('table').locator('tbody tr')
  const bytesOf = async () => new Uint8Array(await readFile(fastestDet ?? ''))
  const dog = async () => sharp(DOG_PHOTO).toColourspace('srgb').png().toBuffer()

  /** The detector with other weights: its first convolution a little weaker. */
  async function weaker(): Promise<Model> {
    const model = await openModel({ name: 'FastestDet.onnx', bytes: await bytesOf() })
    const first = model.graph.nodes.find((n) => n.op === 'conv2d')?.inputs[1] ?? -1
    const tensor = tensorOf(model.graph, first)
    if (!tensor.data) throw new Error('the first convolution has weights')
    const data = Float32Array.from(tensor.data as Float32Array, (v) => v * 0.9)
    return {
      ...model,
      id: 'weaker',
      title: 'Weaker',
      graph: { ...model.graph, tensors: new Map(model.graph.tensors).set(first, { ...tensor, data }) },
    }
  }

  /** What a detector finds, by this process. */
  async function found(model: Model, threshold: number) {
    const head = detectionHead(model.graph)
    if (!head || !model.preprocess) throw new Error('no head')
    const { data, info } = await sharp(await dog())
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
    const photo = { width: info.width, height: info.height, data: new Uint8Array(data) }
    const graph = recognise(model.graph)
    const values = evaluateGraph(graph, [preprocessImage(photo, model.preprocess)])
    const outputs = graph.outputs.map((id) => values.get(id) ?? { ...tensorOf(graph, id).fact, data: new Float32Array() })
    const labels = parseLabels(await readFile(join(ROOT, 'assets/labels/coco.json'), 'utf8'), 'labels')
    return detectObjects(head, outputs, photo, model.preprocess, { labels, threshold }).map((d) => ({ ...d, name: d.label }))
  }

  it('lay the boxes of both over the photo, and list what they share and what they do not', { timeout: 240_000 }, async () => {
    const page = await app.open({ reducedMotion: 'reduce' })
    await drop(page, 'FastestDet.onnx', '', await bytesOf())
    await drop(page, 'dog.png', 'image/png', await dog())
    await compare(page)
    const other = await weaker()
    await drop(page, 'weaker.safetensors', '', writeBundle(other))
    const slider = objects(page).getByRole('slider', { name: 'Least score' })
    for (const threshold of [0.5, 0.3]) {
      await slider.fill(String(Math.round((threshold - 0.05) * 100)))
      await idle(page)
      const a = await found(await openModel({ name: 'FastestDet.onnx', bytes: await bytesOf() }), threshold)
      const b = await found(other, threshold)
      const { pairs, onlyA, onlyB } = matchDetections(a, b)
      expect(pairs.length).toBeGreaterThan(2)
      expect(await rows(page).count()).toBe(pairs.length + onlyA.length + onlyB.length)
      expect(await objects(page).innerText()).toContain(`${pairs.length} in both, ${onlyA.length} only in A, ${onlyB.length} only in B`)
      expect(await objects(page).locator('.box').count()).toBe(a.length + b.length)
      expect(await objects(page).locator('.box.is-dashed').count()).toBe(b.length)
      const shown = await rows(page).evaluateAll((all) => all.map((r) => (r.lastElementChild as HTMLElement).innerText.trim()))
      expect(shown.slice(0, pairs.length)).toEqual(pairs.map((p) => p.iou.toFixed(2)))
    }
    await rows(page).first().getByRole('radio').focus()
    await page.keyboard.press('Space')
    expect(await objects(page).locator('.box.is-active').count()).toBe(2)
    await page.keyboard.press('ArrowDown')
    expect(await rows(page).nth(1).getByRole('radio').isChecked()).toBe(true)
    await page.keyboard.press('Escape')
    expect(await objects(page).locator('.box.is-active').count()).toBe(0)
    expect(await main(page).getByRole('heading', { level: 2, name: 'Compare' }).count()).toBe(1)
    await eachLook(page, async (look) => {
      await objects(page).scrollIntoViewIfNeeded()
      await picture(page, `compare-objects-${look}`)
      await expectSound(page, look)
    })
    const { name } = await exportAll(page, 'Objects in the photo')
    expect(name).toMatch(/-compare-objects$/)
    await app.leave(page)
  })

  it('show those of one where the other is a classifier, and its classes', async () => {
    const page = await app.open()
    await drop(page, 'dog.png', 'image/png', await dog())
    await compare(page)
    await drop(page, 'FastestDet.onnx', '', await bytesOf())
    expect(await objects(page).innerText()).toContain('B alone is a detector')
    expect(await rows(page).count()).toBe(3)
    const answers = page.getByRole('region', { name: 'What both see in the photo' })
    expect(await answers.getByRole('list', { name: 'Most likely classes' }).count()).toBe(1)
    expect(await answers.innerText()).toMatch(/3 objects: /)
    await picture(page, 'compare-objects-one')
    await app.leave(page)
  })

  it('speak Chinese, all matched where both are one model', async () => {
    const page = await app.open({ locale: 'zh-CN', viewport: { width: 1024, height: 700 } })
    await drop(page, 'FastestDet.onnx', '', await bytesOf())
    await drop(page, 'dog.png', 'image/png', await dog())
    await page.keyboard.press('c')
    await idle(page)
    await drop(page, 'again.onnx', '', await bytesOf())
    const own = page.getByRole('region', { name: '照片中的物体' })
    expect(await own.getByRole('table').locator('tbody tr td:last-child').allInnerTexts()).toEqual(['1.00', '1.00', '1.00'])
    await own.scrollIntoViewIfNeeded()
    await expectSound(page, '1024-light', 'objects')
    await picture(page, 'compare-objects-zh')
    await app.leave(page)
  })
})
