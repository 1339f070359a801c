/** Architectures by an id that says their sizes: built as the closed form counts them, and bounded, for an id comes from outside. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildZooModel, customV1Id, inspectGraph, parameterCount, recognise, type V1Shape, v1ShapeCost } from '../../../engine/index.ts'
import { customV1 } from '../../../engine/zoo/customV1.ts'

const shape: V1Shape = { groups: 4, stem: 12, widths: [112, 208, 400], repeats: [2, 3, 1], height: 96, width: 64, shuffle: true, classes: 7 }

describe('a ShuffleNet v1 of any size', () => {
  it.each([
    ['with shuffle', shape],
    ['without', { ...shape, shuffle: false }],
    ['of one group', { ...shape, groups: 1 }],
  ])('%s costs what the closed form says', (_, own) => {
    const model = buildZooModel(customV1Id(own))
    const { total, shuffles } = inspectGraph(model.graph, recognise(model.graph))
    expect(total).toEqual(v1ShapeCost(own).total)
    expect(parameterCount(model.graph)).toBe(v1ShapeCost(own).total.params)
    expect(shuffles).toHaveLength(own.shuffle && own.groups > 1 ? 6 : 0)
    expect(model.id).toBe(customV1Id(own))
    expect(model.preprocess?.crop).toEqual([96, 64])
  })

  it('is read back from its id, whatever the sizes', () => {
    const count = fc.integer({ min: 1, max: 6 })
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2, 3, 4, 8),
        fc.tuple(count, count, count),
        fc.tuple(count, count, count),
        fc.boolean(),
        (groups, grow, repeats, shuffle) => {
          const [a, b, c] = grow
          const step = 4 * groups
          const own: V1Shape = { ...shape, groups, stem: groups, widths: [a * step, (a + b) * step, (a + b + c) * step], repeats, shuffle }
          expect(customV1(customV1Id(own))?.shape).toEqual(own)
        },
      ),
    )
  })

  it.each([
    ['shufflenet-v1-custom-', /written/],
    ['shufflenet-v1-custom-g3-stem24-240-480-960-units4-8-4-224x224', /written/],
    ['shufflenet-v1-custom-g3-stem24-240-480-961-units4-8-4-224x224-classes10', /961/],
    ['shufflenet-v1-custom-g0-stem24-240-480-960-units4-8-4-224x224-classes10', /groups/],
    ['shufflenet-v1-custom-g3-stem24-240-480-960-units4-8-4-9999x224-classes10', /9999/],
    ['shufflenet-v1-custom-g1-stem4-60000-60004-60008-units9-9-9-224x224-classes10', /parameters/],
    ['shufflenet-v1-custom-g3-stem24-240-480-960-units4-8-4-224x224-classes10-noshuffle-more', /written/],
  ])('refuses %s', (id, words) => {
    expect(() => buildZooModel(id)).toThrow(expect.objectContaining({ code: 'bad-input', message: expect.stringMatching(words) }))
  })
})
