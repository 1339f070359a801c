/** The paper's tables as the application carries them: whole, and the same as an independent transcription. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import table7 from '../../../assets/paper/table7.json'
import table8 from '../../../assets/paper/v1-table8.json'
import { PAPER_TABLES } from '../../../engine/index.ts'
import { FAMILIES } from '../../../renderer/charts/scatter/layout.ts'
import { paperPoints } from '../../../renderer/views/whatif/paper.ts'
import { sharedPath } from '../../fixtures/shared.ts'

const FOLDER = resolve(import.meta.dirname, '../../../assets/paper')
const row = z.strictObject({
  model: z.string().min(3),
  family: z.enum([...FAMILIES, 'shufflenet-v2']),
  groups: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4), z.literal(8)]).nullable(),
  scale: z.number().positive().max(2).nullable(),
  mflops: z.number().positive().nullable(),
  error: z.number().min(20).max(70).nullable(),
  note: z.string().optional(),
  /** Percent by size of the image. */
  map: z.strictObject({ '300x': z.number(), '600x': z.number() }).optional(),
  /** Milliseconds by input, height x width. */
  ms: z.strictObject({ '224x224': z.number(), '480x640': z.number(), '720x1280': z.number() }).optional(),
})
const file = z.strictObject({
  source: z.string().includes('arXiv:'),
  table: z.number(),
  title: z.string(),
  counts: z.string(),
  points: z.array(row).min(4),
})

describe('the paper in numbers', () => {
  it.each(readdirSync(FOLDER).filter((name) => name.includes('table')))('%s says what it holds and where from', (name) => {
    const { table, source } = file.parse(JSON.parse(readFileSync(join(FOLDER, name), 'utf8')))
    expect(source).toContain(`table ${table}`)
  })

  it('has each point once, with all its tables', () => {
    const points = paperPoints()
    expect(new Set(points.map((p) => p.key)).size).toBe(points.length)
    expect(points.find((p) => p.model === 'ShuffleNet 1× (g=8)')).toMatchObject({ mflops: 140, error: 32.4, tables: [2, 3, 4, 5, 6] })
    expect(points.every((p) => p.tables.length > 0 && !p.tables.includes(1))).toBe(true)
  })
})

const path = sharedPath('paper.md')
describe.skipIf(!path)('the paper in numbers, against a transcription of it (needs paper.md)', () => {
  /** Cells of the rows of a table, without emphasis. */
  const cells = (table: number): string[][] => {
    const text = readFileSync(path ?? '', 'utf8')
    const start = text.indexOf(`**Table ${table} `)
    return (
      text
        .slice(start)
        .split('\n\n')
        .find((block) => block.includes('\n|')) ?? ''
    )
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .map((line) =>
        line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.replaceAll('*', '').trim()),
      )
  }
  const points = (table: number) => PAPER_TABLES.find((t) => t.table === table)?.points ?? []

  it('table 1: complexities', () => {
    const printed = cells(1)
      .find(([name]) => name === 'Complexity')
      ?.filter((c) => /^\d+M$/.test(c))
    expect(printed).toEqual(points(1).map((p) => `${p.mflops}M`))
  })

  it('table 2: errors by groups', () => {
    const body = cells(2).filter(([name]) => name?.startsWith('ShuffleNet'))
    expect(body).toHaveLength(3)
    expect(body.flatMap(([, mflops, ...errors]) => errors.map((e) => [mflops, e]))).toEqual(
      points(2).map((p) => [`${p.mflops}`, p.error?.toFixed(1)]),
    )
  })

  it('table 3: with and without shuffle', () => {
    const body = cells(3).filter(([name]) => /×/.test(name ?? ''))
    expect(body.flatMap(([, without, having]) => [without, having])).toEqual(points(3).map((p) => p.error?.toFixed(1)))
  })

  it('table 4: other structures', () => {
    const body = cells(4).filter(([name]) => /^\d+$/.test(name ?? ''))
    const printed = body.flatMap(([mflops, ...errors]) => errors.filter((e) => e !== '–').map((e) => [mflops, e.split(' ')[0]]))
    expect(printed).toEqual(points(4).map((p) => [`${p.mflops}`, p.error?.toFixed(1)]))
  })

  it('table 5: MobileNet', () => {
    const body = cells(5).filter(([, mflops]) => /^\d+$/.test(mflops ?? ''))
    expect(body.map(([name, mflops, error]) => [name, mflops, error])).toEqual(points(5).map((p) => [p.model, `${p.mflops}`, p.error?.toFixed(1)]))
  })

  it('table 6: other networks', () => {
    const body = cells(6).filter(([, , mflops]) => /^\d+$/.test(mflops ?? ''))
    expect(body.map(([name, error, mflops]) => [name, error, mflops])).toEqual(points(6).map((p) => [p.model, p.error?.toFixed(1), `${p.mflops}`]))
  })

  it('table 7: detection', () => {
    const body = cells(7).filter(([name]) => /ShuffleNet|MobileNet/.test(name ?? ''))
    const printed = body.map(([name, ...map]) => [name?.replace(/ \[.*/, ''), ...map.map(Number.parseFloat)])
    expect(printed).toEqual(table7.points.map((p) => [p.model, p.map['300x'], p.map['600x']]))
  })

  it('table 8: latency on a phone', () => {
    const body = cells(8).filter(([name]) => /ShuffleNet|AlexNet|MobileNet/.test(name ?? ''))
    const printed = body.map(([name, error, mflops, ...ms]) => [
      name?.replace(/ \[.*/, ''),
      Number(error),
      Number.parseInt(mflops ?? '', 10),
      ...ms.map(Number.parseFloat),
    ])
    expect(printed).toEqual(table8.points.map((p) => [p.model, p.error, p.mflops, p.ms['224x224'], p.ms['480x640'], p.ms['720x1280']]))
  })
})
