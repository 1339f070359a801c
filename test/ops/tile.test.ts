/** Tile. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkNode, nodeGraph } from './cases.ts'
import { randomTensor } from './harness.ts'

describe('tile', () => {
  it('of a row and of a matrix, by hand', async () => {
    const [a, b] = randomTensor([2], 1).data
    expect([...(await checkNode('tile', { repeats: [2] }, [[2]])).data]).toEqual([a, b, a, b])
    expect([...(await checkNode('tile', { repeats: [2, 2] }, [[1, 2]])).data]).toEqual([a, b, a, b, a, b, a, b])
  })

  it('of any tensor, on every backend', async () => {
    const axis = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 3 }))
    await fc.assert(
      fc.asyncProperty(fc.array(axis, { minLength: 1, maxLength: 5 }), async (axes) => {
        await checkNode('tile', { repeats: axes.map(([, r]) => r) }, [axes.map(([n]) => n)])
      }),
      { numRuns: 40, seed: 3 },
    )
  })

  it('refuses repeats that do not fit', () => {
    expect(() => nodeGraph('tile', { repeats: [2] }, [[2, 2]])).toThrow(/"node".*do not fit/)
    expect(() => nodeGraph('tile', { repeats: [2 ** 30] }, [[2]])).toThrow(/larger than/)
  })
})
