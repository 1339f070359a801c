/** A table of the paper, recomputed row by row. */
import { badInput, PAPER_TABLES, type RecomputedRow, recomputeRow, throwIfCancelled } from '../../engine/index.ts'
import type { CallContext } from './contract/index.ts'

export async function paperTable(table: number, { signal, progress }: CallContext): Promise<RecomputedRow[]> {
  const found = PAPER_TABLES.find((t) => t.table === table)
  if (!found) throw badInput(`Table ${table}`, 'the paper has no such table', 'Choose one of 1 to 8')
  const rows: RecomputedRow[] = []
  for (const [done, row] of found.points.entries()) {
    progress({ step: 'counting', done: done + 1, total: found.points.length })
    // A cancel is a message like any other: it is heard between rows.
    await new Promise((resolve) => setTimeout(resolve))
    throwIfCancelled(signal, 'Counting')
    rows.push(recomputeRow(table, row))
  }
  return rows
}
