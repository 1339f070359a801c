import { readdir } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { localeOf, translator } from '../../../renderer/app/strings/index.ts'
import { en, type TextKey, zh } from '../../../renderer/app/strings/tables.ts'
import { bytes, percent, shape, short } from '../../../renderer/charts/kit/format.ts'

const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort()

describe('strings', () => {
  it.each(Object.keys(en) as TextKey[])('%s takes the same values in both languages', (key) => {
    expect(placeholders(zh[key])).toEqual(placeholders(en[key]))
    expect(zh[key].trim()).not.toBe('')
  })

  it('have each key in one file', async () => {
    const folder = new URL('../../../renderer/app/strings/', import.meta.url)
    const screens = (await readdir(folder)).filter((name) => !['index.ts', 'tables.ts', 'words.ts'].includes(name))
    const tables = await Promise.all(screens.map((name) => import(new URL(name, folder).href) as Promise<{ en: object }>))
    expect(tables.flatMap((table) => Object.keys(table.en)).sort()).toEqual(Object.keys(en).sort())
  })

  it('fills in values, and follows the setting before the system', () => {
    expect(translator('en')('model.params', { n: '1.87 M' })).toBe('1.87 M params')
    expect(localeOf('system', ['fr-FR', 'zh-TW', 'en'])).toBe('zh')
    expect(localeOf('en', ['zh'])).toBe('en')
    expect(localeOf('system', ['fr'])).toBe('en')
  })
})

describe('numbers', () => {
  it.each([
    [136_500_672, 3, '137 M'],
    [136_500_672, 4, '136.5 M'],
    [1_870_000, 3, '1.87 M'],
    [999_999, 3, '1.00 M'],
    [48, 3, '48'],
    [0, 3, '0'],
  ])('%i with %i digits is %s', (value, digits, text) => expect(short(value, digits)).toBe(text))

  it('writes bytes, shares and shapes', () => {
    expect(bytes(524_288)).toBe('512 KiB')
    expect(percent(0.0582)).toBe('5.82 %')
    expect(percent(0.000001)).toBe('< 0.01 %')
    expect(shape([1, 24, 56, 56])).toBe('24 × 56 × 56')
  })
})
