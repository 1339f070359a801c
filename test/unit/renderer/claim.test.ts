/** The test in small of the shuffle as the page says it. */
import { describe, expect, it } from 'vitest'
import { type ClaimReading, SHUFFLE_CLAIM } from '../../../engine/index.ts'
import { LOCALES, translator } from '../../../renderer/app/strings/index.ts'
import { accuracyText, claimTable, readingText, seedRows } from '../../../renderer/views/paper/claimData.ts'

const t = translator('en')
const reading: ClaimReading = {
  groups: 8,
  size: 64,
  seeds: { with: 3, without: 3 },
  difference: -0.73,
  interval: { low: -3.79, high: 2.33 },
  verdict: 'neither',
}

describe('the test in small on the page', () => {
  it('says the verdict first, and what it rests on', () => {
    expect(readingText(t, reading)).toBe(
      'g=8: no difference beyond the spread of the seeds. With the shuffle −0.7 points at 64 px, 95 % interval −3.8 to +2.3; seeds: 3 with, 3 without.',
    )
    expect(readingText(t, { ...reading, difference: 2.04, interval: { low: 0.02, high: 4.06 }, verdict: 'with' })).toMatch(
      /^g=8: better with the shuffle, .* \+2\.0 points .* interval 0\.0 to \+4\.1;/,
    )
    expect(readingText(t, { ...reading, verdict: 'without' })).toMatch(/^g=8: better without the shuffle, /)
    expect(readingText(t, { ...reading, seeds: { with: 1, without: 2 }, interval: null, verdict: 'unknown' })).toBe(
      'g=8: nothing, as a side has fewer than two seeds and no spread is known. With the shuffle −0.7 points at 64 px; seeds: 1 with, 2 without.',
    )
  })

  it('leaves no value out in any language', () => {
    for (const { id } of LOCALES)
      for (const verdict of ['with', 'without', 'neither', 'unknown'] as const)
        expect(readingText(translator(id), { ...reading, verdict })).not.toMatch(/[{}]/)
  })

  it('has a standard deviation where there is one', () => {
    expect(accuracyText({ mean: 69.83, deviation: 0.86, values: [] })).toBe('69.8 ± 0.9')
    expect(accuracyText({ mean: 67.92, deviation: null, values: [] })).toBe('67.9')
  })

  it('is data in full: a row for every network', () => {
    const networks = SHUFFLE_CLAIM.flatMap((set) => set.rows.flatMap((row) => row.seeds.map((seed, i) => ({ set, row, seed, i }))))
    const { columns, rows } = claimTable(t, SHUFFLE_CLAIM)
    expect(rows).toHaveLength(networks.length)
    const at = (key: string) => columns.findIndex((c) => c.key === key)
    for (const [n, { set, row, seed, i }] of networks.entries()) {
      expect([rows[n]?.[at('epochs')], rows[n]?.[at('groups')], rows[n]?.[at('seed')]]).toEqual([set.epochs, row.groups, seed])
      for (const size of set.sizes) expect(rows[n]?.[at(`top1At${size}`)]).toBe(row.accuracy[size]?.values[i])
    }
    expect(new Set(seedRows(SHUFFLE_CLAIM).map((r) => r.key)).size).toBe(SHUFFLE_CLAIM.reduce((sum, s) => sum + s.rows.length, 0))
  })
})
