/** Gather. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evenRuns } from '../../engine/ops/gather/op.ts'
import { checkNode, integers, nodeGraph } from './cases.ts'
import { randomTensor } from './harness.ts'

describe('gather', () => {
  it('of a row, by hand; negative indices count from the end', async () => {
    const [a, b, c] = randomTensor([3], 1).data
    expect([...(await checkNode('gather', {}, [[3], integers(2, 0, -2, 2)])).data]).toEqual([c, a, b, c])
  })

  it('of any axis by indices of any shape, on every backend', async () => {
    const cases = fc
      .record({
        shape: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
        rank: fc.integer({ min: 0, max: 2 }),
        axis: fc.nat(),
      })
      .chain(({ shape, rank, axis }) => {
        const extents = [2, 3].slice(0, rank)
        const at = axis % shape.length
        const count = extents.reduce((n, e) => n * e, 1)
        const n = shape[at] ?? 1
        return fc.record({
          shape: fc.constant(shape),
          axis: fc.constant(at),
          extents: fc.constant(extents),
          indices: fc.array(fc.integer({ min: -n, max: n - 1 }), { minLength: count, maxLength: count }),
        })
      })
    await fc.assert(
      fc.asyncProperty(cases, async ({ shape, axis, extents, indices }) => {
        await checkNode('gather', { axis }, [shape, { dtype: 'i64', shape: extents, data: Float64Array.from(indices) }])
      }),
      { numRuns: 60, seed: 13 },
    )
  })

  it('copies evenly spaced indices in one go', () => {
    expect(evenRuns([0, 2, 4, 5, 6])).toEqual([
      { first: 0, step: 2, count: 3 },
      { first: 5, step: 1, count: 2 },
    ])
    expect(evenRuns([3, 3, 3])).toEqual([{ first: 3, step: 0, count: 3 }])
    expect(evenRuns([])).toEqual([])
  })

  it('refuses an index outside the axis', () => {
    expect(() => nodeGraph('gather', { axis: 1 }, [[2, 3], integers(3)])).toThrow(/"node".*index 3/)
    expect(() => nodeGraph('gather', { axis: 2 }, [[2, 3], integers(0)])).toThrow(/axis 2/)
  })
})
