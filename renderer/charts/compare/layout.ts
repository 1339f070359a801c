/** Differences between two sides, a bar per row from a common zero: to the right where b has more, to the left where it has less. */

export interface DifferenceDatum {
  /** Null where the side has no such row. */
  readonly a: number | null
  readonly b: number | null
}

export interface DifferenceBar {
  /** Row it stands in. */
  readonly index: number
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  /** Of the largest difference, -1 (b has that much less) to 1. */
  readonly share: number
  /** The only side that has this row. */
  readonly only: 'a' | 'b' | null
}

export interface DifferenceShapes {
  readonly left: number
  readonly right: number
  readonly zero: number
  readonly bars: readonly DifferenceBar[]
}

export interface DifferenceFrame {
  readonly width: number
  readonly rowHeight: number
  /** The difference that fills one half; the same for all that is to be compared by eye. */
  readonly most: number
}

const MARGIN = 8
/** A difference that there is can be seen, however small. */
const LEAST = 1.5

/** b less a; a missing side counts as nothing. */
export function differenceOf({ a, b }: DifferenceDatum): number {
  return (b ?? 0) - (a ?? 0)
}

export function largestDifference(data: readonly DifferenceDatum[]): number {
  let most = 0
  for (const datum of data) most = Math.max(most, Math.abs(differenceOf(datum)))
  return most
}

/** Shapes of the rows `from` to `to` (exclusive) of `data`; row i lies at i times the row's height. */
export function differenceLayout(
  data: readonly DifferenceDatum[],
  { width, rowHeight, most }: DifferenceFrame,
  from = 0,
  to: number = data.length,
): DifferenceShapes {
  const half = Math.max((width - 2 * MARGIN) / 2, 1)
  const zero = MARGIN + half
  const thickness = Math.max(Math.round(rowHeight * 0.5), 1)
  const bars = data.slice(from, to).map((datum, i): DifferenceBar => {
    const difference = differenceOf(datum)
    const share = most > 0 ? difference / most : 0
    const length = difference === 0 ? 0 : Math.max(Math.abs(share) * half, LEAST)
    const index = from + i
    return {
      index,
      x: difference < 0 ? zero - length : zero,
      y: index * rowHeight + (rowHeight - thickness) / 2,
      width: length,
      height: thickness,
      share,
      only: datum.a === null ? 'b' : datum.b === null ? 'a' : null,
    }
  })
  return { left: MARGIN, right: MARGIN + 2 * half, zero, bars }
}
