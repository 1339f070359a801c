/** An icicle: sections over units over ops in network order, each as wide as its share of the measure. */
import { type HierarchyRectangularNode, hierarchy, partition } from 'd3'
import type { Size } from '../kit/size.ts'

export interface IcicleNode {
  readonly key: string
  readonly label: string
  /** Of a leaf; what has children is their sum. Not negative. */
  readonly value: number
  readonly children: readonly IcicleNode[]
}

export interface IcicleCell {
  readonly key: string
  /** Section 1, unit 2, op 3; an op that lies in no unit is 2 and reaches down to the last row. */
  readonly depth: number
  readonly leaf: boolean
  readonly parent: string | null
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly value: number
  /** Of the largest leaf, 0..1. */
  readonly share: number
  /** What fits of the label; empty where nothing does. */
  readonly text: string
}

export interface IcicleShapes {
  readonly cells: readonly IcicleCell[]
  readonly total: number
  readonly greatest: number
}

const ROWS = 3
/** Pixels of a character, about; and at both ends of a cell. */
const CHARACTER = 6.4
const PADDING = 10
/** Narrower cells would only be noise, and cannot be hit. */
const LEAST = 0.4

export function icicleLayout(sections: readonly IcicleNode[], { width, height }: Size): IcicleShapes {
  const root = hierarchy<IcicleNode>({ key: '', label: '', value: 0, children: sections }, (d) => d.children).sum((d) =>
    d.children.length === 0 ? d.value : 0,
  )
  const total = root.value ?? 0
  const greatest = Math.max(0, ...root.leaves().map((n) => n.value ?? 0))
  if (total === 0) return { cells: [], total, greatest: 0 }
  const row = height / ROWS
  // One row more for the root, which is not drawn: it would say nothing but 100 %.
  const laid = partition<IcicleNode>().size([width, row * (ROWS + 1)])(root)
  const rowsOf = (n: HierarchyRectangularNode<IcicleNode>) => (n.data.children.length === 0 ? ROWS - n.depth + 1 : 1)
  const cells = laid.descendants().flatMap((n): IcicleCell[] => {
    if (n.depth === 0 || n.depth > ROWS || n.x1 - n.x0 < LEAST) return []
    const wide = n.x1 - n.x0
    return [
      {
        key: n.data.key,
        depth: n.depth,
        leaf: n.data.children.length === 0,
        parent: n.parent && n.parent.depth > 0 ? n.parent.data.key : null,
        x: n.x0,
        y: (n.depth - 1) * row,
        width: wide,
        height: rowsOf(n) * row,
        value: n.value ?? 0,
        share: greatest > 0 ? (n.value ?? 0) / greatest : 0,
        text: fitted(n.data.label, wide),
      },
    ]
  })
  return { cells, total, greatest }
}

/** Whole, or nothing: half a word helps nobody. A label that ends in a number may shrink to it ("Unit 3" to "3"). */
function fitted(label: string, width: number): string {
  const room = (text: string) => text.length * CHARACTER + PADDING <= width
  if (room(label)) return label
  const number = /\d+$/.exec(label)?.[0] ?? ''
  return number !== '' && number.length * CHARACTER + 4 <= width ? number : ''
}

/** The cell that an arrow key leads to: neighbours in its row, its parent, its first child; Home and End in its row. */
export function cellBeside({ cells }: IcicleShapes, from: string | null, key: string): IcicleCell | undefined {
  const cell = cells.find((c) => c.key === from)
  if (!cell) return key.startsWith('Arrow') || key === 'Home' || key === 'End' ? cells.find((c) => c.depth === 1) : undefined
  const own = cells.filter((c) => c.depth === cell.depth)
  const at = own.indexOf(cell)
  switch (key) {
    case 'ArrowLeft':
      return own[at - 1] ?? cell
    case 'ArrowRight':
      return own[at + 1] ?? cell
    case 'ArrowUp':
      return cells.find((c) => c.key === cell.parent) ?? cell
    case 'ArrowDown':
      return cells.find((c) => c.parent === cell.key) ?? cell
    case 'Home':
      return own[0]
    case 'End':
      return own.at(-1)
    default:
      return undefined
  }
}
