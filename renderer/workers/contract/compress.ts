/** What the page and the worker say to each other of smaller variants of a model. Plain data only. */
import type { PruningScope, RangeMethod } from '../../../engine/index.ts'
import type { ConventionId } from './model.ts'

/** As the engine has them; the page builds its choices from these without the engine's code. */
export const RANGE_CHOICES = ['mse', 'percentile', 'minmax'] as const satisfies readonly RangeMethod[]
export const SCOPE_CHOICES = ['global', 'layer'] as const satisfies readonly PruningScope[]

/** Photos that are used at most, as by the command line. */
export const MOST_PHOTOS = 200

/** A photo to calibrate and to count on. */
export interface GivenPhoto {
  readonly file: Blob
  readonly name: string
  /** The class that it shows, by name, where that is known. */
  readonly label: string | null
}

/** What is done to a model, in this order. At least one is not null. */
export interface CompressChoice {
  /** `amount`: share of the multiply-accumulates that goes, 0..1. */
  readonly prune: { readonly amount: number; readonly scope: PruningScope } | null
  readonly range: RangeMethod | null
}

export interface CompressedView {
  /** A file that opens like any model. */
  readonly bundle: Uint8Array
  readonly id: string
  /** Photos that ranges are from. */
  readonly photos: number
  /**
   * Per channel, by name of the layer that makes it: what its values must be multiplied by to be those of the float model,
   * where 8 bits made channels reach equally far.
   */
  readonly factors: Readonly<Record<string, Float64Array>>
}

/** What a model weighs. */
export interface WeighedView {
  /** Of its bundle, a file. */
  readonly bytes: number
  readonly params: number
  readonly macs: Readonly<Record<ConventionId, number>>
  /** Convolutions, poolings and fully connected layers, and how many of them compute in 8 bits. */
  readonly layers: number
  readonly quantized: number
}

/** Milliseconds of whole runs. */
export interface ClockView {
  readonly p50: number
  readonly p90: number
  readonly runs: number
  readonly threads: number
  readonly backend: string
}

/** By photo, in their order. */
export interface AnswersView {
  /** Index of the most probable class. */
  readonly top: readonly number[]
  /** Index of the class that is known of it; null where none is, or the model does not know it. */
  readonly known: readonly (number | null)[]
}

/** How far the output of a layer is from that of the same layer of the model before, on one photo. */
export interface LayerErrorView {
  readonly name: string
  /** Its place in words, e.g. "1×1 conv". */
  readonly title: string
  readonly section: string
  readonly channelsBefore: number
  /** Fewer where channels were removed; then there is nothing to compare. Null where the variant has no such layer. */
  readonly channels: number | null
  /** Whether it computes in 8 bits. */
  readonly quantized: boolean
  /** Signal-to-noise ratio in dB, infinite where nothing differs; null where there is nothing to compare. */
  readonly snr: number | null
}
