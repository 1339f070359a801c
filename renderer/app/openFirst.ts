/** Opens what the address asks for, else the model that comes with the app, else one of the zoo: the page never begins empty. */
import type { StoreApi } from 'zustand'
import type { State } from '../store/state.ts'
import type { Place } from './hash.ts'

const FALLBACK = 'shufflenet-v1-g3-1.0x'

export async function openFirst(store: StoreApi<State>, place: Place): Promise<void> {
  const { screen, stage, shuffle } = place
  store.setState({ screen, stage, shuffleOn: shuffle })
  const state = store.getState()
  const library = state.loadLibrary()
  let open = false
  if (place.model?.kind === 'host') open = await state.openHostModel(place.model.id)
  if (place.model?.kind === 'zoo') open = await state.openZooModel(place.model.id)
  if (open) restore(store, place)
  if (open) return library.then(() => store.getState().loadSamples())
  // What went wrong with the asked-for model stays on the screen while another one opens.
  const failed = store.getState().modelError
  await library
  const bundled = store.getState().entries?.find((e) => e.kind === 'bundled')
  const opened = bundled ? await state.openHostModel(bundled.id) : await state.openZooModel(FALLBACK)
  if (!opened && bundled) await state.openZooModel(FALLBACK)
  if (failed) store.setState({ modelError: failed })
  else restore(store, place)
  await store.getState().loadSamples()
}

function restore(store: StoreApi<State>, { focus, item, node, screen }: Place): void {
  const { selectItem, selectNode, enter, show } = store.getState()
  if (item) selectItem(item)
  if (focus) enter(focus)
  if (node) selectNode(node)
  show(screen)
}
