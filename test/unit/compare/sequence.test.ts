import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { alignSequences } from '../../../engine/compare/sequence.ts'
import { bestScore } from './bruteForce.ts'

/** Letters are alike where they are equal, vowels a little among themselves. */
function alignText(a: string, b: string): string[] {
  const likeness = (i: number, j: number) => (a[i] === b[j] ? 2 : 'aeiou'.includes(a[i] ?? '') && 'aeiou'.includes(b[j] ?? '') ? 1 : 0)
  return alignSequences(a.length, b.length, likeness).pairs.map((p) => `${p.a === null ? '-' : a[p.a]}${p.b === null ? '-' : b[p.b]}`)
}

describe('alignment of two sequences', () => {
  it('pairs what is equal, and leaves alone what has no partner', () => {
    expect(alignText('shuffle', 'shffle')).toEqual(['ss', 'hh', 'u-', 'ff', 'ff', 'll', 'ee'])
    expect(alignText('cat', 'cot')).toEqual(['cc', 'ao', 'tt'])
    expect(alignText('cat', 'dog').join(' ')).toContain('ao')
    expect(alignText('xyz', 'bcd')).toHaveLength(6)
  })

  it('pairs the earliest of equals', () => {
    expect(alignText('aaaa', 'aa')).toEqual(['aa', 'aa', 'a-', 'a-'])
    expect(alignText('aa', 'aaaa')).toEqual(['aa', 'aa', '-a', '-a'])
  })

  it('takes nothing for something', () => {
    expect(alignText('', '')).toEqual([])
    expect(alignText('ab', '')).toEqual(['a-', 'b-'])
    expect(alignText('', 'ab')).toEqual(['-a', '-b'])
  })

  it('scores as much as the best of all alignments, and as much as its own pairs add up to', () => {
    const table = fc
      .tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 }))
      .chain(([n, m]) => fc.tuple(fc.constant(n), fc.constant(m), fc.array(fc.integer({ min: 0, max: 5 }), { minLength: n * m, maxLength: n * m })))
    fc.assert(
      fc.property(table, ([n, m, values]) => {
        const likeness = (i: number, j: number) => values[i * m + j] ?? 0
        const { pairs, score } = alignSequences(n, m, likeness)
        expect(score).toBe(bestScore(n, m, likeness))
        expect(pairs.reduce((sum, p) => sum + (p.a === null || p.b === null ? 0 : likeness(p.a, p.b)), 0)).toBe(score)
        expect(pairs.every((p) => p.a === null || p.b === null || likeness(p.a, p.b) > 0)).toBe(true)
        expect(pairs.flatMap((p) => (p.a === null ? [] : [p.a]))).toEqual(Array.from({ length: n }, (_, i) => i))
        expect(pairs.flatMap((p) => (p.b === null ? [] : [p.b]))).toEqual(Array.from({ length: m }, (_, i) => i))
      }),
      { numRuns: 400 },
    )
  })

  it('still pairs equal sequences that are too long for the whole table', () => {
    const n = 1200
    const cells = 60_000
    const { pairs, score } = alignSequences(n, n, (i, j) => (i % 97 === j % 97 ? 1 : 0), cells)
    expect(score).toBe(n)
    expect(pairs).toHaveLength(n)
    // One longer by a few: each position of both once all the same.
    const other = alignSequences(n, n + 7, (i, j) => (i % 97 === j % 97 ? 1 : 0), cells)
    expect(other.pairs.filter((p) => p.a !== null)).toHaveLength(n)
    expect(other.pairs.filter((p) => p.b !== null)).toHaveLength(n + 7)
    expect(other.score).toBe(n)
  })
})
