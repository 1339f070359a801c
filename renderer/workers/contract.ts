/** What the page may ask of the engine worker: every request, its arguments and its answer. Plain data only. */
import type {
  Alignment,
  ChannelFlow,
  Convention,
  ErrorFields,
  GroupFlow,
  HostFingerprint,
  Imported,
  Machine,
  RecomputedRow,
  ShuffleSpec,
  Trace,
} from '../../engine/index.ts'
import type { AnswersView, ClockView, CompressChoice, CompressedView, GivenPhoto, LayerErrorView, WeighedView } from './compressContract.ts'

export * from './compressContract.ts'

/** Chosen by the page; names a model in the worker. */
export type ModelHandle = string

export type StageName = 'loaded' | 'recognised' | 'fused' | 'planned'
export const STAGES: readonly StageName[] = ['loaded', 'recognised', 'fused', 'planned']

export type ConventionId = Convention

export type ModelSource =
  | { readonly kind: 'zoo'; readonly id: string }
  | { readonly kind: 'bytes'; readonly name: string; readonly bytes: Uint8Array }
  | { readonly kind: 'file'; readonly file: Blob; readonly name: string }
  /** The same network and weights without its channel shuffles. */
  | { readonly kind: 'noShuffle'; readonly of: ModelSource }

/** A file that another one needs, by its path from the other's folder; null where it is known not to be there. */
export interface FileAlong {
  readonly path: string
  readonly file: Blob | null
}

export interface ModelView {
  readonly id: string
  readonly title: string
  readonly format: string
  readonly params: number
  /** NCHW of the first input. */
  readonly inputShape: readonly number[]
  readonly inputName: string
  readonly classes: number | null
  readonly provenance: string
  /** What a user must know, e.g. that it knows ten classes only. */
  readonly notice: string | null
  /** Whether a photo can be given to it. */
  readonly takesPhotos: boolean
  /** False for an architecture without trained weights. */
  readonly trained: boolean
  /** Whether it computes in 8 bits. */
  readonly quantized: boolean
}

/** Layers that multiply and accumulate, as the roofline tells them apart; `conv` is any other convolution, e.g. a dense 3×3. */
export const LAYER_KINDS = ['pointwise', 'pointwiseGrouped', 'depthwise', 'conv', 'linear'] as const
export type LayerKind = (typeof LAYER_KINDS)[number]

export interface LayerRow {
  /** Position in network order. */
  readonly index: number
  readonly node: number
  readonly name: string
  readonly op: string
  /** The field's name for the op with its kernel, e.g. "1×1 conv". */
  readonly title: string
  /** The same where there is little room, e.g. "Conv 1×1". */
  readonly label: string
  /** Null where it does not multiply and accumulate. */
  readonly kind: LayerKind | null
  /** Groups of a convolution or a shuffle; null elsewhere. */
  readonly groups: number | null
  readonly inputShape: readonly number[]
  readonly outputShape: readonly number[]
  readonly macs: Readonly<Record<ConventionId, number>>
  readonly params: number
  readonly bytes: number
  readonly section: string
  /** Key of its item in the network map. */
  readonly item: string
  /** Names of the loaded graph's nodes that it stands for. */
  readonly sources: readonly string[]
  readonly facts: readonly (readonly [string, string])[]
}

export interface NetworkItem {
  /** The unit's scope, or "op:" and the node's name. */
  readonly key: string
  readonly kind: 'unit' | 'op'
  readonly label: string
  readonly section: string
  /** Largest group count among its convolutions that are not depthwise. */
  readonly groups: number
  /** Product of the strides along its longest path, e.g. 2 where it halves the map. */
  readonly stride: number
  readonly shuffle: ShuffleSpec | null
  readonly join: 'add' | 'concat' | null
  readonly channelsIn: number
  readonly channelsOut: number
  readonly outputShape: readonly number[]
  /** Indices of its layers. */
  readonly layers: readonly number[]
  readonly macs: Readonly<Record<ConventionId, number>>
  readonly params: number
}

export interface NetworkSection {
  readonly key: string
  readonly label: string
  readonly items: readonly string[]
}

/** A tensor on its way from the layer that computes it to one that reads it. */
export interface NetworkEdge {
  /** Index of a layer; -1 for an input of the network. */
  readonly from: number
  /** Index of a layer; -1 for an output of the network. */
  readonly to: number
  readonly tensor: string
}

export interface NetworkView {
  readonly stage: StageName
  readonly layers: readonly LayerRow[]
  /** In the order of the layers that read. */
  readonly edges: readonly NetworkEdge[]
  readonly items: readonly NetworkItem[]
  readonly sections: readonly NetworkSection[]
  readonly totals: Readonly<Record<ConventionId, number>>
  readonly params: number
}

export interface UnitTensor {
  readonly id: number
  readonly name: string
  readonly channels: number
  readonly shape: readonly number[]
}

