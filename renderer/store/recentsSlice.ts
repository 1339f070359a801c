/** What was opened before and can be opened again: models by their ids, and files that the back end knows by a token. */

import type { Recent } from '../app/bridge.ts'
import { besideOf } from './filesTogether.ts'
import { counted } from './pending.ts'
import type { ModelRef, Slice, State } from './state.ts'
import { fieldsOf } from './tasks.ts'

export interface RecentsSlice {
  /** The last opened first. */
  readonly recents: readonly Recent[]
  loadRecents(): Promise<void>
  /** Puts a model first; one of a file is remembered where the file comes in. */
  rememberModel(ref: ModelRef, name: string): Promise<void>
  openRecent(recent: Recent): Promise<void>
  clearRecents(): Promise<void>
}

export const initialRecents = { recents: [] } as const satisfies Partial<State>

export const recentsSlice: Slice<RecentsSlice> = (set, get) => ({
  ...initialRecents,

  async loadRecents() {
    const { api } = get()
    // A list that cannot be had is an empty list: everything can be opened without it.
    if (api) set({ recents: await counted(api.call('recents.list', [])).catch(() => []) })
  },

  async rememberModel(ref, name) {
    const { api } = get()
    if (!api) return
    if (ref.kind !== 'file')
      await counted(api.call('recents.add', [{ source: ref.kind, id: ref.id, name: name.slice(0, 200) || ref.id }])).catch(() => undefined)
    await get().loadRecents()
  },

  async openRecent(recent) {
    const { api } = get()
    if (recent.kind === 'model') {
      await (recent.source === 'host' ? get().openHostModel(recent.id) : get().openZooModel(recent.id))
      return
    }
    if (!api) return
    try {
      const { name, bytes } = await counted(api.call('files.read', [recent.token]))
      await get().takeFile(new Blob([bytes as BlobPart]), name, besideOf(api, recent.token))
    } catch (error) {
      set({ modelError: fieldsOf(error) })
      await get().loadRecents()
    }
  },

  async clearRecents() {
    const { api } = get()
    await api?.call('recents.clear', []).catch(() => undefined)
    await get().loadRecents()
  },
})
