/** What the page may ask of the engine worker: every request, its arguments and its answer. Plain data only. */
import type { Alignment, ErrorFields, RecomputedRow, Trace } from '../../../engine/index.ts'
import type { AnswersView, ClockView, CompressChoice, CompressedView, GivenPhoto, LayerErrorView, WeighedView } from './compress.ts'
import type { AblationView, LensLayer, LensView } from './lens.ts'
import type { MixingScale, MixingView, PhotoMixingView } from './mixing.ts'
import type { FileAlong, ModelHandle, ModelSource, ModelView, StageName, ZooView } from './model.ts'
import type { NetworkView, TraceView } from './network.ts'
import type { OcclusionView, RunView } from './photo.ts'
import type { ProfileView, TraceFileView } from './profile.ts'
import type { UnitView } from './unit.ts'

export * from './compress.ts'
export * from './lens.ts'
export * from './mixing.ts'
export * from './model.ts'
export * from './network.ts'
export * from './photo.ts'
export * from './profile.ts'
export * from './unit.ts'

/** Of the paper. The tables themselves are loaded with the view that shows them. */
export const PAPER_TABLE_NUMBERS = [1, 2, 3, 4, 5, 6, 7, 8] as const

export interface Requests {
  zoo: { args: Record<string, never>; result: readonly ZooView[] }
  open: { args: { handle: ModelHandle; source: ModelSource }; result: ModelView }
  /** One file, a bundle, of a model that lies in several. Fails with `missing-file` where one is not among them; `where` is its path. */
  join: { args: { file: Blob; name: string; along: readonly FileAlong[] }; result: Blob }
  network: { args: { handle: ModelHandle; stage: StageName }; result: NetworkView }
  unit: { args: { handle: ModelHandle; stage: StageName; scope: string }; result: UnitView }
  run: { args: { handle: ModelHandle; photo: Blob; name: string; threads: number }; result: RunView }
  profile: { args: { handle: ModelHandle; threads: number }; result: ProfileView }
  occlude: { args: { handle: ModelHandle; photo: Blob; name: string; threads: number; classes: readonly number[] }; result: OcclusionView }
  lensLayers: { args: { handle: ModelHandle }; result: readonly LensLayer[] }
  lens: { args: { handle: ModelHandle; photo: Blob; name: string; threads: number; tensor: number }; result: LensView }
  ablate: { args: { handle: ModelHandle; tensor: number; off: readonly number[] }; result: AblationView }
  mixing: { args: { handle: ModelHandle }; result: MixingView }
  mixingPhoto: { args: { handle: ModelHandle; photo: Blob; name: string; threads: number }; result: PhotoMixingView }
  mixingFamily: { args: { scale: MixingScale }; result: readonly MixingView[] }
  /** Rows of a table of the paper, with what is counted for them. */
  paper: { args: { table: number }; result: readonly RecomputedRow[] }
  trace: { args: { handle: ModelHandle; stage: StageName; tensor: number; channel: number; shuffle: boolean }; result: TraceView }
  /** Layers of `handle` as side a, of `other` as side b. */
  align: { args: { handle: ModelHandle; other: ModelHandle; stage: StageName }; result: Alignment }
  readTrace: { args: { handle: ModelHandle; file: Blob; name: string }; result: TraceFileView }
  /** The last timing of a model, for a file. */
  runTrace: { args: { handle: ModelHandle }; result: Trace }
  /** HTML; `profile` is what was measured here. */
  report: { args: { handle: ModelHandle; locale: 'en' | 'zh'; version: string; profile: ProfileView | null }; result: string }
  /** A variant of the model as a file; photos are for 8 bits. */
  compress: {
    args: { handle: ModelHandle; photos: readonly GivenPhoto[]; choice: CompressChoice; threads: number }
    result: CompressedView
  }
  weigh: { args: { handle: ModelHandle }; result: WeighedView }
  clock: { args: { handle: ModelHandle; threads: number }; result: ClockView }
  answers: { args: { handle: ModelHandle; photos: readonly GivenPhoto[]; threads: number }; result: AnswersView | null }
  /** Layers of `other`, a variant, beside those of `handle`. */
  layerErrors: {
    args: { handle: ModelHandle; other: ModelHandle; photo: Blob; name: string; factors: CompressedView['factors']; threads: number }
    result: readonly LayerErrorView[]
  }
  close: { args: { handle: ModelHandle }; result: null }
}

export type Method = keyof Requests

export type ProgressStep =
  | 'reading'
  | 'opening'
  | 'recognising'
  | 'planning'
  | 'decoding'
  | 'running'
  | 'occluding'
  | 'measuring'
  | 'probing'
  | 'mixing'
  | 'writing'
  | 'zeroing'
  | 'aligning'
  | 'counting'
  | 'pruning'
  | 'lookingAtChannels'
  | 'findingRanges'
  | 'countingValues'
  | 'correlating'
  | 'averaging'
  | 'correctingBiases'
  | 'answering'
  | 'comparing'

export interface Progress {
  readonly step: ProgressStep
  readonly done?: number
  readonly total?: number
}

export type ToWorker =
  | { readonly id: number; readonly method: Method; readonly args: Requests[Method]['args'] }
  | { readonly id: number; readonly cancel: true }

export type FromWorker =
  | { readonly id: number; readonly result: Requests[Method]['result'] }
  | { readonly id: number; readonly error: ErrorFields }
  | { readonly id: number; readonly progress: Progress }

export interface CallContext {
  readonly signal: AbortSignal
  readonly progress: (progress: Progress) => void
}

export type Handlers = { readonly [M in Method]: (args: Requests[M]['args'], context: CallContext) => Promise<Requests[M]['result']> }
