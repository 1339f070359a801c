/** Opens what the address asks for, else the model that comes with the app, else one of the zoo: the page never begins empty. */
import type { StoreApi } from 'zustand'
import type { State } from '../store/state.ts'
import type { Place } from './hash.ts'

/** The model that comes with the app; asking for it by name saves a round trip before the first picture. */
const BUNDLED = 'shufflenet-v1-g3-0.5x-imagenette'
const FALLBACK = 'shufflenet-v1-g3-1.0x'

export async function openFirst(store: StoreApi<State>, place: Place): Promise<void> {
  const { screen, stage, shuffle } = place
  store.setState({ screen, stage, shuffleOn: shuffle })
  const state = store.getState()
  let open = false
  if (place.model?.kind === 'host') open = await state.openHostModel(place.model.id)
  if (place.model?.kind === 'zoo') open = await state.openZooModel(place.model.id)
  if (open) restore(store, place)
  // What went wrong with the asked-for model stays on the screen while another one opens.
  const failed = store.getState().modelError
  if (!open) {
    if (!(await state.openHostModel(BUNDLED))) await state.openZooModel(FALLBACK)
    if (failed) store.setState({ modelError: failed })
    else restore(store, place)
  }
  await state.loadLibrary()
  await store.getState().loadSamples()
}

function restore(store: StoreApi<State>, { focus, item, node, screen }: Place): void {
  const { selectItem, selectNode, enter, show } = store.getState()
  if (item) selectItem(item)
  if (focus) enter(focus)
  if (node) selectNode(node)
  show(screen)
}
