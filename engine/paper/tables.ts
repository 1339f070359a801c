/** The tables of the paper (arXiv:1707.01083v2) as printed, and the one of ShuffleNet v2 that gives its complexities; from assets/paper. */
import table1 from '../../assets/paper/table1.json'
import table2 from '../../assets/paper/table2.json'
import table3 from '../../assets/paper/table3.json'
import table4 from '../../assets/paper/table4.json'
import table5 from '../../assets/paper/table5.json'
import table6 from '../../assets/paper/table6.json'
import table7 from '../../assets/paper/table7.json'
import table8 from '../../assets/paper/v1-table8.json'
import v2Table8 from '../../assets/paper/v2-table8.json'

export interface PaperRow {
  readonly model: string
  readonly family: string
  readonly groups: number | null
  readonly scale: number | null
  /** Multiply-adds, in millions, as printed; null where the table has none. */
  readonly mflops: number | null
  /** Top-1, percent; null where the table has none. */
  readonly error: number | null
  /** Table 7: mAP@[.5, .95] in percent by size of the image. */
  readonly map?: Readonly<Record<string, number>>
  /** Table 8: milliseconds by input, height x width. */
  readonly ms?: Readonly<Record<string, number>>
  readonly note?: string
}

export interface PaperTable {
  readonly source: string
  readonly table: number
  readonly title: string
  /** What the printed complexities add up. */
  readonly counts: string
  readonly points: readonly PaperRow[]
}

/** Tables 1 to 8 in order. */
export const PAPER_TABLES: readonly PaperTable[] = [table1, table2, table3, table4, table5, table6, table7, table8]

/** Table 8 of arXiv:1807.11164. */
export const V2_PAPER_TABLE: PaperTable = v2Table8

/** Inputs of table 8, [height, width] in pixels. */
export const LATENCY_INPUTS: readonly (readonly [number, number])[] = [
  [224, 224],
  [480, 640],
  [720, 1280],
]
