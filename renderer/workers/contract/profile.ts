/** Times of layers, measured here or told by a file. */
import type { HostFingerprint, Imported, Machine } from '../../../engine/index.ts'

/** What the steps cost that compute one node of the loaded graph; what is fused into it takes no time of its own. */
export interface NodeCost {
  readonly name: string
  /** Milliseconds; over all nodes they add up to the run. */
  readonly ms: number
  readonly macs: number
  /** Read and written as it runs: inputs, weights and outputs once each. */
  readonly bytes: number
}

export interface ProfileView {
  readonly backend: string
  readonly threads: number
  readonly runs: number
  readonly total: { readonly min: number; readonly p50: number; readonly p90: number; readonly p99: number }
  /** What this machine can do at most, on the threads of the run. */
  readonly machine: Machine
  readonly nodes: readonly NodeCost[]
  readonly arenaBytes: number
}

/** What another engine's file tells, and what it leaves open. */
export interface ImportedView extends Imported {
  /** As its makers write it. */
  readonly title: string
  /** Of the time of its steps, what lies in layers of the model it was read for, 0..1. */
  readonly mapped: number
}

/** A profiled run from a file, as far as it tells of one model. */
export interface TraceFileView {
  readonly name: string
  /** Id of the model that was run. */
  readonly model: string
  readonly host: HostFingerprint
  readonly backend: string
  readonly threads: number
  readonly precision: string
  readonly runs: number
  /** Median of the timed runs in milliseconds, or their mean where the file sums them up; null where it tells neither. */
  readonly total: number | null
  /** Of the file of another engine. */
  readonly imported: ImportedView | null
  readonly nodes: readonly NodeCost[]
  readonly steps: number
  /** Steps that name a layer which the model it was read for does not have, or that belong to none. */
  readonly foreign: number
  /** Whether it is of the model it was read for, by id or hash, and names its layers; the file of another engine, by most of its time. */
  readonly fits: boolean
}
