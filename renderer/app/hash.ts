/** Model, sample photo and view in the address, so that a reload or a link shows the same thing. */
import type { ModelRef, State } from '../store/state.ts'
import { readView, writeView } from '../store/viewParts.ts'
import { type ViewState, viewStateOf } from '../store/viewState.ts'

export interface Place {
  readonly model: ModelRef | null
  /** Id of the sample shown as the photo. A photo of the user's own is not in the address. */
  readonly sample: string | null
  readonly view: ViewState
}

const MAX_ID = 200
/** Longer than any address this page writes; browsers take more, but nobody sends it. */
const MAX_HASH = 16_384

export function placeOfState(state: State): Place {
  return { model: state.modelRef, sample: state.photo?.sample ?? null, view: viewStateOf(state) }
}

export function writePlace({ model, sample, view }: Place): string {
  const parts = new URLSearchParams()
  if (model && model.kind !== 'file') parts.set('model', `${model.kind}:${model.id}`)
  if (sample) parts.set('sample', sample)
  for (const [key, text] of Object.entries(writeView(view))) parts.set(key, text)
  // Signs that need no escape in a fragment, and that names are full of.
  return parts.toString().replaceAll('%2F', '/').replaceAll('%3A', ':').replaceAll('%2C', ',')
}

/** Whatever the address holds; what it does not say, or says wrongly, is as at the start. */
export function readPlace(hash: string): Place {
  const parts = new URLSearchParams(hash.replace(/^#/, '').slice(0, MAX_HASH))
  const [kind, ...rest] = (parts.get('model') ?? '').split(':')
  const id = rest.join(':').slice(0, MAX_ID)
  return {
    model: id !== '' && (kind === 'host' || kind === 'zoo') ? { kind, id } : null,
    sample: parts.get('sample')?.slice(0, MAX_ID) || null,
    view: readView(Object.fromEntries(parts)),
  }
}
