/** What is shown and what is selected: one selection for canvas, strip, table, inspector and photo. */
import type { Selection, Slice, State, ViewSlice } from './state.ts'

export const NOTHING: Selection = { item: null, node: null, channel: null, range: null }

export const initialView = {
  screen: 'explore',
  focus: null,
  selection: NOTHING,
  mapPlace: null,
  shuffleOn: true,
  measureShown: 'macs',
  convention: 'paper',
  dialog: null,
  dropping: false,
} as const satisfies Partial<State>

export const viewSlice: Slice<ViewSlice> = (set, get) => ({
  ...initialView,

  show: (screen) => set({ screen }),

  selectItem: (key) => set({ selection: { ...NOTHING, item: key } }),

  selectNode(name) {
    const row = get().network?.layers.find((l) => l.name === name)
    if (!row) return
    set({ selection: { ...NOTHING, item: row.item, node: name } })
    if (get().screen === 'explore' && get().focus && get().focus !== row.item) moveFocus(get, set, row.item)
  },

  selectChannel(channel) {
    set(({ selection, focus }) => ({ selection: { ...selection, item: focus ?? selection.item, channel, range: null } }))
  },

  selectRange(from, to) {
    const row = get().network?.layers[from]
    if (from === to && row) get().selectNode(row.name)
    else set({ selection: { ...NOTHING, range: [from, to] } })
  },

  enter(scope) {
    const item = get().network?.items.find((i) => i.key === scope)
    if (!item) return
    if (item.kind === 'op') return get().selectItem(scope)
    if (get().focus === scope && get().screen === 'explore') return
    set(({ selection }) => ({ screen: 'explore', selection: selection.item === scope ? selection : { ...NOTHING, item: scope } }))
    moveFocus(get, set, scope)
  },

  up() {
    const { selection, focus, dialog, screen } = get()
    if (dialog) return set({ dialog: null })
    if (screen === 'compare' && !selection.channel && !selection.range && !selection.node) return get().closeCompare()
    if (selection.channel) return set({ selection: { ...selection, channel: null } })
    if (selection.range) return set({ selection: NOTHING })
    if (selection.node) return set({ selection: { ...selection, node: null } })
    if (focus) return get().leave()
    set({ selection: NOTHING })
  },

  leave: () => set(({ focus }) => ({ focus: null, unit: null, unitError: null, selection: { ...NOTHING, item: focus } })),

  setMapPlace: (mapPlace) => set({ mapPlace }),
  toggleShuffle: () => set(({ shuffleOn }) => ({ shuffleOn: !shuffleOn })),
  setMeasure: (measureShown) => set({ measureShown }),
  setConvention: (convention) => set({ convention }),
  setDialog: (dialog) => set({ dialog }),
  setDropping: (dropping) => set({ dropping }),
})

/** Zooms into a unit, or out where the item is a single op. */
function moveFocus(get: () => State, set: (partial: Partial<State>) => void, key: string): void {
  const item = get().network?.items.find((i) => i.key === key)
  if (item?.kind !== 'unit') {
    set({ focus: null, unit: null })
    return
  }
  set({ focus: key, unit: get().unit?.scope === key ? get().unit : null })
  void get().loadUnit(key)
}
