/** Every screen on files from outside and on networks without groups: all of it works, and what there is not is said in words. */
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sharedPath } from '../fixtures/shared.ts'
import { fits, goTo, picture, seriousProblems } from './look.ts'
import { type App, drop, idle, startApp } from './open.ts'

const ROOT = resolve(import.meta.dirname, '../..')

let app: App
beforeAll(async () => {
  app = await startApp({ reuse: true })
})
afterAll(async () => app?.close())

const main = (page: Page) => page.getByRole('main')
const choose = (page: Page, name: string) =>
  main(page)
    .locator('label')
    .filter({ hasText: new RegExp(`^${name}$`) })
    .click()

interface Network {
  readonly name: string
  /** A file beside the repository, or an architecture of the zoo. */
  readonly file?: string
  readonly zoo?: string
  /** Whether classes come out. */
  readonly classes: boolean
  /** Whether channels lie in groups. */
  readonly groups: boolean
}

const NETWORKS: readonly Network[] = [
  { name: 'a checkpoint of ShuffleNet v1', file: 'models/shufflenetv1_g3_0.5x.pth.tar', classes: true, groups: true },
  { name: 'a detector with a ShuffleNet v2 trunk', file: 'models/FastestDet.onnx', classes: false, groups: true },
  { name: 'ResNet-18', zoo: 'resnet-18', classes: true, groups: false },
  { name: 'SqueezeNet', zoo: 'squeezenet-1.1', classes: true, groups: false },
]

async function openNetwork(page: Page, { file }: Network): Promise<void> {
  if (file) await drop(page, file.split('/').at(-1) ?? '', '', await readFile(sharedPath(file) ?? ''))
}

for (const network of NETWORKS) {
  const isMissing = network.file !== undefined && !sharedPath(network.file)
  describe.skipIf(isMissing)(`${network.name}${network.file ? ' (skipped where the file is not at hand)' : ''}`, () => {
    it('goes through every screen: map, unit, mixing, photo, lens, costs, strip', { timeout: 240_000 }, async () => {
      const errors: string[] = []
      const page = await app.open({ reducedMotion: 'reduce', ...(network.zoo ? { hash: `#model=zoo:${network.zoo}` } : {}) })
      page.on('pageerror', (error) => errors.push(error.message))
      await openNetwork(page, network)
      const short = network.name.replace(/\W+/g, '-').toLowerCase()
      const calm = async (what: string): Promise<void> => {
        await idle(page)
        expect(await page.getByRole('alert').allInnerTexts(), what).toEqual([])
        expect(errors, what).toEqual([])
        expect(await fits(page), what).toBe(true)
        await picture(page, `real-${short}-${what}`)
        expect(await seriousProblems(page), what).toEqual([])
      }
      await drop(page, 'truck.jpg', 'image/jpeg', await readFile(join(ROOT, 'assets/samples/garbage-truck.jpg')))
      expect(
        await main(page)
          .getByRole('button', { name: /channels/ })
          .count(),
      ).toBeGreaterThan(5)
      await calm('map')

      await page.getByRole('slider', { name: /^Layers in network order/ }).press('End')
      await idle(page)
      expect(await page.getByRole('complementary', { name: 'Inspector' }).innerText()).toContain('Bytes moved')
      const unit = main(page).getByRole('button', { name: /unit/i }).first()
      if ((await unit.count()) > 0) {
        await unit.focus()
        await page.keyboard.press('Enter')
        await idle(page)
        expect(await main(page).getByRole('slider').count()).toBeGreaterThan(1)
        await calm('unit')
        await page.keyboard.press('Escape')
        await page.keyboard.press('Escape')
        await idle(page)
      }

      await goTo(page, 'Explore')
      await page.getByRole('radio', { name: 'Mixing', exact: true }).check()
      await idle(page)
      const curves = main(page).getByRole('listbox', { name: /on the photo/ })
      if (network.groups) {
        expect(await curves.getByRole('option').count()).toBeGreaterThan(3)
        expect(await main(page).getByRole('region', { name: 'Group by group' }).getByRole('img').count()).toBe(2)
      } else {
        expect(await curves.count()).toBe(0)
        expect(await main(page).innerText()).toMatch(/No groups in these units|No two units of this network follow each other/)
      }
      await calm('mixing')

      await goTo(page, 'Photo')
      await idle(page)
      const words = await main(page).innerText()
      if (network.classes) expect(await main(page).getByRole('list', { name: 'Most likely classes' }).getByRole('listitem').count()).toBe(5)
      else expect(words).toMatch(/\d+ objects?[\s\S]*The author of FastestDet shows/)
      await calm('photo')
      await choose(page, 'Group lens')
      await idle(page)
      await page.waitForSelector('.tiles')
      await main(page).locator('.lens-run').first().click()
      await idle(page)
      expect(await main(page).innerText()).toMatch(/\d+ of \d+ channels zeroed/)
      await calm('lens')

      await goTo(page, 'Costs')
      await idle(page)
      expect(await main(page).getByRole('row').count()).toBeGreaterThan(20)
      await choose(page, 'Kinds')
      await idle(page)
      expect(await main(page).getByRole('region', { name: 'Where it goes' }).getByRole('option').count()).toBeGreaterThan(3)
      await calm('costs')
      await app.leave(page)
    })
  })
}
