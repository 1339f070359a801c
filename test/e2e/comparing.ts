/** What the tests of Compare share. */
import type { Page } from 'playwright'
import { idle } from './open.ts'

export const main = (page: Page) => page.getByRole('main')

export async function compare(page: Page): Promise<void> {
  await page.getByRole('banner').getByRole('button', { name: 'Compare' }).click()
  await idle(page)
}
