/** Reductions. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkNode, integers, nodeGraph } from './cases.ts'
import { randomTensor } from './harness.ts'

describe('reduce', () => {
  it('of a matrix, by hand', async () => {
    const [a = 0, b = 0, c = 0, d = 0] = randomTensor([2, 2], 1).data
    const of = async (fn: string, axis: number) => [...(await checkNode('reduce', { function: fn, axes: [axis], keepDims: false }, [[2, 2]])).data]
    expect(await of('max', 0)).toEqual([Math.max(a, c), Math.max(b, d)])
    const [left = 0, right = 0] = await of('sum', 1)
    expect(left).toBeCloseTo(a + b, 6)
    expect(right).toBeCloseTo(c + d, 6)
    expect((await of('mean', 1))[0]).toBeCloseTo((a + b) / 2, 6)
  })

  it('along any axes, on every backend', async () => {
    const shapes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 })
    const cases = shapes.chain((shape) => fc.tuple(fc.constant(shape), fc.subarray([...shape.keys()], { minLength: 1 })))
    await fc.assert(
      fc.asyncProperty(cases, fc.constantFrom('mean', 'max', 'sum'), fc.boolean(), async ([shape, axes], fn, keepDims) => {
        await checkNode('reduce', { function: fn, axes, keepDims }, [shape])
      }),
      { numRuns: 60, seed: 11 },
    )
  })

  it('takes axes from a constant input; none at all means every axis', async () => {
    expect((await checkNode('reduce', { function: 'mean' }, [[2, 3, 4, 5], integers(2, -1)])).shape).toEqual([2, 3, 1, 1])
    expect((await checkNode('reduce', { function: 'mean', keepDims: false }, [[2, 3, 4, 5]])).shape).toEqual([])
    expect((await checkNode('reduce', { function: 'sum', noopWithEmptyAxes: true }, [[2, 3]])).shape).toEqual([2, 3])
  })

  it('refuses an axis outside the tensor', () => {
    expect(() => nodeGraph('reduce', { function: 'max', axes: [2] }, [[2, 3]])).toThrow(/"node".*axis 2/)
  })
})
