/** Pad. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkNode, integers, nodeGraph } from './cases.ts'
import { randomTensor } from './harness.ts'

describe('pad', () => {
  it('of a row, by hand; negative pads crop', async () => {
    const [a, b, c] = randomTensor([3], 1).data
    expect([...(await checkNode('pad', { pads: [1, 2], value: 5 }, [[3]])).data]).toEqual([5, a, b, c, 5, 5])
    expect([...(await checkNode('pad', { pads: [-1, 1] }, [[3]])).data]).toEqual([b, c, 0])
  })

  it('of any tensor, on every backend; channels that are new have no source', async () => {
    const axis = fc.tuple(fc.integer({ min: 2, max: 5 }), fc.integer({ min: -1, max: 3 }), fc.integer({ min: -1, max: 3 }))
    await fc.assert(
      fc.asyncProperty(fc.array(axis, { minLength: 1, maxLength: 4 }), async (axes) => {
        const shape = axes.map(([n]) => n)
        const pads = [...axes.map(([, before]) => before), ...axes.map(([, , after]) => after)]
        const total = axes.every(([n, before, after]) => n + before + after > 0)
        if (total) await checkNode('pad', { pads, value: -0.5 }, [shape])
      }),
      { numRuns: 60, seed: 9 },
    )
  })

  it('takes pads and value from constant inputs', async () => {
    const fill = { dtype: 'f32' as const, shape: [], data: Float32Array.of(9) }
    const value = await checkNode('pad', {}, [[1, 1, 1, 1], integers(0, 0, 0, 1, 0, 0, 0, 0), fill])
    expect([...value.data]).toEqual([9, randomTensor([1], 1).data[0]])
  })

  it('refuses pads that do not fit', () => {
    expect(() => nodeGraph('pad', { pads: [1, 1] }, [[2, 2]])).toThrow(/"node".*do not fit/)
    expect(() => nodeGraph('pad', { pads: [-2, -1] }, [[2]])).toThrow(/take more/)
    expect(() => nodeGraph('pad', { pads: [2 ** 30, 0] }, [[2]])).toThrow(/larger than/)
  })
})
