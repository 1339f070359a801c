/** A table as CSV, RFC 4180. */
import type { FigureCell, FigureColumn, FigureTable } from './figures.ts'

/** Text that a spreadsheet would take for a formula. */
const FORMULA = /^[=+\-@\t\r]/

/**
 * CRLF line ends, one header row with units in brackets, numbers in full, nothing where there is no value. Text that
 * begins like a formula gets an apostrophe before it, which spreadsheets do not show; names come from model files.
 */
export function tableToCsv({ columns, rows }: FigureTable): string {
  const lines = [columns.map((c) => textField(headOf(c))), ...rows.map((row) => columns.map((_, i) => field(row[i] ?? null)))]
  return lines.map((line) => `${line.join(',')}\r\n`).join('')
}

/** "Time (ms)". */
export function headOf({ label, unit }: FigureColumn): string {
  return unit === undefined ? label : `${label} (${unit})`
}

function field(cell: FigureCell): string {
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : ''
  if (typeof cell === 'boolean') return String(cell)
  return cell === null ? '' : textField(cell)
}

function textField(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
