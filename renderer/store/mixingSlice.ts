/** How channels mix: the meter's curves, the tab that shows them, and a channel traced on the map. */
import { counted } from './pending.ts'
import type { MixingSlice, Slice, State } from './state.ts'
import { fieldsOf, runTask } from './tasks.ts'
import { threads } from './threads.ts'

export const initialMixing = {
  exploreTab: 'map',
  mixing: null,
  mixingTask: null,
  mixingError: null,
  photoMixing: null,
  photoMixingTask: null,
  photoMixingError: null,
  familyScale: '1.0x',
  families: {},
  familyTask: null,
  familyError: null,
  trace: null,
  traceError: null,
} as const satisfies Partial<State>

export const mixingSlice: Slice<MixingSlice> = (set, get) => ({
  ...initialMixing,

  setExploreTab: (exploreTab) => set({ exploreTab }),

  async loadMixing() {
    const { handle, engine, mixing } = get()
    if (!handle || mixing?.handle === handle) return
    set({ mixingError: null })
    const outcome = await runTask(
      'mixing',
      (mixingTask) => set({ mixingTask }),
      (options) => engine.call('mixing', { handle }, options),
      { step: 'mixing' },
    )
    if (get().handle !== handle) return
    if (outcome.ok) set({ mixing: { handle, view: outcome.value } })
    else set({ mixingError: outcome.error })
  },

  async loadPhotoMixing() {
    const { handle, engine, photo, model, photoMixing } = get()
    if (!handle || !photo || !model?.takesPhotos || (photoMixing?.handle === handle && photoMixing.photo === photo)) return
    set({ photoMixingError: null })
    const outcome = await runTask(
      'photoMixing',
      (photoMixingTask) => set({ photoMixingTask }),
      (options) => engine.call('mixingPhoto', { handle, photo: photo.file, name: photo.name, threads: threads() }, options),
    )
    if (get().handle !== handle || get().photo !== photo) return
    if (outcome.ok) set({ photoMixing: { handle, photo, view: outcome.value } })
    else set({ photoMixingError: outcome.error })
  },

  async loadFamily(scale) {
    const { engine, families } = get()
    set({ familyScale: scale, familyError: null })
    if (families[scale]) return
    const outcome = await runTask(
      'family',
      (familyTask) => set({ familyTask }),
      (options) => engine.call('mixingFamily', { scale }, options),
      { step: 'mixing' },
    )
    if (outcome.ok) set({ families: { ...get().families, [scale]: outcome.value } })
    else if (get().familyScale === scale) set({ familyError: outcome.error })
  },

  async traceOnMap({ tensor, channel }) {
    const { handle, engine, stage, shuffleOn: shuffle } = get()
    if (!handle) return
    set({ traceError: null })
    try {
      const view = await counted(engine.call('trace', { handle, stage, tensor, channel, shuffle }))
      if (get().handle !== handle || get().stage !== stage) return
      get().leave()
      set({ screen: 'explore', exploreTab: 'map', trace: { handle, stage, shuffle, view } })
    } catch (error) {
      set({ traceError: fieldsOf(error) })
    }
  },

  stopTrace: () => set({ trace: null }),
})
