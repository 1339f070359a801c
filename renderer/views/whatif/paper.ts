/** The paper's own points: complexity and top-1 error as printed, each with its table. */
import { PAPER_TABLES, type PaperTable } from '../../../engine/index.ts'
import { FAMILIES, type Family } from '../../charts/scatter/layout.ts'

/** Those that are of complexity; table 8 repeats their points. */
const OF_COMPLEXITY = PAPER_TABLES.filter(({ table }) => table <= 6)

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
export function paperPoints(tables: readonly PaperTable[] = OF_COMPLEXITY): PaperPoint[] {
  const found = new Map<string, PaperPoint>()
  for (const { table, points } of tables)
    for (const { model, family, mflops, error } of points) {
      const known = FAMILIES.find((f) => f === family)
      if (error === null || mflops === null || !known) continue
      const key = `${model} ${mflops} ${error}`
      const before = found.get(key)
      found.set(key, { key, model, family: known, mflops, error, tables: [...(before?.tables ?? []), table] })
    }
  return [...found.values()]
}
