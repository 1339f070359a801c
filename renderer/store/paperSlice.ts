/** The tables of the paper: the one that is shown, and what is counted for its rows. */
import type { ErrorFields, RecomputedRow } from '../../engine/index.ts'
import type { Slice, State, Task } from './state.ts'
import { runTask } from './tasks.ts'

export interface PaperSlice {
  /** 1 to 8. */
  readonly paperTable: number
  /** What was counted, by table. */
  readonly paperRows: Readonly<Record<number, readonly RecomputedRow[]>>
  readonly paperTask: Task | null
  readonly paperError: ErrorFields | null
  setPaperTable(table: number): void
  /** Counts a table that was not counted yet. */
  loadPaper(table: number): Promise<void>
  /** Opens the architecture that stands for a row on the map, with or without its shuffles as the row says. */
  openPaperRow(id: string, shuffle: boolean): Promise<void>
  /** Opens a bundled network of the test in small on the map, as it was trained. */
  openPaperModel(id: string): Promise<void>
  /** Opens one bundled network, and compares it with another. */
  comparePaperModels(id: string, other: string): Promise<void>
}

export const initialPaper = {
  paperTable: 1,
  paperRows: {},
  paperTask: null,
  paperError: null,
} as const satisfies Partial<State>

export const paperSlice: Slice<PaperSlice> = (set, get) => ({
  ...initialPaper,

  setPaperTable: (paperTable) => set({ paperTable }),

  async loadPaper(table) {
    const { engine, paperRows } = get()
    set({ paperError: null })
    if (paperRows[table]) return
    const outcome = await runTask(
      'paper',
      (paperTask) => set({ paperTask }),
      (options) => engine.call('paper', { table }, options),
      { step: 'counting' },
    )
    if (outcome.ok) set({ paperRows: { ...get().paperRows, [table]: outcome.value } })
    else if (get().paperTable === table) set({ paperError: outcome.error })
  },

  async openPaperRow(id, shuffleOn) {
    if (await get().openZooModel(id)) set({ shuffleOn, exploreTab: 'map', screen: 'explore' })
  },

  async openPaperModel(id) {
    if (await get().openHostModel(id)) set({ shuffleOn: true, exploreTab: 'map', screen: 'explore' })
  },

  async comparePaperModels(id, other) {
    if (!(await get().openHostModel(id))) return
    get().openCompare()
    await get().compareWithHost(other)
  },
})
