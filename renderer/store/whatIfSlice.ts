/** What the costs screen shows beside the layers: its tab, and the network that the sliders ask about. */
import { counted } from './pending.ts'
import type { Slice, State } from './state.ts'

export type CostsTab = 'layers' | 'whatIf' | 'paper'

/** A ShuffleNet v1 as the sliders describe it. */
export interface WhatIfSettings {
  readonly groups: number
  readonly scale: number
  /** Pixels of the input. */
  readonly height: number
  readonly width: number
  /** Units of stages 2, 3 and 4. */
  readonly repeats: readonly [number, number, number]
  readonly shuffle: boolean
  readonly classes: number
  /** Multiply-accumulates of convolutions at which widths are held; null where the scale gives the widths. */
  readonly budget: number | null
}

export interface WhatIfSlice {
  readonly costsTab: CostsTab
  /** The picture of where the costs lie. */
  readonly costsPicture: 'icicle' | 'bars'
  /** Shuffles that are left as ops of their own once the model with this handle is fused, and the bytes that they move. */
  readonly fusedShuffles: { readonly handle: string; readonly count: number; readonly bytes: number } | null
  /** Null: as the opened network. */
  readonly whatIf: WhatIfSettings | null
  /** Whether totals are shown as FLOPs, two for each multiply-accumulate. */
  readonly asFlops: boolean
  setCostsTab(tab: CostsTab): void
  setCostsPicture(picture: WhatIfSlice['costsPicture']): void
  loadFusedShuffles(): Promise<void>
  setWhatIf(settings: WhatIfSettings | null): void
  setAsFlops(asFlops: boolean): void
  /** Opens the architecture with this id of the zoo on the map; the sliders then start from it. */
  openWhatIf(id: string): Promise<void>
}

export const initialWhatIf = {
  costsTab: 'layers',
  costsPicture: 'icicle',
  fusedShuffles: null,
  whatIf: null,
  asFlops: false,
} as const satisfies Partial<State>

export const whatIfSlice: Slice<WhatIfSlice> = (set, get) => ({
  ...initialWhatIf,
  setCostsTab: (costsTab) => set({ costsTab }),
  setWhatIf: (whatIf) => set({ whatIf }),
  setAsFlops: (asFlops) => set({ asFlops }),
  setCostsPicture: (costsPicture) => set({ costsPicture }),

  async loadFusedShuffles() {
    const { handle, engine, fusedShuffles } = get()
    if (!handle || fusedShuffles?.handle === handle) return
    // What the sentence beside the picture adds: without an answer it says less.
    const network = await counted(engine.call('network', { handle, stage: 'fused' })).catch(() => null)
    const left = network?.layers.filter((l) => l.op === 'channelShuffle')
    if (left && get().handle === handle) set({ fusedShuffles: { handle, count: left.length, bytes: left.reduce((sum, l) => sum + l.bytes, 0) } })
  },

  async openWhatIf(id) {
    if (await get().openZooModel(id)) set({ whatIf: null, exploreTab: 'map', screen: 'explore' })
  },
})
