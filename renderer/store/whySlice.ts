/** Why this answer: what lies over the photo, and occlusion sensitivity. */
import type { Slice, State, WhySlice } from './state.ts'
import { runTask } from './tasks.ts'
import { threads } from './threads.ts'

/** The class map or occlusion map of one of the top classes. */
export type OverlayKind = 'none' | 'map' | 'occlusion'

export interface Overlay {
  readonly kind: OverlayKind
  /** Rank of the class among the top ones. */
  readonly rank: number
  readonly opacity: number
}

export const NO_OVERLAY: Overlay = { kind: 'none', rank: 0, opacity: 0.65 }

export const initialWhy = { overlay: NO_OVERLAY, occlusion: null, occlusionTask: null, occlusionError: null } as const satisfies Partial<State>

export const whySlice: Slice<WhySlice> = (set, get) => ({
  ...initialWhy,

  setOverlay: (overlay) => set({ overlay }),

  async occlude() {
    const { photo, handle, engine, run } = get()
    if (!photo || !handle || !run) return
    set({ occlusionError: null })
    const classes = run.top.map((c) => c.index)
    const outcome = await runTask(
      'occlusion',
      (occlusionTask) => set({ occlusionTask }),
      (options) => engine.call('occlude', { handle, photo: photo.file, name: photo.name, threads: threads(), classes }, options),
    )
    if (get().run !== run) return
    if (outcome.ok) set({ occlusion: { run, view: outcome.value } })
    else set({ occlusionError: outcome.error })
  },
})
