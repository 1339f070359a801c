/** A connectivity matrix: rows are output channels, columns input channels, a cell is filled where the one reaches the other. */
import type { ChannelFlow } from '../../../engine/index.ts'
import type { Size } from '../kit/size.ts'

export interface MatrixData {
  readonly rows: number
  readonly columns: number
  /** A block of cells; group null is drawn neutral. */
  readonly blocks: readonly MatrixBlock[]
}

export interface MatrixBlock {
  readonly row: number
  readonly column: number
  readonly rows: number
  readonly columns: number
  readonly group: number | null
}

export interface MatrixShapes {
  readonly width: number
  readonly height: number
  /** Pixels per channel along each side; the frame keeps the true proportions unless one side would vanish. */
  readonly perRow: number
  readonly perColumn: number
  readonly marks: readonly { readonly group: number | null; readonly d: string }[]
  readonly labels: readonly { readonly group: number; readonly x: number; readonly y: number }[]
}

const MIN_SIDE = 36
const MIN_LABEL = 11

export function matrixLayout({ rows, columns, blocks }: MatrixData, size: Size): MatrixShapes {
  const scale = Math.min(size.width / Math.max(columns, 1), size.height / Math.max(rows, 1))
  const width = Math.min(size.width, Math.max(columns * scale, MIN_SIDE))
  const height = Math.min(size.height, Math.max(rows * scale, MIN_SIDE))
  const perRow = height / Math.max(rows, 1)
  const perColumn = width / Math.max(columns, 1)
  const paths = new Map<number | null, string[]>()
  const labels: { group: number; x: number; y: number }[] = []
  for (const block of blocks) {
    const x = block.column * perColumn
    const y = block.row * perRow
    // A single channel of a wide layer is thinner than a pixel; it stays visible.
    const w = Math.max(block.columns * perColumn, 0.75)
    const h = Math.max(block.rows * perRow, 0.75)
    const list = paths.get(block.group) ?? []
    list.push(`M${round(x)} ${round(y)}h${round(w)}v${round(h)}h${round(-w)}z`)
    paths.set(block.group, list)
    if (block.group !== null && w >= MIN_LABEL && h >= MIN_LABEL) labels.push({ group: block.group, x: round(x + w / 2), y: round(y + h / 2) })
  }
  return {
    width: round(width),
    height: round(height),
    perRow,
    perColumn,
    marks: [...paths].map(([group, list]) => ({ group, d: list.join('') })),
    labels,
  }
}

/** Blocks of one op's channel flow. `groups` names the group of each run; a flow of one run has none. */
export function blocksOfFlow(flow: ChannelFlow, groups: readonly number[]): MatrixBlock[] {
  if (flow.kind === 'none') return []
  if (flow.kind === 'map') return [...flow.source].flatMap((s, c) => (s < 0 ? [] : [{ row: c, column: s, rows: 1, columns: 1, group: null }]))
  const several = new Set(groups).size > 1
  return flow.runs.map((run, r) => ({
    row: run.out[0],
    column: run.in[0],
    rows: run.out[1] - run.out[0],
    columns: run.in[1] - run.in[0],
    group: several ? (groups[r] ?? null) : null,
  }))
}

/** Blocks of a composed matrix: equal neighbouring rows are one, cells are coloured by the group of their column. */
export function blocksOfRows(rows: readonly Uint8Array[], columnGroup: readonly (number | null)[]): MatrixBlock[] {
  const blocks: MatrixBlock[] = []
  for (let from = 0; from < rows.length; ) {
    const row = rows[from]
    if (!row) break
    let to = from + 1
    while (to < rows.length && same(row, rows[to])) to++
    for (let start = 0; start < row.length; ) {
      let end = start + 1
      while (end < row.length && row[end] === row[start] && columnGroup[end] === columnGroup[start]) end++
      if (row[start]) blocks.push({ row: from, column: start, rows: to - from, columns: end - start, group: columnGroup[start] ?? null })
      start = end
    }
    from = to
  }
  return blocks
}

function same(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return b !== undefined && a.length === b.length && a.every((v, i) => v === b[i])
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
