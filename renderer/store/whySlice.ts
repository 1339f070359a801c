/** Occlusion sensitivity of the photo's answer. */
import type { Slice, State, WhySlice } from './state.ts'
import { runTask } from './tasks.ts'
import { threads } from './threads.ts'

export const initialWhy = { occlusion: null, occlusionTask: null, occlusionError: null } as const satisfies Partial<State>

export const whySlice: Slice<WhySlice> = (set, get) => ({
  ...initialWhy,

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
