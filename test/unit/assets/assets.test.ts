/** The data that comes with the application is what its lists say. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { decodeImage } from '../../../electron/services/images.ts'
import { LABEL_SETS, parseLabels } from '../../../engine/index.ts'

const ASSETS = resolve(import.meta.dirname, '../../../assets')
const labels = (file: string) => parseLabels(readFileSync(join(ASSETS, 'labels', file), 'utf8'), file)

describe('label sets', () => {
  it.each(LABEL_SETS)('$id has a name for every class', ({ file, classes }) => {
    const names = labels(file)
    expect(names).toHaveLength(classes)
    expect(names.every((name) => name.trim() === name && name !== '')).toBe(true)
  })

  it('agree: the ten classes are those of ImageNet with the same WordNet ids', () => {
    const thousand = labels('imagenet-1k.json')
    const places = [0, 217, 482, 491, 497, 566, 569, 571, 574, 701]
    const plain = (name: string | undefined) => name?.toLowerCase().replaceAll(/[^a-z]/g, '')
    expect(labels('imagenette.json').map(plain)).toEqual(places.map((index) => plain(thousand[index])))
  })
})

describe('sample photos', () => {
  const folder = join(ASSETS, 'samples')
  const text = z.string().min(3)
  const entry = z.strictObject({ id: text, file: text, title: text, class: text.nullable(), author: text, licence: text, source: text, credit: text })
  const samples = z.array(entry).parse(JSON.parse(readFileSync(join(folder, 'samples.json'), 'utf8')))
  const credits = readFileSync(join(folder, 'CREDITS.md'), 'utf8')

  it('are the files of the folder, each credited', () => {
    const photos = readdirSync(folder).filter((name) => !/\.(json|md)$/.test(name))
    expect(samples.map((sample) => sample.file).sort()).toEqual(photos.sort())
    for (const { file, author } of samples) {
      const row = credits.split('\n').find((line) => line.startsWith(`| ${file} `))
      expect(row).toContain(author.split(',')[0])
    }
  })

  it('are small, and some show what the bundled model knows', async () => {
    expect(samples.length).toBeGreaterThanOrEqual(4)
    for (const { file } of samples) {
      expect(statSync(join(folder, file)).size).toBeLessThanOrEqual(120 * 1024)
      const { width, height } = await decodeImage(join(folder, file))
      expect(Math.max(width, height)).toBeLessThanOrEqual(640)
    }
    const known = labels('imagenette.json')
    const shown = samples.flatMap((sample) => sample.class ?? [])
    expect(shown.length).toBeGreaterThanOrEqual(4)
    expect(shown.every((name) => known.includes(name))).toBe(true)
  })
})
