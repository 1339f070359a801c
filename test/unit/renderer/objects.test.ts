/** Objects of two detectors as Compare shows them. */
import { describe, expect, it } from 'vitest'
import { translator } from '../../../renderer/app/strings/index.ts'
import { objectBoxes, objectRows, objectsTable, rowName, SIDE_HUES } from '../../../renderer/views/compare/objectsData.ts'
import { shownDetections } from '../../../renderer/views/photo/detections.ts'
import type { DetectionsView, DetectionView } from '../../../renderer/workers/contract/index.ts'

const t = translator('en')
const view = (...list: DetectionView[]): DetectionsView => ({ head: 'FastestDet', threshold: 0.5, size: [352, 352], fit: 'stretch', list })
const found = (label: string, score: number, ...box: [number, number, number, number]): DetectionView => ({ index: 0, label, score, box })
const a = view(found('cat', 0.9, 0, 0, 10, 10), found('car', 0.8, 20, 0, 30, 10), found('cup', 0.4, 50, 0, 60, 10))
const b = view(found('car', 0.7, 20, 0, 30, 9), found('dog', 0.6, 0, 0, 10, 10), found('bus', 0.55, 80, 0, 90, 10))
const rowsAt = (threshold: number) => objectRows(shownDetections(t, a, threshold), shownDetections(t, b, threshold))

describe('objects of both sides', () => {
  it('stand in one row where they are one object, and alone where they are not', () => {
    const rows = rowsAt(0.5)
    expect(rows.map((r) => [rowName(r), r.a?.score ?? null, r.b?.score ?? null, r.iou])).toEqual([
      ['cat → dog', 0.9, 0.6, 1],
      ['car', 0.8, 0.7, 0.9],
      ['bus', null, 0.55, null],
    ])
  })

  it('keep their keys while the threshold moves', () => {
    const keys = (threshold: number) => Object.fromEntries(rowsAt(threshold).map((r) => [rowName(r), r.keys]))
    expect(keys(0.5)).toEqual({ 'cat → dog': [0, 3], car: [2, 1], bus: [5] })
    expect(keys(0.3)).toEqual({ ...keys(0.5), cup: [4] })
    expect(keys(0.65)).toEqual({ cat: [0], car: [2, 1] })
  })

  it('have boxes that say whose they are', () => {
    const boxes = objectBoxes(rowsAt(0.5))
    expect(new Set(boxes.map((x) => x.key)).size).toBe(5)
    expect(boxes.filter((x) => x.isDashed).every((x) => x.text.startsWith('B ') && x.hue === SIDE_HUES.b)).toBe(true)
    expect(boxes.filter((x) => !x.isDashed).map((x) => x.text)).toEqual(['A cat 90 %', 'A car 80 %'])
  })

  it('are data in full', () => {
    const { columns, rows } = objectsTable(t, rowsAt(0.5))
    expect(new Set(columns.map((c) => c.key)).size).toBe(columns.length)
    expect(rows.every((r) => r.length === columns.length)).toBe(true)
    expect(rows[1]).toEqual(['car', 0.8, 20, 0, 30, 10, 'car', 0.7, 20, 0, 30, 9, 0.9])
    expect(rows[2]).toEqual([null, null, null, null, null, null, 'bus', 0.55, 80, 0, 90, 10, null])
  })
})
