/** What of a detector's answer the page shows. */
import { describe, expect, it } from 'vitest'
import { type Candidate, Candidates } from '../../../engine/vision/detect/candidates.ts'
import { suppress } from '../../../engine/vision/detect/nms.ts'
import { translator } from '../../../renderer/app/strings/index.ts'
import { countedNames, detectionsTable, shownDetections, THRESHOLDS } from '../../../renderer/views/photo/detections.ts'
import type { DetectionsView } from '../../../renderer/workers/contract/index.ts'
import { LEAST_SCORE } from '../../../renderer/workers/detecting.ts'

const t = translator('en')
const view: DetectionsView = {
  head: 'FastestDet',
  threshold: 0.65,
  size: [352, 352],
  fit: 'stretch',
  list: [
    { index: 2, label: 'car', score: 0.9, box: [0, 0, 10, 10] },
    { index: 16, label: 'dog', score: 0.8, box: [5, 5, 9, 9] },
    { index: 2, label: 'car', score: 0.7, box: [20, 0, 30, 10] },
    { index: 90, label: null, score: 0.2, box: [0, 0, 1, 1] },
  ],
}

describe('detections on the page', () => {
  it('are those above the threshold; a class keeps its hue', () => {
    const shown = shownDetections(t, view, 0.65)
    expect(shown.map((d) => [d.rank, d.name, d.hue])).toEqual([
      [0, 'car', 0],
      [1, 'dog', 1],
      [2, 'car', 0],
    ])
    expect(shownDetections(t, view, 0.1).at(-1)).toMatchObject({ name: 'class 90', hue: 2 })
    expect(shownDetections(t, view, 0.8)).toHaveLength(1)
  })

  it('are counted by class, and told in full', () => {
    const shown = shownDetections(t, view, 0.65)
    expect(countedNames(t, shown)).toBe('car × 2, dog')
    expect(detectionsTable(t, shown).rows[1]).toEqual([2, 16, 'dog', 0.8, 5, 5, 9, 9])
  })

  it('can be left out by score after suppression as well as before it', () => {
    let state = 1
    const next = () => {
      state = (state * 1664525 + 1013904223) >>> 0
      return state / 2 ** 32
    }
    const all = Array.from({ length: 400 }, (): Candidate => {
      const [x, y] = [next() * 100, next() * 100]
      return { index: Math.floor(next() * 3), score: next(), box: [x, y, x + 5 + next() * 40, y + 5 + next() * 40] }
    })
    const keptAbove = (threshold: number) => {
      const found = new Candidates(threshold)
      for (const { index, score, box } of all) found.add(index, score, box)
      return suppress(found.best(), 0.45, 1000)
    }
    const low = keptAbove(LEAST_SCORE)
    for (const threshold of THRESHOLDS) expect(low.filter((c) => c.score > threshold)).toEqual(keptAbove(threshold))
  })
})
