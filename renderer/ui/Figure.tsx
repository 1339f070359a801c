/** A figure: its picture, the table behind it for screen readers, and its place on the list of what can be exported. */
import { memo, type ReactNode, useEffect, useMemo, useRef } from 'react'
import { headOf } from '../export/csv.ts'
import { type FigureCell, type FigureColumn, type FigureTable, screenFigures } from '../export/figures.ts'
import { HiddenTable } from './HiddenTable.tsx'

export interface FigureProps {
  /** The name in file names, e.g. "roofline"; unique on a screen. */
  readonly id: string
  readonly title: string
  readonly table: FigureTable
  /** Caption of the hidden table; the title where it is left out. */
  readonly caption?: string
  /** True where a table on the screen says the same, so that nothing is said twice. */
  readonly tableShown?: boolean
  /** False while there is nothing to export. */
  readonly isReady?: boolean
  /** The picture: whatever of drawings, canvases, images, boxes and text belongs to it. */
  readonly children: ReactNode
}

/** Makes no box of its own. */
export function Figure({ id, title, table, caption = title, tableShown = false, isReady = true, children }: FigureProps) {
  const ref = useRef<HTMLDivElement>(null)
  const current = useRef(table)
  useEffect(() => {
    current.current = table
  }, [table])
  useEffect(() => {
    if (!isReady) return
    return screenFigures.add({ id, title, table: () => current.current, element: () => ref.current })
  }, [id, title, isReady])
  return (
    <>
      <div ref={ref} className="figure" data-figure={id}>
        {children}
      </div>
      {!tableShown && isReady && <TableBehind caption={caption} table={table} />}
    </>
  )
}

/** The same table, where it must stand elsewhere. */
export const TableBehind = memo(function TableBehind({ caption, table }: { readonly caption: string; readonly table: FigureTable }) {
  const head = useMemo(() => table.columns.map(headOf), [table])
  const rows = useMemo(() => table.rows.map((row) => table.columns.map((column, i) => cellText(column, row[i] ?? null))), [table])
  return <HiddenTable caption={caption} head={head} rows={rows} />
})

function cellText(column: FigureColumn, cell: FigureCell): string {
  if (cell === null) return '–'
  return column.text ? column.text(cell) : String(cell)
}
