/** Interpolated resizing. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { COORDINATES, ROUNDINGS, tapsOf } from '../../engine/ops/interpolate/taps.ts'
import { checkNode, nodeGraph } from './cases.ts'

describe('interpolate', () => {
  it('any size, rule and mode, on every backend', async () => {
    const side = fc.integer({ min: 1, max: 9 })
    const rule = fc.record({
      mode: fc.constantFrom('nearest', 'linear', 'cubic'),
      coordinates: fc.constantFrom(...COORDINATES),
      rounding: fc.constantFrom(...ROUNDINGS),
      excludeOutside: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(rule, fc.integer({ min: 1, max: 9 }), fc.tuple(side, side), fc.tuple(side, side), async (attrs, c, [h, w], size) => {
        const value = await checkNode('interpolate', { ...attrs, size }, [[2, c, h, w]])
        expect(value.shape).toEqual([2, c, ...size])
      }),
      { numRuns: 60, seed: 5 },
    )
  })

  it('weights add up to one, whatever the rule', () => {
    for (const mode of ['linear', 'cubic'] as const)
      for (const coordinates of COORDINATES)
        for (const excludeOutside of [false, true]) {
          const { count, weight } = tapsOf({ mode, coordinates, rounding: 'floor', cubic: -0.5, excludeOutside }, 5, 8, 8 / 5)
          for (let x = 0; x < 8; x++) expect(weight.subarray(x * count, (x + 1) * count).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5)
        }
  })

  it('refuses what is no feature map', () => {
    expect(() => nodeGraph('interpolate', { mode: 'linear', size: [2, 2] }, [[3, 4]])).toThrow(/"node".*rank 4/)
  })
})
