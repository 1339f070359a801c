/** The open model, its stage and network, and the unit that the canvas shows. */
import type { ModelHandle, ModelSource, ModelView, NetworkView } from '../workers/contract.ts'
import { counted } from './pending.ts'
import { isTimed } from './selectors.ts'
import type { ModelRef, ModelSlice, Slice, State } from './state.ts'
import { runTask } from './tasks.ts'
import { NOTHING } from './viewSlice.ts'

export const initialModel = {
  handle: null,
  model: null,
  modelRef: null,
  stage: 'recognised',
  network: null,
  modelTask: null,
  modelError: null,
  unit: null,
  unitError: null,
} as const satisfies Partial<State>

let handles = 0

export const modelSlice: Slice<ModelSlice> = (set, get) => {
  const open = async (ref: ModelRef, sourceOf: (signal: AbortSignal) => Promise<ModelSource>): Promise<boolean> => {
    const handle: ModelHandle = `m${++handles}`
    set({ modelError: null })
    const outcome = await runTask(
      'model',
      (modelTask) => set({ modelTask }),
      async ({ signal, onProgress }): Promise<{ model: ModelView; network: NetworkView }> => {
        const source = await sourceOf(signal)
        const { engine, stage } = get()
        const model = await engine.call('open', { handle, source }, { signal, onProgress })
        const network = await engine.call('network', { handle, stage }, { signal, onProgress })
        return { model, network }
      },
      { step: 'opening' },
    )
    if (!outcome.ok) {
      set({ modelError: outcome.error })
      return false
    }
    const before = get().handle
    const { model, network } = outcome.value
    set({
      handle,
      model,
      network,
      modelRef: ref,
      unit: null,
      unitError: null,
      focus: null,
      selection: NOTHING,
      run: null,
      runError: null,
      profile: null,
      profileError: null,
      measureShown: isTimed(get().measureShown) ? 'macs' : get().measureShown,
    })
    if (before) void get().engine.call('close', { handle: before })
    if (get().photo) void get().runPhoto()
    return true
  }

  return {
    ...initialModel,

    openHostModel: (id) =>
      open({ kind: 'host', id }, async (signal) => {
        const { api } = get()
        if (!api) throw { code: 'internal', what: 'Models', why: 'the back end is not connected', hint: 'Restart ShuffleScope' }
        const { name, bytes } = await api.call('models.bytes', [id], { signal })
        return { kind: 'bytes', name, bytes }
      }),

    openZooModel: (id) => open({ kind: 'zoo', id }, () => Promise.resolve({ kind: 'zoo', id })),

    openModelFile: (file, name) => open({ kind: 'file', name }, () => Promise.resolve({ kind: 'file', file, name })),

    async setStage(stage) {
      const { handle, engine, stage: old } = get()
      if (!handle || stage === old) return
      const outcome = await runTask(
        'stage',
        (modelTask) => set({ modelTask }),
        (options) => engine.call('network', { handle, stage }, options),
        { step: 'recognising' },
      )
      if (get().handle !== handle) return
      if (!outcome.ok) return set({ modelError: outcome.error })
      const network = outcome.value
      const { selection, focus } = get()
      const has = (item: string | null) => item !== null && network.items.some((i) => i.key === item)
      // Fused nodes keep the name of what they compute; a name that is gone leaves its unit selected.
      const node = network.layers.some((l) => l.name === selection.node) ? selection.node : null
      set({
        stage,
        network,
        unit: null,
        focus: has(focus) ? focus : null,
        selection: { item: has(selection.item) ? selection.item : null, node, channel: null, range: null },
      })
      if (has(focus) && focus) await get().loadUnit(focus)
    },

    async loadUnit(scope) {
      const { handle, engine, stage } = get()
      if (!handle) return
      set({ unitError: null })
      try {
        const unit = await counted(engine.call('unit', { handle, stage, scope }))
        if (get().handle === handle && get().focus === scope && get().stage === stage) set({ unit })
      } catch (error) {
        if (get().handle === handle) set({ unitError: error as State['unitError'] })
      }
    },

    dismissModelError: () => set({ modelError: null }),
  }
}
