/** Reshape. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkNode, integers, nodeGraph } from './cases.ts'
import { randomTensor } from './harness.ts'

describe('reshape', () => {
  it.each([
    [
      [1, 12, 3, 2],
      [1, 72],
    ],
    [
      [2, 12, 3, 2],
      [2, -1],
    ],
    [
      [2, 12, 3, 2],
      [0, 3, 4, 3, 2],
    ],
    [
      [2, 3, 4, 3, 2],
      [0, -1, 3, 2],
    ],
    [
      [1, 12, 3, 2],
      [6, 2, 6],
    ],
    [
      [1, 6, 4, 1],
      [1, 4, 6, 1],
    ],
    [
      [1, 6, 5, 2],
      [1, 4, 5, 3],
    ],
    [
      [2, 24],
      [2, 6, 2, 2],
    ],
    [
      [2, 6, 1, 1],
      [2, 6],
    ],
    [[24], [2, 3, 4]],
  ])('%j to %j', async (from, to) => {
    const value = await checkNode('reshape', { shape: to }, [from])
    expect([...value.data]).toEqual([...randomTensor(from, 1).data])
  })

  it('takes its target from a constant input', async () => {
    expect((await checkNode('reshape', {}, [[2, 6, 2, 2], integers(0, -1)])).shape).toEqual([2, 24])
  })

  it('between any two shapes of up to 240 elements, on every backend', async () => {
    const factors = fc.shuffledSubarray([2, 2, 3, 2, 5, 1, 1, 2], { minLength: 2 })
    const grouping = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 8, maxLength: 8 })
    const shapeFrom = (list: readonly number[], into: readonly number[], rank: number): number[] => {
      const shape = new Array<number>(rank).fill(1)
      list.forEach((f, i) => {
        const axis = (into[i] ?? 0) % rank
        shape[axis] = (shape[axis] ?? 1) * f
      })
      return shape
    }
    await fc.assert(
      fc.asyncProperty(factors, grouping, grouping, fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), async (list, a, b, ra, rb) => {
        await checkNode('reshape', { shape: shapeFrom(list, b, rb) }, [shapeFrom(list, a, ra)])
      }),
      { numRuns: 40, seed: 3 },
    )
  })

  it('refuses a target that does not fit', () => {
    expect(() => nodeGraph('reshape', { shape: [5, -1] }, [[2, 6]])).toThrow(/"node".*cannot take the shape/)
    expect(() => nodeGraph('reshape', { shape: [7] }, [[2, 6]])).toThrow(/as many elements/)
    expect(() => nodeGraph('reshape', { shape: [-1, -1] }, [[2, 6]])).toThrow(/cannot take the shape/)
    expect(() => nodeGraph('reshape', {}, [[2, 6]])).toThrow(/target shape is missing/)
    expect(() => nodeGraph('reshape', {}, [[2, 6], [2]])).toThrow(/computed from the data/)
  })
})
