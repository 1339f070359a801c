/** How tests look at a screen: pictures for people to judge, and axe for what everyone needs. */
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright'
import { expect } from 'vitest'
import { idle } from './open.ts'

const ROOT = resolve(import.meta.dirname, '../..')
/** Pictures that README shows; the others are for looking at. */
const SHOWN = new Set(['first-screen', 'after-drop', 'unit', 'unit-without-shuffle', 'costs'])
/** Pictures are written only when asked for, so that a test run leaves the checkout as it was. */
const KEEP = process.env.SCREENSHOTS === '1'

/** Sizes and themes that every screen is looked at in. */
export const LOOKS = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [
    { width: 1440, height: 900 },
    { width: 1024, height: 700 },
  ].map((viewport) => ({ name: `${viewport.width}-${colorScheme}`, colorScheme, viewport })),
)

/** Takes a picture of the window, which must not be blank; kept under its name where SCREENSHOTS is 1. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = join(ROOT, SHOWN.has(name) ? 'docs/images' : 'test-results')
  if (KEEP) await mkdir(folder, { recursive: true })
  const image = await page.screenshot({ animations: 'disabled', ...(KEEP ? { path: join(folder, `${name}.png`) } : {}) })
  expect(image.length).toBeGreaterThan(10_000)
}

/** What axe finds that is serious or critical, with the elements at fault. */
export async function seriousProblems(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations
    .filter((v) => v.impact === 'serious' || v.impact === 'critical')
    .map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)
}

/** Goes to a screen of the rail. */
export async function goTo(page: Page, name: 'Explore' | 'Photo' | 'Costs'): Promise<void> {
  await page.getByRole('navigation', { name: 'Screens' }).getByRole('button', { name }).click()
  await idle(page)
}

/** Whether nothing reaches beyond the window at its sides. */
export function fits(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)
}
