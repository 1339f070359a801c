/** What the costs screen shows beside the layers: its tab, and the network that the sliders ask about. */
import type { Slice, State } from './state.ts'

export type CostsTab = 'layers' | 'whatIf'

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
  /** Null: as the opened network. */
  readonly whatIf: WhatIfSettings | null
  /** Whether totals are shown as FLOPs, two for each multiply-accumulate. */
  readonly asFlops: boolean
  setCostsTab(tab: CostsTab): void
  setWhatIf(settings: WhatIfSettings | null): void
  setAsFlops(asFlops: boolean): void
}

export const initialWhatIf = { costsTab: 'layers', whatIf: null, asFlops: false } as const satisfies Partial<State>

export const whatIfSlice: Slice<WhatIfSlice> = (set) => ({
  ...initialWhatIf,
  setCostsTab: (costsTab) => set({ costsTab }),
  setWhatIf: (whatIf) => set({ whatIf }),
  setAsFlops: (asFlops) => set({ asFlops }),
})
