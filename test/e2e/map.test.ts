/** The network map as a user meets it: from stages to units to ops, searched, walked, measured, and with 5,000 nodes. */
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeBundle } from '../../engine/index.ts'
import { largeModel } from '../fixtures/largeModel.ts'
import { sharedPath } from '../fixtures/shared.ts'
import { eachLook, expectSound, goTo, picture, seriousProblems } from './look.ts'
import { type App, drop, idle, startApp } from './open.ts'

let app: App
beforeAll(async () => {
  app = await startApp({ reuse: true })
})
afterAll(async () => app?.close())

const map = (page: Page) => page.locator('.zoom-map')
const unit = (page: Page, key: string) => page.getByRole('button', { name: new RegExp(`^${key}:`) })
const level = (page: Page) => map(page).evaluate((e) => /is-(\w+)/.exec(e.className)?.[1])
const inspector = (page: Page) => page.getByRole('complementary', { name: 'Inspector' })
const search = (page: Page) => page.getByRole('combobox', { name: 'Find a unit, op or tensor' })
const crumbs = (page: Page) => page.getByRole('navigation', { name: 'Where you are' })

/** Turns the wheel over the middle of an element until the map is at `target`. */
async function wheelTo(page: Page, target: string, over: { x: number; y: number }, direction: 1 | -1): Promise<void> {
  await page.mouse.move(over.x, over.y)
  for (let i = 0; i < 40 && (await level(page)) !== target; i++) await page.mouse.wheel(0, -200 * direction)
  await idle(page)
  expect(await level(page)).toBe(target)
}

async function middleOf(page: Page, key: string): Promise<{ x: number; y: number }> {
  const box = await unit(page, key).boundingBox()
  if (!box) throw new Error(`${key} is not drawn`)
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}

/** Whether an element lies in the window of the map, in whole. */
async function inView(page: Page, selector: string): Promise<boolean> {
  const [box, around] = await Promise.all([page.locator(selector).boundingBox(), map(page).boundingBox()])
  if (!box || !around) return false
  return box.x >= around.x && box.y >= around.y && box.x + box.width <= around.x + around.width && box.y + box.height <= around.y + around.height
}

/** axe looks at every element twice and more, and a network of 5,000 nodes has many. */
const PATIENT = { timeout: 240_000 }

