/** Objects of two detectors, matched: each once, none left that could be, and the same whichever comes first. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Located, MATCH_IOU, matchDetections } from '../../../../engine/vision/detect/match.ts'

const at = (name: string, ...box: [number, number, number, number]): Located => ({ name, box })

/** Intersection over union by counting the cells that integer boxes cover. */
function counted([l, t, r, b]: Located['box'], [l2, t2, r2, b2]: Located['box']): number {
  let [shared, either] = [0, 0]
  for (let x = 0; x < 24; x++)
    for (let y = 0; y < 24; y++) {
      const [one, other] = [x >= l && x < r && y >= t && y < b, x >= l2 && x < r2 && y >= t2 && y < b2]
      if (one && other) shared++
      if (one || other) either++
    }
  return shared / either
}

const side = fc.integer({ min: 1, max: 12 })
const located = fc
  .record({ name: fc.constantFrom('car', 'dog'), x: fc.nat(12), y: fc.nat(12), width: side, height: side })
  .map(({ name, x, y, width, height }) => at(name, x, y, x + width, y + height))
const lists = [fc.array(located, { maxLength: 8 }), fc.array(located, { maxLength: 8 })] as const

describe('two lists of objects', () => {
  it('pair what overlaps, by half of what both cover at least', () => {
    const a = [at('dog', 0, 0, 10, 10), at('car', 20, 0, 30, 10), at('cup', 50, 50, 60, 60)]
    const b = [at('car', 20, 0, 30, 8), at('dog', 0, 0, 10, 4), at('dog', 0, 0, 10, 5)]
    // 0.8; the first dog covers 0.4 of the other, the second exactly 0.5.
    expect(matchDetections(a, b)).toEqual({
      pairs: [
        { a: 0, b: 2, iou: 0.5, isSame: true },
        { a: 1, b: 0, iou: 0.8, isSame: true },
      ],
      onlyA: [2],
      onlyB: [1],
    })
  })

  it('prefer the same class to more overlap, and pair other classes where that is all there is', () => {
    const rider = at('person', 0, 0, 10, 10)
    const horse = at('horse', 0, 0, 10, 14)
    expect(matchDetections([rider], [at('horse', 0, 0, 10, 11), at('person', 0, 0, 10, 12)]).pairs).toMatchObject([{ b: 1, isSame: true }])
    expect(matchDetections([horse], [at('cow', 0, 0, 10, 14)]).pairs).toEqual([{ a: 0, b: 0, iou: 1, isSame: false }])
    expect(matchDetections([rider, horse], [at('horse', 0, 0, 10, 12)])).toMatchObject({ pairs: [{ a: 1, b: 0 }], onlyA: [0] })
  })

  it('use every object once and leave no two that could be paired', () => {
    fc.assert(
      fc.property(...lists, (a, b) => {
        const { pairs, onlyA, onlyB } = matchDetections(a, b)
        expect([...pairs.map((p) => p.a), ...onlyA].sort((x, y) => x - y)).toEqual(a.map((_, i) => i))
        expect([...pairs.map((p) => p.b), ...onlyB].sort((x, y) => x - y)).toEqual(b.map((_, i) => i))
        for (const p of pairs) {
          expect(p.iou).toBeCloseTo(counted((a[p.a] as Located).box, (b[p.b] as Located).box), 12)
          expect(p.iou).toBeGreaterThanOrEqual(MATCH_IOU)
        }
        for (const i of onlyA) for (const j of onlyB) expect(counted((a[i] as Located).box, (b[j] as Located).box)).toBeLessThan(MATCH_IOU)
      }),
    )
  })

  it('are all paired with themselves', () => {
    fc.assert(
      fc.property(lists[0], (a) => {
        const { pairs, onlyA } = matchDetections(a, a)
        expect(onlyA).toEqual([])
        expect(pairs.every((p) => p.iou === 1 && p.isSame)).toBe(true)
      }),
    )
  })

  it('give as many pairs, as alike, whichever comes first', () => {
    const sums = (pairs: readonly { readonly iou: number; readonly isSame: boolean }[]) => pairs.map((p) => `${p.isSame} ${p.iou}`).sort()
    fc.assert(
      fc.property(...lists, (a, b) => {
        const overlaps = a.flatMap((one) => b.map((other) => counted(one.box, other.box))).filter((v) => v >= MATCH_IOU)
        // Of equal overlaps either may be taken.
        fc.pre(new Set(overlaps).size === overlaps.length)
        expect(sums(matchDetections(b, a).pairs)).toEqual(sums(matchDetections(a, b).pairs))
      }),
    )
  })
})
