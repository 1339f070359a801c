/** Exports every figure on the screen as a user does, and opens the files again with programs that are not ours. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { csvParseRows } from 'd3'
import type { Page } from 'playwright'
import sharp from 'sharp'
import { expect } from 'vitest'
import { z } from 'zod'
import { idle } from './open.ts'

export const FORMATS = ['SVG', 'PNG', 'CSV', 'JSON'] as const
export type Format = (typeof FORMATS)[number]

const KEPT = resolve(import.meta.dirname, '../../test-results/exports')

export interface Saved {
  readonly name: string
  readonly bytes: Buffer
}

const documentSchema = z.strictObject({
  title: z.string().min(1),
  model: z.object({ id: z.string(), title: z.string() }).nullable(),
  convention: z.object({ id: z.enum(['paper', 'conv', 'conv+fc', 'all']), words: z.string().min(1) }),
  columns: z.array(z.strictObject({ key: z.string().min(1), label: z.string().min(1), unit: z.string().nullable() })).min(1),
  rows: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))),
  app: z.object({ name: z.literal('ShuffleScope'), version: z.string().regex(/^\d+\.\d+\.\d+/) }),
})
export type FigureDocument = z.infer<typeof documentSchema>

const menu = (page: Page) => page.locator('.export-menu')

export async function openMenu(page: Page): Promise<void> {
  if (!(await menu(page).evaluate((m) => m.hasAttribute('open')))) await menu(page).locator('summary').click()
}

export async function titles(page: Page): Promise<string[]> {
  await openMenu(page)
  return page.locator('.export-list > li > .ellipsis').allInnerTexts()
}

export async function save(page: Page, title: string, format: Format): Promise<Saved> {
  await openMenu(page)
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: `${title} as ${format}`, exact: true }).click(),
  ])
  await idle(page)
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) }
}

export interface Opened {
  readonly document: FigureDocument
  readonly svg: string
  readonly png: Buffer
  /** "<model>-<view>". */
  readonly name: string
}

/** All four files of a figure, opened and held against each other. Throws where one is not what it should be. */
export async function exportAll(page: Page, title: string): Promise<Opened> {
  const files: Partial<Record<Format, Saved>> = {}
  for (const format of FORMATS) {
    const file = await save(page, title, format)
    expect(file.name, title).toMatch(new RegExp(`^[\\p{L}\\p{N}._-]+\\.${format.toLowerCase()}$`, 'u'))
    files[format] = file
    if (process.env.SCREENSHOTS === '1') {
      await mkdir(KEPT, { recursive: true })
      await writeFile(join(KEPT, file.name), file.bytes)
    }
  }
  const bytes = (format: Format): Buffer => files[format]?.bytes ?? Buffer.alloc(0)
  const document = documentSchema.parse(JSON.parse(bytes('JSON').toString('utf8')))
  expect(new Set(document.columns.map((c) => c.key)).size, `keys of ${title}`).toBe(document.columns.length)
  for (const row of document.rows) expect(Object.keys(row)).toEqual(document.columns.map((c) => c.key))
  checkCsv(bytes('CSV').toString('utf8'), document)
  const svg = bytes('SVG').toString('utf8')
  const size = await checkSvg(page, svg, document.title)
  await checkPng(bytes('PNG'), size)
  return { document, svg, png: bytes('PNG'), name: (files.SVG?.name ?? '').replace(/\.svg$/, '') }
}

/** By d3's reader: as many cells in every row as in the head, as many rows as the table has, the same numbers. */
function checkCsv(csv: string, { columns, rows, title }: FigureDocument): void {
  expect(csv.endsWith('\r\n')).toBe(true)
  const [head = [], ...body] = csvParseRows(csv)
  expect(head, title).toEqual(columns.map((c) => (c.unit === null ? c.label : `${c.label} (${c.unit})`)))
  expect(body.length, title).toBe(rows.length)
  for (const [i, line] of body.entries()) {
    expect(line.length, `${title}, line ${i + 2}`).toBe(head.length)
    for (const [j, { key }] of columns.entries()) {
      const cell = rows[i]?.[key] ?? null
      if (typeof cell === 'number') expect(Number(line[j])).toBe(cell)
      else if (typeof cell === 'string') expect((line[j] ?? '').replace(/^'(?=[=+\-@])/, '')).toBe(cell)
    }
  }
}

/** By Chromium's XML parser and by librsvg; nothing in it may run or ask for anything. */
async function checkSvg(page: Page, svg: string, title: string): Promise<{ width: number; height: number }> {
  const found = await page.evaluate((text) => {
    const parsed = new DOMParser().parseFromString(text, 'image/svg+xml')
    const root = parsed.documentElement
    const all = [...parsed.querySelectorAll('*')]
    const attributes = all.flatMap((e) => [...e.attributes].map((a) => ({ name: a.name, value: a.value })))
    const ids = all.flatMap((e) => (e.id ? [e.id] : []))
    const shown = document.body.appendChild(document.importNode(root, true)) as unknown as SVGSVGElement
    const heads = [...shown.querySelectorAll<SVGTextElement>(':scope > text')].map((e) => e.getBBox())
    const room = shown.viewBox.baseVal.width
    shown.remove()
    return {
      cut: heads.filter((b) => b.x + b.width > room).length,
      error: parsed.querySelector('parsererror')?.textContent ?? null,
      root: root.localName,
      viewBox: root.getAttribute('viewBox'),
      title: root.querySelector(':scope > title')?.textContent,
      description: root.querySelector(':scope > desc')?.textContent,
      elements: [...new Set(all.map((e) => e.localName))],
      handlers: attributes.filter((a) => /^on/i.test(a.name)).map((a) => a.name),
      addresses: attributes.filter((a) => /href|src/i.test(a.name) && !/^(#|data:image\/)/.test(a.value)).map((a) => a.value),
      variables: attributes.filter((a) => a.name !== 'href' && /var\(|oklab|color-mix|url\((?!#)/.test(a.value)).map((a) => a.value),
      missing: attributes.flatMap((a) => [...a.value.matchAll(/url\(#([^)]+)\)/g)].map((m) => m[1] ?? '')).filter((id) => !ids.includes(id)),
      twice: ids.filter((id, i) => ids.indexOf(id) !== i),
    }
  }, svg)
  expect(found, title).toMatchObject({ cut: 0, error: null, root: 'svg', title, handlers: [], addresses: [], variables: [], missing: [], twice: [] })
  expect(found.description).toMatch(/ShuffleScope \d+\.\d+/)
  for (const name of ['script', 'foreignObject', 'animate', 'set', 'iframe', 'a']) expect(found.elements, title).not.toContain(name)
  const [, , width = 0, height = 0] = (found.viewBox ?? '').split(' ').map(Number)
  const drawn = await sharp(Buffer.from(svg)).metadata()
  expect([drawn.width, drawn.height], title).toEqual([width, height])
  return { width, height }
}

/** Twice the size of the drawing, and not one colour. */
async function checkPng(png: Buffer, { width, height }: { width: number; height: number }): Promise<void> {
  const image = sharp(png)
  const { format, width: w, height: h } = await image.metadata()
  expect({ format, w, h }).toEqual({ format: 'png', w: 2 * width, h: 2 * height })
  const { channels } = await image.stats()
  expect(Math.max(...channels.slice(0, 3).map((c) => c.stdev))).toBeGreaterThan(2)
}
