/** A group-to-group matrix: what zeroing each group (columns) changes of each group (rows), as shaded cells with numbers where they fit. */
import { percent } from '../kit/format.ts'
import type { Size } from '../kit/size.ts'

export interface GroupCell {
  readonly row: number
  readonly column: number
  readonly x: number
  readonly y: number
  readonly value: number
  /** Of the top of the scale, 0..1. */
  readonly share: number
  /** Empty where it does not fit. */
  readonly text: string
}

export interface GroupKey {
  readonly group: number
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  /** Whether its number fits. */
  readonly isNamed: boolean
}

export interface GroupShapes {
  readonly side: number
  readonly left: number
  readonly top: number
  /** Side of a cell. */
  readonly cell: number
  readonly cells: readonly GroupCell[]
  readonly rowKeys: readonly GroupKey[]
  readonly columnKeys: readonly GroupKey[]
}

/** Thickness of the keys that name the groups, and the room between them and the cells. */
const KEY = 14
const GAP = 3
const NUMBERED = 27
const NAMED = 11
const LARGEST = 56

/** `greatest` is the top of the scale, so that two matrices can be read against each other. */
export function groupsLayout(change: readonly (readonly number[])[], greatest: number, { width, height }: Size): GroupShapes {
  const groups = Math.max(change.length, 1)
  const start = KEY + GAP
  const cell = Math.max(2, Math.min(LARGEST, Math.floor((Math.min(width, height) - start) / groups)))
  const at = (i: number): number => start + i * cell
  const key = (group: number, x: number, y: number, w: number, h: number): GroupKey => ({
    group,
    x,
    y,
    width: w,
    height: h,
    isNamed: Math.min(w, h) >= NAMED,
  })
  const inner = cell > 6 ? cell - 1 : cell
  return {
    side: start + groups * cell,
    left: start,
    top: start,
    cell,
    cells: change.flatMap((row, r) =>
      row.map((value, column) => ({
        row: r,
        column,
        x: at(column),
        y: at(r),
        value,
        share: greatest > 0 ? Math.min(value / greatest, 1) : 0,
        text: cell >= NUMBERED ? percent(value, 2).replace(' %', '') : '',
      })),
    ),
    rowKeys: change.map((_, g) => key(g, 0, at(g), KEY, inner)),
    columnKeys: change.map((_, g) => key(g, at(g), 0, inner, KEY)),
  }
}

/** The cell at a point, or undefined beside the cells. */
export function cellAt({ left, top, cell, cells }: GroupShapes, x: number, y: number): GroupCell | undefined {
  const [column, row] = [Math.floor((x - left) / cell), Math.floor((y - top) / cell)]
  return cells.find((c) => c.row === row && c.column === column)
}
