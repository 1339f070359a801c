/** A plan: a flat list of kernel calls over packed weights and one arena. Plain data; any host with the kernels can run it. */
import type { NodeId, TensorId } from '../ir/graph.ts'
import type { TensorData } from '../ir/tensor.ts'
import type { Kernel } from '../ops/kernels.ts'

/** i32, f32, or an address: byte offset in a region. */
export type PlanArg = number | { readonly f32: number } | { readonly region: 'arena' | 'weights'; readonly offset: number }

export interface PlanStep {
  readonly kernel: Kernel
  /** Equal pieces of work; threads take contiguous ranges. */
  readonly units: number
  readonly args: readonly PlanArg[]
  /** Equal runs of units, in order, that each compute as many rows of the output; 0 where units do not follow its rows. */
  readonly bands: number
  /**
   * A thread whose share is whole bands of this step and of the one before need not wait for others in between: it reads
   * nothing that they make there, and writes nothing that they read or write.
   */
  readonly follows: boolean
  /** The node of the planned graph that the step computes. */
  readonly node: NodeId
  /** Names of the nodes of the loaded graph behind it. */
  readonly sources: readonly string[]
  /** Multiply-accumulates of the step. */
  readonly macs: number
  /** Bytes it reads and writes, inputs, weights and outputs once each. */
  readonly bytes: number
}

/** A tensor in the arena: a feature map as NHWC, or row-major. */
export interface PlanTensor {
  readonly id: TensorId
  readonly name: string
  readonly shape: readonly number[]
  /** Bytes from the start of the arena. */
  readonly offset: number
  /** Of 8-bit elements; they stand for themselves, not for the values that their scale makes of them. */
  readonly dtype?: 'u8'
  /** Elements from one pixel to the next; equal to the channels unless it is a slice of a wider map. 0: it lies row-major. */
  readonly pixelStride: number
  /** Where each channel lies inside a pixel, in elements, when they do not lie side by side. */
  readonly positions?: readonly number[]
  /** Set on an output that is a constant: it is not in the arena at all. */
  readonly value?: TensorData
}

export interface Plan {
  readonly name: string
  readonly steps: readonly PlanStep[]
  /** Packed constants, 16-byte aligned. */
  readonly weights: Uint8Array
  readonly arenaBytes: number
  /** Largest sum of the buffers that live at one step: no arena can be smaller. */
  readonly arenaLowerBound: number
  readonly inputs: readonly PlanTensor[]
  readonly outputs: readonly PlanTensor[]
  /** Tensors that keep their memory to the end of the run. */
  readonly kept: readonly PlanTensor[]
}
