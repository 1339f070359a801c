/** Time of each layer on this machine, and what the machine can do at most. */
import type { ProfileSlice, Slice, State } from './state.ts'
import { runTask } from './tasks.ts'
import { threads } from './threads.ts'

export const initialProfile = { profile: null, profileTask: null, profileError: null } as const satisfies Partial<State>

export const profileSlice: Slice<ProfileSlice> = (set, get) => ({
  ...initialProfile,

  async measure() {
    const { handle, engine } = get()
    if (!handle) return
    set({ profileError: null })
    const outcome = await runTask(
      'profile',
      (profileTask) => set({ profileTask }),
      (options) => engine.call('profile', { handle, threads: threads() }, options),
    )
    if (get().handle !== handle) return
    if (outcome.ok) set({ profile: outcome.value })
    else set({ profileError: outcome.error })
  },
})
