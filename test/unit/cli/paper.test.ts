import { describe, expect, it } from 'vitest'
import type { PaperReport, PaperReportRow } from '../../../electron/cli/paper.ts'
import { claimReadings, PAPER_TABLES, SHUFFLE_CLAIM, ZOO } from '../../../engine/index.ts'
import { cli, json } from './harness.ts'

const rowsOf = async (table: number): Promise<readonly PaperReportRow[]> =>
  (await json<PaperReport>(['paper', '--table', String(table)])).tables[0]?.rows ?? []

describe('paper', () => {
  it('gives the documented fields, table by table', async () => {
    const { tables } = await json<PaperReport>(['paper'])
    expect(tables.map((t) => t.table)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    for (const { table, title, source, counts, rows, ...rest } of tables) {
      expect([title, source, counts].every((text) => text.length > 5)).toBe(true)
      expect(source).toContain(`table ${table}`)
      expect(rest).toEqual({})
      expect(rows.map((r) => r.model)).toEqual(PAPER_TABLES[table - 1]?.points.map((p) => p.model))
      for (const row of rows)
        expect(Object.keys(row)).toEqual([
          ...['model', 'id', 'shuffle', 'published', 'computed', 'convention', 'difference', 'reason', 'choices'],
          ...(table === 7 ? ['detectors'] : []),
        ])
    }
  })

  it('counts every row or says why not, and has a reason for every difference beyond what is printed', async () => {
    const { tables } = await json<PaperReport>(['paper'])
    for (const row of tables.flatMap((t) => t.rows)) {
      if (!row.computed) throw new Error(`${row.model} is not counted`)
      expect(ZOO.some((e) => e.id === row.id)).toBe(true)
      expect(Object.keys(row.computed.macs)).toEqual(['paper', 'conv', 'conv+fc', 'all'])
      expect(row.computed.params).toBe(ZOO.find((e) => e.id === row.id)?.params)
      expect(row.computed.arenaBytes).toBeGreaterThan(0)
      const { mflops } = row.published
      if (mflops === null) {
        expect(row).toMatchObject({ difference: null, reason: 'the paper prints no complexity of it' })
        continue
      }
      const macs = row.computed.macs[row.convention ?? 'all']
      expect(row.difference).toBeCloseTo(macs / (mflops * 1e6) - 1, 12)
      const isSame = Math.round(macs / 1e6) === mflops
      expect(row.reason === 'the same when rounded', row.model).toBe(isSame)
      expect(row.reason).not.toMatch(/^$|for no published reason/)
    }
  })

  it('has the complexities of table 1 to the last multiply-accumulate', async () => {
    const rows = await rowsOf(1)
    expect(rows.map((r) => r.computed?.macs.paper)).toEqual([142_502_976, 140_036_512, 136_500_672, 133_251_776, 136_829_952])
    expect(rows.every((r) => r.convention === 'paper')).toBe(true)
  })

  it('has those of table 5 with the fully connected layer', async () => {
    const rows = await rowsOf(5)
    const counted = (model: string) => {
      const row = rows.find((r) => r.model === model)
      return row?.convention === 'conv+fc' ? ((row.computed?.macs['conv+fc'] ?? 0) / 1e6).toFixed(2) : undefined
    }
    expect(counted('ShuffleNet 1.5× (g=3)')).toBe('292.44')
    expect(counted('ShuffleNet 2× (g=3)')).toBe('524.05')
    expect(['1.0', '0.75', '0.5', '0.25'].map((s) => counted(`${s} MobileNet-224`))).toEqual(['568.74', '325.40', '149.50', '41.03'])
  })

  it('comes within 3 % of the budgets of table 4, but for a ShuffleNet whose widths are not published', async () => {
    for (const { model, difference, reason } of await rowsOf(4)) {
      if (reason.startsWith('how the paper rounds')) expect(model).toMatch(/^ShuffleNet 0\.\d+× \(g=[48]\)$/)
      else expect(Math.abs(difference ?? 1), model).toBeLessThan(0.03)
    }
  })

  it('comes within 5 % of table 6, but for the budget that GoogLeNet was designed for', async () => {
    for (const { model, difference, reason } of await rowsOf(6)) {
      if (model === 'GoogleNet') expect(reason).toMatch(/budget/)
      else expect(Math.abs(difference ?? 1), model).toBeLessThan(0.05)
    }
  })

  it('quotes errors, mAP and latencies under their own names', async () => {
    expect((await rowsOf(2))[0]?.published).toEqual({ mflops: 140, error: 33.6 })
    expect((await rowsOf(7))[0]?.published).toEqual({ mflops: null, error: null, map: { '300x': 18.7, '600x': 25 } })
    expect((await rowsOf(8))[3]?.published).toEqual({
      mflops: 720,
      error: 42.8,
      ms: { '224x224': 184, '480x640': 1156.7, '720x1280': 3633.9 },
    })
  })

  it('prints a table for people, with its source, what it counts and what was chosen', async () => {
    const { code, out, err } = await cli(['paper', '--table', '5'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^Table 5: .*\n.*arXiv:1707\.01083v2, table 5\n/)
    expect(out).toMatch(/\nShuffleNet 2× \(g=3\) +26\.3 +524 +524\.05 +conv\+fc +0\.0 % +5\.45 M +[\d.]+ MiB +the same when rounded\n/)
    expect(out).toMatch(/\n- ShuffleNet 0\.5× \(shallow, g=3\), 40 M: Stem of 9 /)
    const detection = (await cli(['paper', '--table', '7'])).out
    expect(detection).toMatch(/counted M 300x +counted M 600x/)
    expect(detection).toMatch(/\nShuffleNet 1× \(g=3\) +14\.5 +19\.8 +10842\.70 +13844\.59 +conv\+fc/)
    expect(detection).toMatch(/\n- ShuffleNet 1× \(g=3\) at 300x: backbone 191\.11, RPN 811\.78, RoI 0\.00, head 9839\.81\n/)
    expect(detection).toMatch(/\n- all: RPN of 512 channels/)
  })

  it('has the test in small of table 3 beside it, under a key of its own', async () => {
    const { tables, shuffleClaim, ...rest } = await json<PaperReport>(['paper', '--table', '3'])
    expect(rest).toEqual({})
    expect(shuffleClaim?.sets.map(({ readings, ...runs }) => runs)).toEqual(SHUFFLE_CLAIM)
    expect(shuffleClaim?.sets.map((s) => s.readings)).toEqual(SHUFFLE_CLAIM.map(claimReadings))
    expect(JSON.stringify(tables)).not.toMatch(/imagenette|seeds/i)
    expect(await json<PaperReport>(['paper', '--table', '2'])).not.toHaveProperty('shuffleClaim')
  })

  it('prints it after the table, with spread and seeds, and what can be read from it', async () => {
    const { code, out, err } = await cli(['paper', '--table', '3'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const [paper = '', small = ''] = out.split('Tested here in small: ')
    expect(paper).toMatch(/ShuffleNet 0\.25× \(g=8\) +52\.7/)
    for (const set of SHUFFLE_CLAIM) {
      expect(small).toContain(`${set.epochs} epochs of 9,469 photos at 64 px, measured on 3,925 others`)
      for (const { mean, deviation } of set.rows.map((r) => r.accuracy[64] ?? { mean: 0, deviation: 0 }))
        expect(small).toContain(deviation === null ? mean.toFixed(1) : `${mean.toFixed(1)} ± ${deviation.toFixed(1)}`)
    }
    expect(small).toMatch(/\n- g=3: nothing can be read, .*; seeds: 1 with, 1 without\n/)
    expect((await cli(['paper', '--table', '2'])).out).not.toContain('Tested here')
  })

  it('refuses a table that the paper does not have, and latencies of one without', async () => {
    expect(await cli(['paper', '--table', '9'])).toMatchObject({ code: 2, out: '' })
    expect(await cli(['paper', '--table', '2', '--measure'])).toMatchObject({ code: 2, err: expect.stringMatching(/--measure is for table 8/) })
  })

  it('ends when interrupted, while it counts and while it measures', async () => {
    expect(await cli(['paper'], { signal: AbortSignal.abort() })).toMatchObject({ code: 130, out: '' })
    const stop = new AbortController()
    const running = cli(['paper', '--table', '8', '--measure'], { signal: stop.signal })
    setTimeout(() => stop.abort(), 1500)
    expect(await running).toMatchObject({ code: 130, out: '' })
  })
})
