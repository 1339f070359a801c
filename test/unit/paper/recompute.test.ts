/** The tables of the paper, recomputed: exact where the paper is, and with a reason wherever they differ. */
import { describe, expect, it } from 'vitest'
import { differenceReason } from '../../../engine/paper/difference.ts'
import { recomputeRow } from '../../../engine/paper/recompute.ts'
import { figuresOfV1, figuresOfZoo } from '../../../engine/paper/standing.ts'
import { PAPER_TABLES } from '../../../engine/paper/tables.ts'
import { fuse, recognise } from '../../../engine/passes/pipeline.ts'
import { makePlan } from '../../../engine/plan/planner.ts'
import { buildZooModel } from '../../../engine/zoo/index.ts'

const tableOf = (table: number) => (PAPER_TABLES[table - 1]?.points ?? []).map((row) => recomputeRow(table, row))

describe('tables of the paper', () => {
  it('are in order, and every row has an architecture of the zoo', () => {
    expect(PAPER_TABLES.map((t) => t.table)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    for (const { table, points } of PAPER_TABLES)
      for (const row of points) {
        const { id, computed, reason, difference, detectors } = recomputeRow(table, row)
        expect(id, row.model).not.toBeNull()
        expect(computed).not.toBeNull()
        expect(detectors.length).toBe(table === 7 ? 2 : 0)
        expect(reason === 'notPrinted').toBe(table === 7)
        expect(difference === null).toBe(row.mflops === null)
        // What is not the same when rounded has a reason that is known.
        expect(reason, `${table}: ${row.model}`).not.toBe('unknown')
      }
  })

  it('count the detectors of table 7 at both sizes, by part', () => {
    for (const { row, id, computed, choices, detectors } of tableOf(7)) {
      expect(detectors.map((d) => d.image)).toEqual(Object.keys(row.map ?? {}))
      expect({ id, computed }).toEqual({ id: detectors[0]?.id, computed: detectors[0]?.computed })
      expect(choices.join()).toMatch(/RPN of 512/)
      for (const { image, id: own, parts, computed: whole } of detectors) {
        expect(own.endsWith(`-${Number.parseInt(image, 10)}`)).toBe(true)
        expect(parts.map((p) => p.name)).toEqual(['backbone', 'RPN', 'RoI', 'head'])
        expect(parts.reduce((sum, p) => sum + p.macs, 0)).toBe(whole.macs['conv+fc'])
      }
    }
    expect(tableOf(7).map(({ detectors }) => detectors.map((d) => Math.round(d.computed.macs['conv+fc'] / 1e7) / 100))).toEqual([
      [41.2, 48.18],
      [10.84, 13.84],
      [25.21, 30.48],
      [25.21, 30.48],
    ])
  })

  it('name a choice of the zoo wherever it was made to meet the figure', () => {
    const choices = (table: number, model: string) => tableOf(table).find((r) => r.row.model === model)?.choices ?? []
    expect(choices(5, 'ShuffleNet 0.5× (shallow, g=3)').join()).toContain('180, 360, 720')
    expect(choices(2, 'ShuffleNet 0.25× (g=8)').join()).toContain('Stem of 16')
    expect(choices(1, 'ShuffleNet 1× (g=3)')).toEqual([])
  })

  it('count the arena of the plan that a run has, with and without shuffles', () => {
    for (const { row, id, shuffle, computed } of tableOf(3)) {
      const { arenaBytes } = makePlan(fuse(recognise(buildZooModel(id ?? '', { shuffle }).graph)))
      expect(computed?.arenaBytes, row.model).toBe(arenaBytes)
    }
  })
})

describe('a difference', () => {
  const figure = { mflops: 720, reason: 'digits', counts: 'conv+fc' } as const
  it('is named by its convention first', () => {
    expect(differenceReason(720.4e6, figure, 'conv+fc')).toBe('same')
    expect(differenceReason(724e6, figure, 'conv+fc')).toBe('digits')
    expect(differenceReason(726e6, figure, 'conv+fc')).toBe('unknown')
    expect(differenceReason(666e6, figure, 'paper')).toBe('withFc')
    expect(differenceReason(730e6, figure, 'all')).toBe('all')
    expect(differenceReason(138e6, { mflops: 137, reason: 'unknown', counts: 'conv' }, 'conv+fc')).toBe('noFc')
  })
})

describe('figures of an architecture', () => {
  it('are those of the tables that print it', () => {
    const tables = (figures: ReturnType<typeof figuresOfZoo>) => figures.map((f) => [f.paper, f.table, f.row.mflops])
    expect(tables(figuresOfV1(3, 1))).toEqual([
      ['v1', 1, 137],
      ['v1', 2, 140],
    ])
    expect(tables(figuresOfV1(3, 2))).toEqual([['v1', 5, 524]])
    expect(tables(figuresOfZoo('vgg-16'))).toEqual([['v1', 6, 15300]])
    expect(tables(figuresOfZoo('resnext-like-13m'))).toEqual([['v1', 4, 13]])
    expect(tables(figuresOfZoo('shufflenet-v2-megvii-1.0x'))).toEqual([['v2', 8, 146]])
    expect(tables(figuresOfZoo('resnet-50'))).toEqual([])
    expect(tables(figuresOfZoo('my file.onnx'))).toEqual([])
  })
})
