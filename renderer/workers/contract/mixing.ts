/** How much groups of channels see of each other. */

/** Shares 0..1 over all output channels of a unit. */
export interface MixingSpread {
  readonly mean: number
  readonly least: number
  readonly most: number
}

export interface MixingSide {
  /** Of the channels of the stage's first feature map that an output channel can see. */
  readonly channels: MixingSpread
  readonly groups: MixingSpread
  /** Squared weight mass from other groups, 0..1; null where there are no groups to cross. */
  readonly crossing: number | null
}

export interface MixingPointView {
  readonly name: string
  /** Key of its item in the network map. */
  readonly item: string
  /** Units since the one that made the stage's first feature map. */
  readonly depth: number
  readonly on: MixingSide
  /** With each shuffle replaced by the identity; null where there is none. */
  readonly off: MixingSide | null
}

export interface MixingStageView {
  readonly channels: number
  readonly groups: number
  /** Depth from which on every channel sees all; null where it never does. */
  readonly allAt: number | null
  readonly points: readonly MixingPointView[]
}

export interface MixingView {
  readonly title: string
  readonly hasShuffle: boolean
  readonly stages: readonly MixingStageView[]
}

/** What zeroing each group of a stage's first feature map changes after a unit, on a photo. */
export interface GroupChangeView {
  /** [changed group][zeroed group]: L2 norm of the change over the norm of the group with nothing zeroed. */
  readonly change: readonly (readonly number[])[]
  /** Share of that change that comes from other groups, mean over groups: 0 where they keep apart, 1 - 1/g where all count alike. */
  readonly crossing: number
}

export interface PhotoMixingPoint {
  readonly name: string
  readonly item: string
  readonly depth: number
  readonly on: GroupChangeView
  /** With each shuffle replaced by the identity; null where there is none. */
  readonly off: GroupChangeView | null
}

export interface PhotoMixingStage {
  /** Its place among the stages of the meter. */
  readonly stage: number
  readonly channels: number
  readonly groups: number
  readonly points: readonly PhotoMixingPoint[]
}

/** Stages with groups; none where every convolution is dense or depthwise. */
export interface PhotoMixingView {
  readonly stages: readonly PhotoMixingStage[]
}

export const MIXING_SCALES = ['0.25x', '0.5x', '1.0x'] as const

export type MixingScale = (typeof MIXING_SCALES)[number]