describe('the zoom of the map', () => {
  it('shows stages far out, units, and ops with their edges close up, in every size and theme', PATIENT, async () => {
    const page = await app.open({ reducedMotion: 'reduce' })
    await eachLook(page, async (name) => {
      expect(await level(page)).toBe('units')
      await picture(page, `map-units-${name}`)
      await wheelTo(page, 'ops', await middleOf(page, 'stage2/unit1'), 1)
      const ops = page.locator('[data-op^="stage2.unit1."]')
      expect(await ops.count()).toBe(11)
      expect(await page.locator('[data-op="stage2.unit1.shuffle"]').getAttribute('aria-label')).toMatch(/Channel shuffle/)
      // The shortcut of a unit that halves the map joins by concatenation: two edges into it.
      expect(await page.locator('.op-edge').count()).toBeGreaterThanOrEqual(10)
      await picture(page, `map-ops-${name}`)
      await expectSound(page, name)
      await page.keyboard.press('0')
      await idle(page)
      for (let i = 0; i < 4; i++) await page.keyboard.press('-')
      await idle(page)
      expect(await level(page)).toBe('stages')
      expect(await page.getByRole('button', { name: /^Stage 3 8 units.*MACs/ }).isVisible()).toBe(true)
      await picture(page, `map-stages-${name}`)
      await expectSound(page, name)
      await page.keyboard.press('0')
      await idle(page)
    })
    await app.leave(page)
  })

  it('moves where it is dragged, and comes back as a whole', async () => {
    const page = await app.open({ reducedMotion: 'reduce' })
    const before = await middleOf(page, 'stage3/unit2')
    const empty = await map(page).boundingBox()
    if (!empty) throw new Error('no map')
    const from = { x: empty.x + empty.width * 0.7, y: empty.y + empty.height * 0.85 }
    await page.mouse.move(from.x, from.y)
    await page.mouse.down()
    await page.mouse.move(from.x - 60, from.y - 40, { steps: 4 })
    await page.mouse.up()
    const after = await middleOf(page, 'stage3/unit2')
    expect([after.x - before.x, after.y - before.y]).toEqual([expect.closeTo(-60, 0), expect.closeTo(-40, 0)])
    await page.getByRole('button', { name: 'Whole network' }).click()
    await idle(page)
    await expect.poll(() => inView(page, '[data-key="stage3/unit8"]')).toBe(true)
    await app.leave(page)
  })

  it('is found again where it was looked at: after a unit, a reload, another size of the window, and another screen', PATIENT, async () => {
    const page = await app.open({ reducedMotion: 'reduce' })
    await wheelTo(page, 'ops', await middleOf(page, 'stage3/unit2'), 1)
    const centre = async () => {
      const [box, around] = await Promise.all([unit(page, 'stage3/unit2').boundingBox(), map(page).boundingBox()])
      return box && around
        ? [(box.x + box.width / 2 - around.x - around.width / 2) / box.width, (box.y + box.height / 2 - around.y - around.height / 2) / box.height]
        : []
    }
    const was = await centre()
    const same = async () => {
      expect(await level(page)).toBe('ops')
      const now = await centre()
      for (const [i, value] of was.entries()) expect(now[i]).toBeCloseTo(value, 1)
    }
    await expect.poll(() => page.evaluate(() => location.hash)).toMatch(/at=[\d.]+,[-\d.]+,[-\d.]+,stage/)
    await unit(page, 'stage3/unit2').click({ position: { x: 4, y: 4 } })
    await page.keyboard.press('Enter')
    await idle(page)
    expect(await map(page).count()).toBe(0)
    await page.keyboard.press('Escape')
    await idle(page)
    await same()
    await page.reload()
    await idle(page)
    await same()
    await page.setViewportSize({ width: 1024, height: 700 })
    await idle(page)
    expect(await level(page)).toBe('ops')
    await page.setViewportSize({ width: 1440, height: 900 })
    await idle(page)
    await goTo(page, 'Costs')
    await goTo(page, 'Explore')
    await same()
    await page.keyboard.press('0')
    await idle(page)
    expect(await level(page)).toBe('units')
    expect(await page.evaluate(() => location.hash)).not.toContain('at=')
    await app.leave(page)
  })

  it('has a small map whose frame moves the window', async () => {
    const page = await app.open({ reducedMotion: 'reduce' })
    const small = page.locator('.minimap')
    expect(await small.isVisible()).toBe(false)
    await wheelTo(page, 'ops', await middleOf(page, 'stage2/unit1'), 1)
    expect(await small.isVisible()).toBe(true)
    const box = await small.boundingBox()
    if (!box) throw new Error('no small map')
    const place = () => page.locator('.minimap-place').boundingBox()
    const start = await place()
    await page.mouse.move(box.x + 20, box.y + 20)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.75, box.y + box.height * 0.55, { steps: 4 })
    await page.mouse.up()
    await idle(page)
    const end = await place()
    expect((end?.x ?? 0) - (start?.x ?? 0)).toBeGreaterThan(40)
    await app.leave(page)
  })
})

