/** The paper's own points, from assets/paper: complexity and top-1 error as printed, each with its table. */
import table1 from '../../../assets/paper/table1.json'
import table2 from '../../../assets/paper/table2.json'
import table3 from '../../../assets/paper/table3.json'
import table4 from '../../../assets/paper/table4.json'
import table5 from '../../../assets/paper/table5.json'
import table6 from '../../../assets/paper/table6.json'
import { FAMILIES, type Family } from '../../charts/scatter/layout.ts'

export interface PaperRow {
  readonly model: string
  readonly family: string
  readonly groups: number | null
  readonly scale: number | null
  /** Multiply-adds, in millions, as printed. */
  readonly mflops: number
  /** Top-1, percent; null where the table has none. */
  readonly error: number | null
}

export interface PaperTable {
  readonly source: string
  readonly table: number
  readonly title: string
  /** What the printed complexities add up. */
  readonly counts: string
  readonly points: readonly PaperRow[]
}

/** Tables 1 to 6 in order. */
export const PAPER_TABLES: readonly PaperTable[] = [table1, table2, table3, table4, table5, table6]

export interface PaperPoint {
  readonly key: string
  readonly model: string
  readonly family: Family
  readonly mflops: number
  readonly error: number
  /** Tables that print it. */
  readonly tables: readonly number[]
}

/** One point per model, complexity and error; what several tables print is one point with all their numbers. */
export function paperPoints(tables: readonly PaperTable[] = PAPER_TABLES): PaperPoint[] {
  const found = new Map<string, PaperPoint>()
  for (const { table, points } of tables)
    for (const { model, family, mflops, error } of points) {
      const known = FAMILIES.find((f) => f === family)
      if (error === null || !known) continue
      const key = `${model} ${mflops} ${error}`
      const before = found.get(key)
      found.set(key, { key, model, family: known, mflops, error, tables: [...(before?.tables ?? []), table] })
    }
  return [...found.values()]
}
