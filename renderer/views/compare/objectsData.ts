/** Objects that one or both sides find in the photo: matched rows, their boxes, and all of it as data. */
import { matchDetections } from '../../../engine/index.ts'
import type { Translate } from '../../app/strings/index.ts'
import type { BoxItem } from '../../charts/boxes/layout.ts'
import type { FigureTable } from '../../export/figures.ts'
import { type ShownDetection, tagOf } from '../photo/detections.ts'

export interface ObjectRow {
  /** Of its boxes, side a's first; they stay what they are while the threshold moves. */
  readonly keys: readonly number[]
  readonly a: ShownDetection | null
  readonly b: ShownDetection | null
  /** Intersection over union of both boxes; null where one side has none. */
  readonly iou: number | null
}

/** Hues of the sides' boxes; side b's are dashed too. */
export const SIDE_HUES = { a: 6, b: 5 } as const

/** Even for side a, odd for side b. */
const boxKey = (side: 'a' | 'b', { rank }: ShownDetection) => 2 * rank + (side === 'b' ? 1 : 0)

/** What both find, highest score of side a first, then what each finds alone. */
export function objectRows(a: readonly ShownDetection[], b: readonly ShownDetection[]): ObjectRow[] {
  const { pairs, onlyA, onlyB } = matchDetections(a, b)
  const row = (one: ShownDetection | undefined, other: ShownDetection | undefined, iou: number | null): ObjectRow => ({
    keys: [...(one ? [boxKey('a', one)] : []), ...(other ? [boxKey('b', other)] : [])],
    a: one ?? null,
    b: other ?? null,
    iou,
  })
  return [
    ...pairs.map((p) => row(a[p.a], b[p.b], p.iou)),
    ...onlyA.map((i) => row(a[i], undefined, null)),
    ...onlyB.map((i) => row(undefined, b[i], null)),
  ]
}

export function objectBoxes(rows: readonly ObjectRow[]): BoxItem[] {
  return rows.flatMap(({ a, b }): BoxItem[] => [
    ...(a ? [{ key: boxKey('a', a), box: a.box, text: `A ${tagOf(a)}`, hue: SIDE_HUES.a }] : []),
    ...(b ? [{ key: boxKey('b', b), box: b.box, text: `B ${tagOf(b)}`, hue: SIDE_HUES.b, isDashed: true }] : []),
  ])
}

/** "dog", or "dog → cat" where both see something there and call it differently. */
export function rowName({ a, b }: ObjectRow): string {
  if (a && b) return a.name === b.name ? a.name : `${a.name} → ${b.name}`
  return a?.name ?? b?.name ?? ''
}

export function objectsTable(t: Translate, rows: readonly ObjectRow[]): FigureTable {
  const sides = ['left', 'top', 'right', 'bottom'] as const
  const columns = (['a', 'b'] as const).flatMap((side) => [
    { key: `${side}Class`, label: `${side.toUpperCase()}: ${t('export.class')}` },
    { key: `${side}Score`, label: `${side.toUpperCase()}: ${t('detect.score')}` },
    ...sides.map((edge) => ({ key: `${side}.${edge}`, label: `${side.toUpperCase()}: ${t(`detect.${edge}`)}`, unit: 'px' })),
  ])
  const cells = (d: ShownDetection | null) => (d ? [d.name, d.score, ...d.box] : Array<null>(6).fill(null))
  return {
    columns: [...columns, { key: 'iou', label: t('objects.iou') }],
    rows: rows.map(({ a, b, iou }) => [...cells(a), ...cells(b), iou]),
  }
}