describe('the selection on the map', () => {
  it('takes a click; a double click enters the unit; the trail leads up again', async () => {
    const page = await app.open({ reducedMotion: 'reduce' })
    await unit(page, 'stage3/unit2').click()
    expect(await unit(page, 'stage3/unit2').getAttribute('aria-pressed')).toBe('true')
    expect(await inspector(page).innerText()).toContain('stage3/unit2')
    expect(await crumbs(page).innerText()).toMatch(/Network\s*\/\s*Stage 3\s*\/\s*Unit 2/)
    await crumbs(page).getByRole('button', { name: 'Unit 2' }).click()
    await idle(page)
    expect(await level(page)).toBe('ops')
    await page.locator('[data-op="stage3.unit2.shuffle"]').click()
    expect(await crumbs(page).innerText()).toMatch(/Unit 2\s*\/\s*Channel shuffle/)
    expect(await inspector(page).innerText()).toContain('stage3.unit2.shuffle')
    await crumbs(page).getByRole('button', { name: 'Network' }).click()
    await idle(page)
    expect(await unit(page, 'stage3/unit2').getAttribute('aria-pressed')).toBe('false')
    await unit(page, 'stage2/unit3').dblclick()
    await idle(page)
    expect(await page.getByRole('main').getByText('3 groups').count()).toBeGreaterThan(0)
    await app.leave(page)
  })

  it('walks by arrow keys along the edges, into ops and on to the next unit, and is followed', async () => {
    const page = await app.open({ reducedMotion: 'reduce' })
    await unit(page, 'stage2/unit4').focus()
    await page.keyboard.press('ArrowRight')
    await idle(page)
    expect(await unit(page, 'stage3/unit1').getAttribute('aria-pressed')).toBe('true')
    for (let i = 0; i < 4; i++) await page.keyboard.press('+')
    await idle(page)
    await crumbs(page).getByRole('button', { name: 'Unit 1' }).click()
    await idle(page)
    await page.locator('[data-op="stage3.unit1.compress.conv"]').click()
    await page.locator('[data-op="stage3.unit1.compress.conv"]').focus()
    await page.keyboard.press('ArrowRight')
    await idle(page)
    expect(await page.locator('[data-op="stage3.unit1.compress.bn"]').getAttribute('aria-pressed')).toBe('true')
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-op'))).toBe('stage3.unit1.compress.bn')
    for (let i = 0; i < 12; i++) await page.keyboard.press('ArrowRight')
    await idle(page)
    const at = await page.evaluate(() => document.activeElement?.getAttribute('data-op'))
    expect(at).toMatch(/^stage3\.unit2\./)
    await expect.poll(() => inView(page, `[data-op="${at}"]`)).toBe(true)
    await app.leave(page)
  })

  it('comes into view when it is made elsewhere', async () => {
    const page = await app.open({ reducedMotion: 'reduce', hash: '' })
    await wheelTo(page, 'ops', await middleOf(page, 'stage2/unit1'), 1)
    await search(page).fill('stage4/unit3')
    await search(page).press('Enter')
    await idle(page)
    await expect.poll(() => inView(page, '[data-key="stage4/unit3"]')).toBe(true)
    await app.leave(page)
  })
})

describe('the search of the map', () => {
  it('takes the slash, lists what it finds, and goes there by keys', async () => {
    const page = await app.open({ reducedMotion: 'reduce' })
    await page.keyboard.press('/')
    expect(await search(page).evaluate((e) => e === document.activeElement)).toBe(true)
    await page.keyboard.type('channelshuffle')
    const options = page.getByRole('listbox', { name: 'Found' }).getByRole('option')
    expect(await options.count()).toBe(16)
    await picture(page, 'map-search')
    expect(await seriousProblems(page)).toEqual([])
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    expect(await options.nth(2).getAttribute('aria-selected')).toBe('true')
    await page.keyboard.press('Enter')
    await idle(page)
    expect(await inspector(page).innerText()).toContain('stage2.unit3.shuffle')
    await expect.poll(() => inView(page, '[data-key="stage2/unit3"]')).toBe(true)
    await search(page).fill('nothing of this name')
    expect(await page.getByText('Nothing has this in its name or kind').isVisible()).toBe(true)
    await app.leave(page)
  })
})

