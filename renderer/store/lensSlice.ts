/** The group lens: which layer it shows, and which channels are zeroed. */
import type { LensLayer } from '../workers/contract/index.ts'
import { counted } from './pending.ts'
import type { LensSlice, Slice, State } from './state.ts'
import { fieldsOf, runTask } from './tasks.ts'
import { threads } from './threads.ts'

const NONE_OFF: ReadonlySet<number> = new Set()

export const initialLens = {
  lensShown: false,
  lensAfter: false,
  lensLayers: null,
  lens: null,
  lensTask: null,
  lensError: null,
  lensOff: NONE_OFF,
  ablation: null,
} as const satisfies Partial<State>

export const lensSlice: Slice<LensSlice> = (set, get) => {
  /** Asks for the answer without the channels that are off; an answer that was overtaken by a newer click is dropped. */
  const ablate = async (off: ReadonlySet<number>): Promise<void> => {
    const { lens, engine } = get()
    if (!lens) return
    set({ lensOff: off, lensError: null })
    if (off.size === 0) return set({ ablation: null })
    const { handle, photo, view } = lens
    const { tensor } = view.layer
    const ask = () => engine.call('ablate', { handle, tensor, off: [...off] })
    // A worker that was replaced in between knows nothing of the layer.
    const again = async () => {
      await engine.call('lens', { handle, photo: photo.file, name: photo.name, threads: threads(), tensor })
      return ask()
    }
    try {
      const ablation = await counted(ask().catch(again))
      if (get().lens === lens && get().lensOff === off) set({ ablation })
    } catch (error) {
      if (get().lens === lens && get().lensOff === off) set({ lensError: fieldsOf(error) })
    }
  }

  return {
    ...initialLens,

    showLens: (lensShown) => set({ lensShown }),
    setLensAfter: (lensAfter) => set({ lensAfter }),

    async loadLens(tensor) {
      const { photo, handle, engine, model } = get()
      if (!photo || !handle || !model?.takesPhotos) return
      set({ lensError: null })
      const { lens, lensLayers } = get()
      const isCurrent = lens?.handle === handle && lens.photo === photo && lensLayers?.handle === handle
      if (tensor === undefined && isCurrent && suitable(lensLayers.list, get())?.tensor === lens.view.layer.tensor) return
      const outcome = await runTask(
        'lens',
        (lensTask) => set({ lensTask }),
        async (options) => {
          const known = get().lensLayers
          const list = known?.handle === handle ? known.list : await engine.call('lensLayers', { handle }, options)
          if (get().handle === handle) set({ lensLayers: { handle, list } })
          const chosen = tensor ?? suitable(list, get())?.tensor
          if (chosen === undefined)
            throw {
              code: 'unsupported',
              what: 'Group lens',
              why: 'the model has no convolution whose feature map can be shown',
              hint: 'Open a convolutional network',
            }
          return engine.call('lens', { handle, photo: photo.file, name: photo.name, threads: threads(), tensor: chosen }, options)
        },
      )
      if (get().handle !== handle || get().photo !== photo) return
      if (outcome.ok) set({ lens: { handle, photo, view: outcome.value }, lensOff: NONE_OFF, ablation: null })
      else set({ lensError: outcome.error })
    },

    async toggleChannels(channels) {
      const { lensOff } = get()
      const all = channels.every((c) => lensOff.has(c))
      const next = new Set(lensOff)
      for (const c of channels)
        if (all) next.delete(c)
        else next.add(c)
      await ablate(next)
    },

    restoreChannels: () => ablate(NONE_OFF),
  }
}

/**
 * The layer of the selected channel or op; else the one shown before unless another unit is selected, else one of that
 * unit, else the first shuffle, else the first layer with groups.
 */
function suitable(list: readonly LensLayer[], state: State): LensLayer | undefined {
  const { lens, handle, selection, focus } = state
  const chosen = list.find((l) => channelIn(l, state) !== null) ?? list.find((l) => selection.node !== null && l.nodes.includes(selection.node))
  if (chosen) return chosen
  const shown = lens?.handle === handle ? list.find((l) => l.tensor === lens.view.layer.tensor) : undefined
  const item = focus ?? selection.item
  const own = item === null ? [] : list.filter((l) => l.item === item)
  const telling = (layers: readonly LensLayer[]) => layers.find((l) => l.order) ?? layers.find((l) => l.groups > 1)
  if (shown && (own.length === 0 || own.includes(shown))) return shown
  return telling(own) ?? own[0] ?? telling(list) ?? list[0]
}

/** The selected channel as one of the layer's, by its place before the shuffle. Other stages number their tensors otherwise: null. */
export function channelIn(layer: LensLayer, { selection: { channel }, stage }: Pick<State, 'selection' | 'stage'>): number | null {
  if (!channel || stage !== 'recognised') return null
  if (layer.tensors.includes(channel.tensor)) return channel.channel
  return layer.shuffled === channel.tensor ? (layer.order?.[channel.channel] ?? null) : null
}
