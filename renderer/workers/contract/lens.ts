/** Feature maps by group, and what zeroing some of them does. */
import type { Prediction } from './photo.ts'

/** A feature map that the group lens can show: what a convolution, a join or the way into a shuffle makes. */
export interface LensLayer {
  readonly tensor: number
  readonly name: string
  readonly title: string
  readonly section: string
  /** Key of its item in the network map. */
  readonly item: string
  readonly channels: number
  readonly height: number
  readonly width: number
  /** Runs of equally many channels; 1 where it has no groups. */
  readonly groups: number
  /** Channel at each position after the shuffle that reads it; null where none does. */
  readonly order: Int32Array | null
  /** Names of the ops that make it, from the one it is named after on, and of the shuffle that reads it. */
  readonly nodes: readonly string[]
  /** Tensors, as the recognised stage numbers them, that hold the same channels: before batch norm, before activation, and itself. */
  readonly tensors: readonly number[]
  /** What the shuffle makes of it; null without one. */
  readonly shuffled: number | null
}

export interface LensView {
  readonly layer: LensLayer
  /** [channels, height, width] on this photo. */
  readonly maps: Float32Array
  readonly top: readonly Prediction[]
}

export interface AblationView {
  readonly off: readonly number[]
  readonly top: readonly Prediction[]
  /** Probabilities now of the classes that were on top with nothing zeroed, in their order. */
  readonly watched: readonly number[]
  /** Change of the network's first output: L2 norm of the difference over the norm with nothing zeroed. */
  readonly change: number
  readonly ms: number
}