describe('stages and measures on the map', () => {
  it('switches through all four, keeps the place, and has the steps of the plan', async () => {
    const page = await app.open()
    const place = await middleOf(page, 'stage3/unit4')
    const ops: number[] = []
    for (const key of ['1', '2', '3', '4']) {
      await page.keyboard.press(key)
      await idle(page)
      // What moves has come to rest.
      await expect.poll(() => page.evaluate(() => document.getAnimations().length)).toBe(0)
      ops.push(Number(/Layers\s+(\d+)/.exec(await inspector(page).innerText())?.[1]))
      const now = await middleOf(page, 'stage3/unit4')
      expect(Math.abs(now.x - place.x) + Math.abs(now.y - place.y)).toBeLessThan(80)
    }
    expect(ops[0]).toBeGreaterThanOrEqual(ops[1] ?? 0)
    expect(ops[1]).toBeGreaterThan(2 * (ops[2] ?? 0))
    expect(ops[3]).toBeGreaterThan(10)
    await page.keyboard.press('/')
    await page.keyboard.type('depthwise3x3')
    expect(await page.getByRole('listbox', { name: 'Found' }).getByRole('option').count()).toBeGreaterThan(10)
    await app.leave(page)
  })

  it('is neutral for what is not measured, and coloured by time once it is', async () => {
    const page = await app.open({ reducedMotion: 'reduce' })
    const measure = page.getByRole('combobox', { name: 'Measure shown on the map' })
    expect(await unit(page, 'stage3/unit1').getAttribute('aria-label')).toMatch(/MACs/)
    await measure.selectOption({ label: 'Params' })
    await idle(page)
    expect(await unit(page, 'stage3/unit1').getAttribute('aria-label')).toMatch(/params/)
    await measure.selectOption({ label: 'ms here' })
    await idle(page)
    expect(await unit(page, 'stage3/unit1').getAttribute('aria-label')).toMatch(/[\d.]+ ms/)
    await picture(page, 'map-time')
    await app.leave(page)
  })
})

describe('any network on the map', () => {
  it.skipIf(!sharedPath('models/FastestDet.onnx'))('draws an imported detector in units at its resolutions (needs shared models)', async () => {
    const page = await app.open({ reducedMotion: 'reduce' })
    await drop(page, 'FastestDet.onnx', '', await readFile(sharedPath('models/FastestDet.onnx') ?? ''))
    await page.getByRole('button', { name: /^44 × 44 4 units/ }).waitFor()
    expect(await page.getByRole('button', { name: /^22x22\/unit\d+:/ }).count()).toBeGreaterThan(5)
    await picture(page, 'map-detector')
    expect(await seriousProblems(page)).toEqual([])
    await app.leave(page)
  })

  it.each(['resnet-18', 'squeezenet-1.1'])('draws %s of the zoo', async (id) => {
    const page = await app.open({ reducedMotion: 'reduce', hash: `#model=zoo:${id}` })
    const keys = await page.locator('[data-key]').count()
    expect(keys).toBeGreaterThan(8)
    await picture(page, `map-${id}`)
    await app.leave(page)
  })

  it('is quick with 5,000 nodes: stages first, then what one goes to', PATIENT, async () => {
    const page = await app.open({ reducedMotion: 'reduce' })
    await drop(page, 'large.safetensors', '', writeBundle(largeModel()))
    expect(await level(page)).toBe('stages')
    expect(await page.getByRole('button', { name: /^Stage 3 200 units/ }).isVisible()).toBe(true)
    await picture(page, 'map-large')
    expect(await seriousProblems(page)).toEqual([])
    await search(page).fill('stage4/unit77')
    await search(page).press('Enter')
    await idle(page)
    expect(await level(page)).toBe('ops')
    expect(await page.locator('[data-op^="stage4.unit77."]').count()).toBe(10)
    // Far less than all is on the page.
    expect(await page.locator('[data-key]').count()).toBeLessThan(60)
    await picture(page, 'map-large-unit')
    await app.leave(page)
  })
})
