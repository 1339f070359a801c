/** The open model, its stage and network, and the unit that the canvas shows. */
import type { ModelSource } from '../workers/contract/index.ts'
import { stopCompressing } from './compressSlice.ts'
import { type Beside, hostSource, loadModel, openedState } from './openModel.ts'
import { counted } from './pending.ts'
import type { ModelRef, ModelSlice, Slice, State } from './state.ts'
import { cancelTask, runTask } from './tasks.ts'

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

export const modelSlice: Slice<ModelSlice> = (set, get) => {
  const open = async (ref: ModelRef, sourceOf: (signal: AbortSignal) => Promise<ModelSource>, beside?: Beside): Promise<boolean> => {
    set({ modelError: null })
    const outcome = await runTask(
      'model',
      (modelTask) => set({ modelTask }),
      (options) => loadModel(get().engine, ref, sourceOf, () => get().stage, options, beside),
      { step: 'opening' },
    )
    if (!outcome.ok) {
      set({ modelError: outcome.error })
      return false
    }
    const before = get().handle
    stopCompressing()
    set(openedState(get(), outcome.value))
    // The first one was opened by nobody.
    if (before) void get().rememberModel(outcome.value.ref, outcome.value.model.title)
    if (before) void get().engine.call('close', { handle: before })
    if (get().photo) void get().runPhoto()
    return true
  }

  return {
    ...initialModel,

    openHostModel: (id) => open({ kind: 'host', id }, (signal) => hostSource(get(), id, signal)),

    openZooModel: (id) => open({ kind: 'zoo', id }, () => Promise.resolve({ kind: 'zoo', id })),

    openModelFile: (file, name, beside) => open({ kind: 'file', name }, () => Promise.resolve({ kind: 'file', file, name }), beside),

    async setStage(stage) {
      const { handle, engine, stage: old } = get()
      if (!handle) return
      // Back to the stage that is shown, while another one is on its way.
      if (stage === old) return cancelTask('stage')
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
