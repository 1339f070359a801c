/** Tables of the paper as the page gets them from the engine worker. */
import { describe, expect, it } from 'vitest'
import { PAPER_TABLES } from '../../../engine/index.ts'
import { translator } from '../../../renderer/app/strings/index.ts'
import { paperFigureTable, shownTable } from '../../../renderer/views/paper/paperData.ts'
import { PAPER_TABLE_NUMBERS, type Progress } from '../../../renderer/workers/contract/index.ts'
import { paperTable } from '../../../renderer/workers/paperTable.ts'

const t = translator('en')
const signal = new AbortController().signal

describe('a table of the paper in the worker', () => {
  it('counts row by row and says how far it is', async () => {
    const seen: Progress[] = []
    const rows = await paperTable(1, { signal, progress: (p) => seen.push(p) })
    expect(seen).toEqual([1, 2, 3, 4, 5].map((done) => ({ step: 'counting', done, total: 5 })))
    expect(rows.map((r) => r.computed?.macs.paper)).toEqual([142_502_976, 140_036_512, 136_500_672, 133_251_776, 136_829_952])
    // It crosses to the page as plain data.
    expect(structuredClone(rows)).toEqual(rows)
  })

  it('stops between rows when it is cancelled, and refuses a table that there is not', async () => {
    const controller = new AbortController()
    const seen: Progress[] = []
    const progress = (p: Progress) => {
      seen.push(p)
      if (p.done === 2) controller.abort()
    }
    await expect(paperTable(3, { signal: controller.signal, progress })).rejects.toMatchObject({ code: 'cancelled' })
    expect(seen).toHaveLength(2)
    await expect(paperTable(9, { signal, progress: () => undefined })).rejects.toMatchObject({ code: 'bad-input' })
  })
})

describe('the rows on the page', () => {
  it('are of every table', () => {
    expect(PAPER_TABLE_NUMBERS).toEqual(PAPER_TABLES.map((table) => table.table))
  })

  it('are there as printed before anything is counted, and in full in a file', async () => {
    for (const { table, points } of PAPER_TABLES) {
      const { paper, rows } = shownTable(table, undefined)
      expect(rows.map((r) => r.row)).toEqual(points)
      const { columns, rows: cells } = paperFigureTable(t, paper, rows)
      expect(new Set(columns.map((c) => c.key)).size).toBe(columns.length)
      for (const row of cells) expect(row).toHaveLength(columns.length)
    }
    const counted = await paperTable(8, { signal, progress: () => undefined })
    const { paper, rows } = shownTable(8, counted)
    const { columns, rows: cells } = paperFigureTable(t, paper, rows)
    const at = (key: string) => cells[2]?.[columns.findIndex((c) => c.key === key)]
    expect([at('model'), at('error'), at('ms224x224'), at('mflops'), at('convention')]).toEqual([
      'ShuffleNet 2× (g=3)',
      26.3,
      108.8,
      524,
      'Conv + FC',
    ])
    expect(at('macs')).toBe(at('macsConvFc'))
    expect(at('difference')).toBeCloseTo(100 * (Number(at('macs')) / 524e6 - 1), 9)
  })
})