export interface UnitOp {
  readonly node: number
  readonly name: string
  readonly op: string
  /** Short label for a picture: "1×1", "DW 3×3", "BN". */
  readonly label: string
  readonly groups: number
  readonly shuffle: ShuffleSpec | null
}

/** How channels of one tensor reach channels of another through one op. */
export interface UnitLink {
  readonly node: number
  readonly from: number
  readonly to: number
  readonly flow: ChannelFlow
}

export interface UnitFlow {
  /** Tensors that come into the unit, its inner ones, and its results, in network order. */
  readonly tensors: readonly UnitTensor[]
  readonly ops: readonly UnitOp[]
  readonly links: readonly UnitLink[]
  readonly inputs: readonly number[]
  readonly outputs: readonly number[]
}

/** The same unit as it is, and with each shuffle replaced by the identity. */
export interface UnitView {
  readonly scope: string
  readonly on: UnitFlow
  readonly off: UnitFlow
  readonly hasShuffle: boolean
}

export interface Prediction {
  readonly index: number
  readonly label: string | null
  readonly probability: number
}

export interface PhotoView {
  readonly width: number
  readonly height: number
  /** What the network sees: the square in the photo's own pixels. */
  readonly crop: Box
  /** The same with what the crop pads beyond the photo: what maps over the input lie on. */
  readonly window: Box
}

export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Maps over the network's input, one per class, row-major [rows, columns]. */
export interface ClassMaps {
  readonly rows: number
  readonly columns: number
  readonly maps: readonly Float32Array[]
}

export interface DetectionView {
  readonly index: number
  readonly label: string | null
  /** 0..1 */
  readonly score: number
  /** Left, top, right, bottom in pixels of the photo. */
  readonly box: readonly [number, number, number, number]
}

export interface DetectionsView {
  /** The network that has such a head. */
  readonly head: string
  /** Scores that its author shows are above it. */
  readonly threshold: number
  /** [height, width] of the network's input, and how the photo fits into it. */
  readonly size: readonly [number, number]
  readonly fit: 'crop' | 'stretch' | 'letterbox'
  /** Highest score first, far below the threshold too. */
  readonly list: readonly DetectionView[]
}

/** The first channels of an output of a network, [shown, height, width]. */
export interface OutputMaps {
  readonly name: string
  readonly channels: number
  readonly shown: number
  readonly height: number
  readonly width: number
  readonly values: Float32Array
}

export interface OutputsView {
  readonly maps: readonly OutputMaps[]
  /** Outputs that are no maps, or too large to show. */
  readonly others: readonly { readonly name: string; readonly shape: readonly number[] }[]
}

export interface RunView {
  readonly photo: PhotoView
  readonly top: readonly Prediction[]
  /** Of a detector with a known head; null elsewhere. */
  readonly detections: DetectionsView | null
  /** Of a network that has neither classes nor a known head; null elsewhere. */
  readonly outputs: OutputsView | null
  /** Class activation maps of `top`, or why there are none. */
  readonly why: ClassMaps | ErrorFields
  readonly ms: { readonly decode: number; readonly preprocess: number; readonly inference: number }
  readonly backend: string
  readonly threads: number
}

/** What the probability of each class of the answer loses where a grey square hides a place. */
export interface OcclusionView extends ClassMaps {
  /** Side of the square, as a share of the input's width. */
  readonly side: number
  /** Probabilities with nothing hidden. */
  readonly base: readonly number[]
}

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

/** Of the paper. The tables themselves are loaded with the view that shows them. */
export const PAPER_TABLE_NUMBERS = [1, 2, 3, 4, 5, 6, 7, 8] as const

export const MIXING_SCALES = ['0.25x', '0.5x', '1.0x'] as const
export type MixingScale = (typeof MIXING_SCALES)[number]

/** Channels of an item's output that a traced channel comes from or goes to. */
export interface TraceItem {
  /** Key of the item in the network map. */
  readonly key: string
  readonly side: 'before' | 'after'
  /** By group, in order of position. */
  readonly groups: readonly { readonly reached: number; readonly size: number }[]
}

/** Touched channels on their way through an item, from the groups of the tensor that comes in to the groups of what leaves it. */
export interface TraceFlow {
  /** Key of the item that the tensor comes from; null for an input of the network. */
  readonly from: string | null
  readonly to: string
  /** What of the tensor is touched, by groups of the item that it comes from. */
  readonly groups: readonly { readonly reached: number; readonly size: number }[]
  readonly flows: readonly GroupFlow[]
  /** The traced channel lies inside of the item, and everything passes through it. */
  readonly through: boolean
}

export interface TraceView {
  readonly name: string
  readonly tensor: number
  readonly channel: number
  readonly channels: number
  /** Item that computes it; null for an input of the network. */
  readonly item: string | null
  /** Items that it touches; the one that computes it is there with what leaves that item. */
  readonly items: readonly TraceItem[]
  readonly flows: readonly TraceFlow[]
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

export interface ZooView {
  readonly id: string
  readonly title: string
}

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
