/** Non-maximum suppression against its definition, cell by cell and box by box. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { overlap } from '../../../../engine/base/boxes.ts'
import { type Candidate, Candidates, MAX_CANDIDATES } from '../../../../engine/vision/detect/candidates.ts'
import { suppress } from '../../../../engine/vision/detect/nms.ts'

/** Boxes with corners on whole pixels, so that areas can be counted. */
const boxes = fc
  .tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 12 }), fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 8 }))
  .map(([x, y, w, h]) => [x, y, x + w, y + h] as const)

type Box = readonly [number, number, number, number]

function countedOverlap(a: Box, b: Box): number {
  const inside = ([left, top, right, bottom]: Box, x: number, y: number) => x >= left && x < right && y >= top && y < bottom
  let both = 0
  let either = 0
  for (let y = 0; y < 20; y++)
    for (let x = 0; x < 20; x++) {
      const [inA, inB] = [inside(a, x, y), inside(b, x, y)]
      if (inA && inB) both++
      if (inA || inB) either++
    }
  return both / either
}

/** By definition: repeatedly the best that is left, which takes away those of its class that it covers. */
function bruteForce(candidates: readonly Candidate[], iou: number): Candidate[] {
  let left = [...candidates]
  const kept: Candidate[] = []
  while (left.length > 0) {
    const best = left.reduce((a, b) => (b.score > a.score ? b : a))
    kept.push(best)
    left = left.filter((c) => c !== best && (c.index !== best.index || countedOverlap(c.box as Box, best.box as Box) <= iou))
  }
  return kept
}

describe('non-maximum suppression', () => {
  it('measures overlap as pixels counted do', () => {
    fc.assert(
      fc.property(boxes, boxes, (a, b) => {
        expect(overlap(a, b)).toBeCloseTo(countedOverlap(a, b), 12)
      }),
    )
  })

  it('keeps what brute force keeps, class by class', () => {
    const candidate = fc.record({ index: fc.integer({ min: 0, max: 2 }), box: boxes })
    fc.assert(
      fc.property(fc.array(candidate, { maxLength: 40 }), fc.constantFrom(0.21, 0.45, 0.61), (list, iou) => {
        const scored = list.map((c, i) => ({ ...c, score: 1 - i / 50 }))
        expect(suppress(scored, iou, 1000)).toEqual(bruteForce(scored, iou))
      }),
    )
  })

  it('keeps the best of a million candidates, and looks at a bounded number', () => {
    const found = new Candidates(0.1)
    for (let i = 0; i < 1e6; i++) found.add(0, ((i * 7919) % 1e6) / 1e6, [i, 0, i + 1, 1])
    const best = found.best()
    expect(best).toHaveLength(MAX_CANDIDATES)
    expect(best[0]?.score).toBe(0.999999)
    expect(best.map((c) => c.score)).toEqual(Array.from({ length: MAX_CANDIDATES }, (_, i) => (999_999 - i) / 1e6))
    expect(suppress(best, 0.5, 300)).toHaveLength(300)
  })

  it('leaves out scores that are none and boxes without area', () => {
    const found = new Candidates(0.5)
    for (const score of [Number.NaN, Number.POSITIVE_INFINITY, 1.01, 0.5, -1]) found.add(0, score, [0, 0, 1, 1])
    for (const box of [
      [0, 0, 0, 1],
      [1, 1, 0, 0],
      [0, Number.NaN, 1, 1],
      [0, 0, Number.POSITIVE_INFINITY, 1],
    ] as const)
      found.add(0, 0.9, box)
    expect(found.best()).toEqual([])
  })
})
