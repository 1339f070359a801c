/** What of a detector's answer is shown: above the threshold, a hue for each class, and its data. */
import type { Translate } from '../../app/strings/index.ts'
import type { BoxItem } from '../../charts/boxes/layout.ts'
import { percent } from '../../charts/kit/format.ts'
import type { FigureTable } from '../../export/figures.ts'
import type { DetectionsView, DetectionView } from '../../workers/contract/index.ts'

export interface ShownDetection extends DetectionView {
  /** Place in the answer, highest score first. */
  readonly rank: number
  readonly name: string
  /** Classes in the order in which they come. */
  readonly hue: number
}

/** Thresholds that can be chosen: hundredths. */
export const THRESHOLDS: readonly number[] = Array.from({ length: 91 }, (_, i) => (i + 5) / 100)

export function shownDetections(t: Translate, { list }: DetectionsView, threshold: number): ShownDetection[] {
  const hues = new Map<number, number>()
  for (const { index } of list) if (!hues.has(index)) hues.set(index, hues.size)
  return list
    .map((d, rank) => ({ ...d, rank, name: d.label ?? t('photo.class', { n: d.index }), hue: hues.get(d.index) ?? 0 }))
    .filter((d) => d.score > threshold)
}

/** "car × 2, dog": classes in order of their best score. */
export function countedNames(t: Translate, shown: readonly ShownDetection[]): string {
  const counts = new Map<string, number>()
  for (const { name } of shown) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].map(([name, n]) => (n === 1 ? name : t('detect.times', { name, n }))).join(t('detect.comma'))
}

export function tagOf({ name, score }: ShownDetection): string {
  return `${name} ${percent(score, 2)}`
}

/** A box for each, by its rank. */
export function boxItems(shown: readonly ShownDetection[]): BoxItem[] {
  return shown.map((d) => ({ key: d.rank, box: d.box, text: tagOf(d), hue: d.hue }))
}

export function detectionsTable(t: Translate, shown: readonly ShownDetection[]): FigureTable {
  const side = (key: string, label: string) => ({ key, label, unit: 'px' })
  return {
    columns: [
      { key: 'rank', label: t('export.rank') },
      { key: 'index', label: t('export.index') },
      { key: 'class', label: t('export.class') },
      { key: 'score', label: t('detect.score') },
      side('left', t('detect.left')),
      side('top', t('detect.top')),
      side('right', t('detect.right')),
      side('bottom', t('detect.bottom')),
    ],
    rows: shown.map(({ rank, index, name, score, box }) => [rank + 1, index, name, score, ...box]),
  }
}
