/** A unit, channel by channel. */
import type { ChannelFlow, ShuffleSpec } from '../../../engine/index.ts'

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
