/** Transpose. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkNode, nodeGraph } from './cases.ts'
import { randomTensor } from './harness.ts'

describe('transpose', () => {
  it('of a matrix, by hand', async () => {
    const [a, b, c, d, e, f] = randomTensor([2, 3], 1).data
    expect([...(await checkNode('transpose', { perm: [1, 0] }, [[2, 3]])).data]).toEqual([a, d, b, e, c, f])
    expect((await checkNode('transpose', {}, [[2, 3, 4]])).shape).toEqual([4, 3, 2])
  })

  it('by any permutation of up to six axes, on every backend', async () => {
    const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 6 })
    const cases = shapes.chain((shape) => fc.tuple(fc.constant(shape), fc.shuffledSubarray([...shape.keys()], { minLength: shape.length })))
    await fc.assert(
      fc.asyncProperty(cases, async ([shape, perm]) => {
        const turned = await checkNode('transpose', { perm }, [shape])
        const back = perm.map((_, i) => perm.indexOf(i))
        const graph = nodeGraph('transpose', { perm: back }, [turned])
        expect(graph.tensors.get(graph.outputs[0] ?? -1)?.data).toEqual(randomTensor(shape, 1).data)
      }),
      { numRuns: 60, seed: 5 },
    )
  })

  it('refuses what is no permutation', () => {
    expect(() => nodeGraph('transpose', { perm: [0, 0] }, [[2, 3]])).toThrow(/"node".*permutation/)
    expect(() => nodeGraph('transpose', { perm: [0, 1, 2] }, [[2, 3]])).toThrow(/permutation/)
  })
})
