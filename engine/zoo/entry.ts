/** What the zoo knows of one architecture. */
import type { Graph } from '../ir/graph.ts'
import type { Preprocess } from '../model.ts'
import type { WeightSource } from './weights.ts'

export interface BuildOptions {
  readonly name: string
  /** [height, width] in pixels. */
  readonly inputSize: readonly [number, number]
  readonly classes: number
  /** False leaves the channel shuffles out; architectures without one ignore it. */
  readonly shuffle: boolean
}

export interface Architecture {
  /** e.g. "shufflenet-v1-g3-1.0x" */
  readonly id: string
  readonly title: string
  readonly preprocess: (inputSize: readonly [number, number]) => Preprocess
  readonly build: (options: BuildOptions, weights: WeightSource) => Graph
}

/** A scale as ids and titles write it: "0.25x", "1.0x". */
export function scaleName(scale: number): string {
  return Number.isInteger(scale) ? `${scale}.0x` : `${scale}x`
}
