/** How tests look at a screen: pictures for people to judge, and axe for what everyone needs. */
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright'
import { expect } from 'vitest'
import { idle } from './open.ts'

const ROOT = resolve(import.meta.dirname, '../..')
export const RESULTS = join(ROOT, 'test-results')
/** Pictures that README shows; the others are for looking at. */
const SHOWN: ReadonlyMap<string, string> = new Map([
  ['first-screen', 'first-screen'],
  ['unit', 'unit'],
  ['mixing-photo-1440-light', 'mixing'],
  ['class-map', 'class-map'],
  ['compress-end', 'compress'],
])
/** Pictures are written only when asked for, so that a test run leaves the checkout as it was. */
export const KEEP = process.env.SCREENSHOTS === '1'

export interface Look {
  readonly name: string
  readonly colorScheme: 'light' | 'dark'
  readonly viewport: { readonly width: number; readonly height: number }
}

/** Sizes and themes that every screen is looked at in. */
export const LOOKS: readonly Look[] = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [
    { width: 1440, height: 900 },
    { width: 1024, height: 700 },
  ].map((viewport) => ({ name: `${viewport.width}-${colorScheme}`, colorScheme, viewport })),
)

/** Goes through sizes and themes in one window, as a person who drags its corner and switches the system's theme. */
export async function eachLook(page: Page, look: (name: string) => Promise<void>, looks: readonly Look[] = LOOKS): Promise<void> {
  for (const { name, colorScheme, viewport } of looks) {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize(viewport)
    await idle(page)
    await look(name)
  }
}

/** Takes a picture of the window, which must not be blank; kept under its name where SCREENSHOTS is 1. */
export async function picture(page: Page, name: string, fullPage = false): Promise<void> {
  const shown = SHOWN.get(name)
  const [folder, file] = shown === undefined ? [RESULTS, name] : [join(ROOT, 'docs/images'), shown]
  if (KEEP) await mkdir(folder, { recursive: true })
  const image = await page.screenshot({ animations: 'disabled', fullPage, ...(KEEP ? { path: join(folder, `${file}.png`) } : {}) })
  expect(image.length).toBeGreaterThan(10_000)
}

export interface Problem {
  readonly id: string
  readonly impact: string
  /** The elements at fault. */
  readonly at: string
}

/** What axe finds. The page has no frames, and what passes is not asked for: both take most of axe's time. */
export async function problems(page: Page): Promise<Problem[]> {
  const { violations } = await new AxeBuilder({ page })
    .options({ resultTypes: ['violations'] })
    .setLegacyMode(true)
    .analyze()
  return violations.map(({ id, impact, nodes }) => ({ id, impact: impact ?? '', at: nodes.map((n) => n.target.join(' ')).join(', ') }))
}

/** What axe finds that is serious or critical. */
export async function seriousProblems(page: Page): Promise<string[]> {
  return (await problems(page)).filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, at }) => `${id}: ${at}`)
}

/** Both themes, since each has colours of its own; a size changes no name and no role. */
const AXE_LOOKS: ReadonlySet<string> = new Set(['1440-light', '1024-dark'])

/** Nothing reaches beyond the window in any look, and axe finds nothing serious in those that differ for it. */
export async function expectSound(page: Page, look: string, what = look): Promise<void> {
  expect(await fits(page), what).toBe(true)
  // A drawing follows its box a frame later.
  await expect.poll(() => cutOff(page), { message: what, timeout: 5000 }).toEqual([])
  if (AXE_LOOKS.has(look)) expect(await seriousProblems(page), what).toEqual([])
}

/** Goes to a screen of the rail. */
export async function goTo(page: Page, name: 'Explore' | 'Photo' | 'Costs' | 'Compress' | 'Devices'): Promise<void> {
  await page.getByRole('navigation', { name: 'Screens' }).getByRole('button', { name }).click()
  await idle(page)
}

/** Whether nothing reaches beyond the window at its sides. */
export function fits(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)
}

/**
 * What its surroundings cut off at their right, where nothing says that there is more. The map is moved by hand, words that
 * end in dots say so themselves, and what is there for screen readers alone has no place to be seen in.
 */
function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const inDots = (e: Element | null): boolean => e !== null && (getComputedStyle(e).textOverflow === 'ellipsis' || inDots(e.parentElement))
    const name = (e: Element) => `${e.tagName.toLowerCase()}.${[...e.classList].join('.')}`
    const found = new Set<string>()
    for (const box of document.querySelectorAll<HTMLElement>('body *')) {
      const { overflowX, textOverflow } = getComputedStyle(box)
      if (!(overflowX === 'hidden' || overflowX === 'clip') || textOverflow === 'ellipsis') continue
      if (box.closest('svg, .zoom-map, .sr-only')) continue
      const { left, width } = box.getBoundingClientRect()
      for (const inner of box.querySelectorAll(':scope *:not(svg *, .sr-only, .sr-only *, .zoom-map *)')) {
        const rect = inner.getBoundingClientRect()
        if (rect.width > 1 && rect.right > left + width + 5 && !inDots(inner))
          found.add(`${name(inner)} ends ${Math.round(rect.right - left - width)} px beyond ${name(box)}`)
      }
    }
    return [...found]
  })
}
