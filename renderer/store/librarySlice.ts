/** Models and samples that can be opened: bundled, downloaded, in the catalogue, in the zoo. */
import { counted } from './pending.ts'
import type { LibrarySlice, Slice, State } from './state.ts'
import { fieldsOf } from './tasks.ts'

export const initialLibrary = {
  entries: null,
  zoo: [],
  samples: [],
  sampleFiles: {},
  libraryError: null,
  downloads: {},
  downloadErrors: {},
} as const satisfies Partial<State>

export const librarySlice: Slice<LibrarySlice> = (set, get) => ({
  ...initialLibrary,

  async loadLibrary() {
    const { api, engine } = get()
    const settled = await counted(
      Promise.allSettled([
        api?.call('models.list', []) ?? Promise.resolve([]),
        api?.call('samples.list', []) ?? Promise.resolve([]),
        engine.call('zoo', {}),
      ]),
    )
    const [entries, samples, zoo] = settled
    const failed = settled.find((s) => s.status === 'rejected')
    set({
      ...(entries.status === 'fulfilled' ? { entries: entries.value } : {}),
      ...(samples.status === 'fulfilled' ? { samples: samples.value } : {}),
      ...(zoo.status === 'fulfilled' ? { zoo: zoo.value } : {}),
      libraryError: failed ? fieldsOf(failed.reason) : null,
    })
    await get().loadRecents()
  },

  async loadSamples() {
    const { api, samples } = get()
    if (!api) return
    const missing = samples.filter(({ id }) => !get().sampleFiles[id])
    const read = async (id: string) => {
      const { bytes } = await api.call('samples.bytes', [id])
      const file = new Blob([bytes as BlobPart])
      return [id, { file, url: URL.createObjectURL(file) }] as const
    }
    const settled = await counted(Promise.allSettled(missing.map(({ id }) => read(id))))
    const found = settled.flatMap((s) => (s.status === 'fulfilled' ? [s.value] : []))
    const failed = settled.find((s) => s.status === 'rejected')
    set(({ sampleFiles }) => ({
      sampleFiles: { ...sampleFiles, ...Object.fromEntries(found) },
      ...(failed ? { libraryError: fieldsOf(failed.reason) } : {}),
    }))
  },

  async download(id) {
    const { api } = get()
    if (!api || get().downloads[id]) return
    const controller = new AbortController()
    const put = (received: number, total: number | null) =>
      set(({ downloads }) => ({ downloads: { ...downloads, [id]: { received, total, cancel: () => controller.abort() } } }))
    set(({ downloadErrors }) => ({ downloadErrors: without(downloadErrors, id) }))
    put(0, null)
    try {
      await counted(api.call('models.download', [id], { signal: controller.signal, onProgress: ({ received, total }) => put(received, total) }))
    } catch (thrown) {
      const error = fieldsOf(thrown)
      if (error.code !== 'cancelled') set(({ downloadErrors }) => ({ downloadErrors: { ...downloadErrors, [id]: error } }))
    }
    set(({ downloads }) => ({ downloads: without(downloads, id) }))
    await get().loadLibrary()
  },

  async removeDownload(id) {
    const { api } = get()
    try {
      if (api) await counted(api.call('models.remove', [id]))
    } catch (thrown) {
      set(({ downloadErrors }) => ({ downloadErrors: { ...downloadErrors, [id]: fieldsOf(thrown) } }))
    }
    await get().loadLibrary()
  },
})

function without<T>(record: Readonly<Record<string, T>>, key: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([k]) => k !== key))
}
