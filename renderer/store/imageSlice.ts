/** The photo and what the model sees in it. */

import { counted } from './pending.ts'
import type { ImageSlice, Slice, State } from './state.ts'
import { fieldsOf, runTask } from './tasks.ts'
import { threads } from './threads.ts'

export const initialImage = { photo: null, run: null, runTask: null, runError: null, detectionThreshold: null } as const satisfies Partial<State>

export const imageSlice: Slice<ImageSlice> = (set, get) => ({
  ...initialImage,

  async showPhoto(file, name, credit = null, sample = null) {
    const before = get().photo
    set({ photo: { file, name, url: URL.createObjectURL(file), credit, sample }, run: null, runError: null })
    if (before) URL.revokeObjectURL(before.url)
    await get().runPhoto()
  },

  async showSample(id) {
    const { api, samples, sampleFiles } = get()
    const sample = samples.find((s) => s.id === id)
    if (!api || !sample) return
    try {
      const file = sampleFiles[id]?.file ?? new Blob([(await counted(api.call('samples.bytes', [id]))).bytes as BlobPart])
      await get().showPhoto(file, sample.title, sample.credit, id)
    } catch (error) {
      set({ runError: fieldsOf(error) })
    }
  },

  async runPhoto() {
    const { photo, handle, engine, model } = get()
    if (!photo || !handle || !model?.takesPhotos) return
    set({ runError: null })
    const outcome = await runTask(
      'run',
      (task) => set({ runTask: task }),
      (options) => engine.call('run', { handle, photo: photo.file, name: photo.name, threads: threads() }, options),
    )
    if (get().photo !== photo || get().handle !== handle) return
    if (outcome.ok) set({ run: outcome.value })
    else set({ runError: outcome.error })
  },

  setDetectionThreshold: (detectionThreshold) => set({ detectionThreshold }),

  dismissRunError: () => set({ runError: null }),
})
