/** What the zoo knows of one architecture. */
import type { Graph } from '../ir/graph.ts'
import type { Preprocess } from '../model.ts'
import type { WeightSource } from './weights.ts'

export interface BuildOptions {
  readonly name: string
  /** [height, width] in pixels. */
  readonly inputSize: readonly [number, number]
  /** Of a detector: of objects, the background not counted. */
  readonly classes: number
  /** False leaves the channel shuffles out; architectures without one ignore it. */
  readonly shuffle: boolean
}

/** A published complexity: multiply-adds in millions, as printed, and which layers add up to it. */
export interface PublishedMacs {
  readonly megaMacs: number
  readonly counts: 'conv' | 'conv+fc'
}

/** A choice of this zoo where the source of a network is silent, and the published figure that it was chosen to meet. */
export interface Fit {
  readonly what: string
  /** What leaves it open, where that is known. */
  readonly because?: string
  /** Null where nothing published tells one choice from another. */
  readonly figure: PublishedMacs | null
  /** Where the figure is printed, or whose choice is followed. */
  readonly source: string
}

export interface Architecture {
  /** e.g. "shufflenet-v1-g3-1.0x" */
  readonly id: string
  readonly title: string
  /** What states the network: everything that `fits` does not name is from there. */
  readonly source: string
  /** Absent where the source says everything. */
  readonly fits?: readonly Fit[]
  /** Pixels of a side for which it is published; default 224. */
  readonly inputSize?: number
  /** Default: classification. */
  readonly task?: 'detection'
  /** With which it is published; default 1000, those of ImageNet. */
  readonly classes?: number
  readonly preprocess: (inputSize: readonly [number, number]) => Preprocess
  readonly build: (options: BuildOptions, weights: WeightSource) => Graph
}

/** A scale as ids and titles write it: "0.25x", "1.0x". */
export function scaleName(scale: number): string {
  return Number.isInteger(scale) ? `${scale}.0x` : `${scale}x`
}
