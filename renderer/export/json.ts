/** A figure's data as JSON, with what it is of. */
import type { FigureCell, FigureTable } from './figures.ts'

/** What a figure is of: its caption, and the head of its data. */
export interface FigureContext {
  readonly app: { readonly name: string; readonly version: string }
  /** Null where no model is open. */
  readonly model: { readonly id: string; readonly title: string } | null
  /** What counts as a multiply-accumulate: the name, and in words. */
  readonly convention: { readonly id: string; readonly words: string }
}

export interface FigureDocument extends FigureContext {
  readonly title: string
  readonly columns: readonly { readonly key: string; readonly label: string; readonly unit: string | null }[]
  /** By the keys of the columns. */
  readonly rows: readonly Readonly<Record<string, FigureCell>>[]
}

export function figureDocument(title: string, { columns, rows }: FigureTable, { app, model, convention }: FigureContext): FigureDocument {
  return {
    title,
    model,
    convention,
    columns: columns.map(({ key, label, unit }) => ({ key, label, unit: unit ?? null })),
    rows: rows.map((row) => Object.fromEntries(columns.map(({ key }, i) => [key, exactOf(row[i] ?? null)]))),
    app,
  }
}

export function figureJson(title: string, table: FigureTable, context: FigureContext): string {
  return `${JSON.stringify(figureDocument(title, table, context), null, 2)}\n`
}

/** JSON has no NaN and no infinities. */
function exactOf(cell: FigureCell): FigureCell {
  return typeof cell === 'number' && !Number.isFinite(cell) ? null : cell
}
