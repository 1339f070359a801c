/** Boxes from the shifts of anchors, against torchvision's BoxCoder (`fixtures/make/boxes.py`). */
import { describe, expect, it } from 'vitest'
import FIXTURE from '../fixtures/boxes.json'
import { checkNode, first, nodeGraph } from './cases.ts'
import { expectAgreement, relativeError } from './harness.ts'

const ANCHORS = [
  [-8, -8, 23, 23],
  [-20, -4, 35, 19],
]

describe('boxDecode', () => {
  it.each(FIXTURE.decoding)('places boxes as torchvision does, with $edge pixel beyond the corners', async ({ edge, height, width, ...given }) => {
    const { anchors, stride, image } = given
    const graph = nodeGraph('boxDecode', { anchors, stride, image, inclusive: edge === 1 }, [[1, 4 * anchors.length, height, width]])
    const shifts = { dtype: 'f32' as const, shape: [1, 4 * anchors.length, height, width], data: Float32Array.from(given.shifts) }
    expect(first(graph, [shifts]).shape).toEqual([1, height * width * anchors.length, 4])
    expect(relativeError(first(graph, [shifts]).data, given.boxes)).toBeLessThan(1e-6)
    await expectAgreement(graph, [shifts], { tolerance: 1e-6 })
  })

  it.each([1, 2, 5])('with maps of all sizes, %i images', async (n) => {
    for (const [h, w] of [
      [1, 1],
      [3, 2],
      [2, 7],
    ])
      await checkNode('boxDecode', { anchors: ANCHORS, stride: 16, image: [50, 40], inclusive: n === 2 }, [[n, 8, h ?? 1, w ?? 1]])
  })

  it('keeps boxes of any shift within the image', async () => {
    const graph = nodeGraph('boxDecode', { anchors: ANCHORS, stride: 16, image: [50, 40] }, [[1, 8, 1, 1]])
    const shifts = { dtype: 'f32' as const, shape: [1, 8, 1, 1], data: Float32Array.of(0, 0, 200, 300, -1e30, 1e30, 0, -200) }
    expect([...first(graph, [shifts]).data]).toEqual([0, 0, 40, 50, 0, 50, 0, 50])
    await expectAgreement(graph, [shifts])
  })

  it('needs four channels for each anchor', () => {
    expect(() => nodeGraph('boxDecode', { anchors: ANCHORS, stride: 16, image: [50, 40] }, [[1, 9, 2, 2]])).toThrow(/"node".*2 anchors need 8/)
    expect(() => nodeGraph('boxDecode', { anchors: [], stride: 16, image: [50, 40] }, [[1, 0, 2, 2]])).toThrow(/anchors/)
  })
})
