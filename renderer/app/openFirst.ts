/** Opens what the address asks for, else the model that comes with the app, else one of the zoo: the page never begins empty. */
import type { StoreApi } from 'zustand'
import type { ModelRef, State } from '../store/state.ts'
import { applyLens, applyViewState, plainState } from '../store/viewState.ts'
import type { Place } from './hash.ts'

/** The model that comes with the app; asking for it by name saves a round trip before the first picture. */
const BUNDLED = 'shufflenet-v1-g3-0.5x-imagenette'
const FALLBACK = 'shufflenet-v1-g3-1.0x'

export async function openFirst(store: StoreApi<State>, { model, sample, view }: Place): Promise<void> {
  store.setState({ ...plainState(view), stage: view.stage })
  const state = store.getState()
  const open = model !== null && (await openRef(state, model))
  // What went wrong with the asked-for model stays on the screen while another one opens.
  const failed = store.getState().modelError
  if (!open && !(await state.openHostModel(BUNDLED))) await state.openZooModel(FALLBACK)
  if (failed) store.setState({ modelError: failed })
  else await applyViewState(store, view)
  await state.loadLibrary()
  if (sample) {
    await state.showSample(sample)
    if (view.lens) await applyLens(store, view)
  }
  await store.getState().loadSamples()
}

/** Shows what an address says that came into the open page. The model stays where it is the same, or cannot be opened. */
export async function openPlace(store: StoreApi<State>, { model, sample, view }: Place): Promise<void> {
  const state = store.getState()
  const isOther = model !== null && JSON.stringify(model) !== JSON.stringify(state.modelRef)
  if (isOther && !(await openRef(state, model))) return
  if (sample && sample !== store.getState().photo?.sample) await state.showSample(sample)
  await applyViewState(store, view)
}

function openRef(state: State, ref: ModelRef): Promise<boolean> {
  if (ref.kind === 'host') return state.openHostModel(ref.id)
  return ref.kind === 'zoo' ? state.openZooModel(ref.id) : Promise.resolve(false)
}
