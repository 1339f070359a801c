/** The network as its map draws it, and a traced channel on it. */
import type { GroupFlow, ShuffleSpec } from '../../../engine/index.ts'
import type { ConventionId, StageName } from './model.ts'

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
