/** Nearest-neighbour resizing. */
import { describe, expect, it } from 'vitest'
import { checkNode, nodeGraph } from './cases.ts'
import { randomTensor } from './harness.ts'

describe('resize', () => {
  it('repeats rows and columns', async () => {
    const [a, b, c, d] = randomTensor([1, 1, 2, 2], 1).data
    expect([...(await checkNode('resize', { factors: [1, 2] }, [[1, 1, 2, 2]])).data]).toEqual([a, a, b, b, c, c, d, d])
  })

  it.each([
    [
      [2, 5, 3, 4],
      [2, 2],
    ],
    [
      [1, 8, 2, 3],
      [3, 1],
    ],
    [
      [1, 1, 1, 1],
      [4, 5],
    ],
  ])('%j by %j, on every backend', async (shape, factors) => {
    const value = await checkNode('resize', { factors }, [shape])
    expect(value.shape).toEqual([shape[0], shape[1], (shape[2] ?? 0) * (factors[0] ?? 0), (shape[3] ?? 0) * (factors[1] ?? 0)])
  })

  it('refuses what is no feature map or too large', () => {
    expect(() => nodeGraph('resize', { factors: [2, 2] }, [[3, 4]])).toThrow(/"node".*rank 4/)
    expect(() => nodeGraph('resize', { factors: [30000, 30000] }, [[1, 1, 2, 2]])).toThrow(/larger than/)
  })
})
