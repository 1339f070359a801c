/** Objects that two detectors both find in a photo, and those that one finds alone. */

import { overlap } from '../../base/boxes.ts'
import type { Corners } from './candidates.ts'

/** Intersection over union from which two boxes count as one object, as in PASCAL VOC. */
export const MATCH_IOU = 0.5

export interface Located {
  /** What the object is called; two are of one class where it is equal. */
  readonly name: string
  /** Left, top, right, bottom in pixels of the photo. */
  readonly box: Corners
}

export interface Match {
  /** Places in the lists. */
  readonly a: number
  readonly b: number
  /** Intersection over union of the boxes, `iou`..1. */
  readonly iou: number
  /** Whether both call it the same. */
  readonly isSame: boolean
}

export interface Matching {
  /** In the order of `a`. */
  readonly pairs: readonly Match[]
  /** Places of what has no counterpart. */
  readonly onlyA: readonly number[]
  readonly onlyB: readonly number[]
}

/**
 * Pairs boxes that overlap by `iou` at least, each with one other at most: those of one class first, since what lies inside of
 * another thing overlaps it too, then those that overlap most. Which list is called `a` changes nothing but the order, and which
 * of equals is taken.
 */
export function matchDetections(a: readonly Located[], b: readonly Located[], iou = MATCH_IOU): Matching {
  const candidates = a
    .flatMap((one, i) => b.map((other, j): Match => ({ a: i, b: j, iou: overlap(one.box, other.box), isSame: one.name === other.name })))
    .filter((match) => match.iou >= iou)
    .sort((x, y) => Number(y.isSame) - Number(x.isSame) || y.iou - x.iou)
  const [usedA, usedB] = [new Set<number>(), new Set<number>()]
  const pairs = candidates.filter((match) => {
    if (usedA.has(match.a) || usedB.has(match.b)) return false
    usedA.add(match.a)
    usedB.add(match.b)
    return true
  })
  const rest = (list: readonly Located[], used: ReadonlySet<number>) => list.flatMap((_, i) => (used.has(i) ? [] : [i]))
  return { pairs: pairs.sort((x, y) => x.a - y.a), onlyA: rest(a, usedA), onlyB: rest(b, usedB) }
}
