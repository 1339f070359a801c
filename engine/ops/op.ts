/** What an op must supply. One folder per op, one line in `registry.ts`; nothing else needs to know it. */
import type { z } from 'zod'
import type { InputFact } from '../ir/catalogue.ts'
import type { Attributes, Node, TensorId } from '../ir/graph.ts'
import type { HostTensor, TensorFact } from '../ir/tensor.ts'
import type { Kernel } from './kernels.ts'

/** Facts of a node's surroundings, as the questions about cost and flow need them. */
export interface NodeFacts {
  readonly inputs: readonly (InputFact | undefined)[]
  readonly outputs: readonly TensorFact[]
}

/** What one node costs. MACs are split by kind, so that a convention is a choice of what to add up. */
export interface Cost {
  /** Multiply-accumulates of convolutions, zero-padded positions counted (the paper's "FLOPs", Table 1). */
  readonly convMacs: number
  /** Multiply-accumulates of fully connected layers and matrix products. */
  readonly linearMacs: number
  /** One per output element for each bias, batch norm, activation, addition; k² per output of a pooling. */
  readonly elementOps: number
  /** Weights, biases, scales; running statistics are not parameters. */
  readonly params: number
  /** Bytes read (inputs and weights once each) and written (outputs), with nothing fused. */
  readonly bytesRead: number
  readonly bytesWritten: number
}

/**
 * Which input channels reach each output channel of one (input, output) pair:
 * `groups` when every output channel of a run sees every input channel of the run beside it,
 * `map` when output channel c sees exactly input channel source[c] (-1: none of this input).
 */
export type ChannelFlow =
  | { readonly kind: 'none' }
  | { readonly kind: 'groups'; readonly runs: readonly { readonly out: readonly [number, number]; readonly in: readonly [number, number] }[] }
  | { readonly kind: 'map'; readonly source: Int32Array }

/** An address in a plan: relative to the arena or to the packed weights. */
export interface Ref {
  readonly region: 'arena' | 'weights'
  readonly id: number
  /** Bytes from the start of the buffer. */
  readonly offset: number
}

/** A kernel argument: an i32, an f32 (passed as its bits), or an address. */
export type Arg = number | { readonly f32: number } | Ref

/**
 * Where a feature map lies in memory. NHWC: pixel p, channel c at `ref + bytes * (p * pixelStride + c)`;
 * with `positions`, channel c at `ref + bytes * (p * pixelStride + positions[c])`.
 */
export interface View {
  readonly ref: Ref
  /** Of one element: 4 in f32, 1 in 8 bits. */
  readonly bytes: 4 | 1
  readonly batch: number
  readonly height: number
  readonly width: number
  readonly channels: number
  /** Elements from one pixel to the next. */
  readonly pixelStride: number
  /** Set only on inputs of ops that declare `readsPlanar`: photo b, channel c, pixel p at `ref + bytes * ((b * channels + c) * height * width + p)`. */
  readonly planar?: true
  /** Set only on outputs of ops that declare `storesPositions`. */
  readonly positions?: Int32Array
}

/** What `lower` may ask of the planner. */
export interface LowerContext {
  fact(id: TensorId): TensorFact
  /** The constant behind a tensor. Throws ScopeError `unsupported` where the op needs one and has none. */
  constant(id: TensorId, role: string): HostTensor
  isConstant(id: TensorId): boolean
  /** NHWC view of a feature map (rank 4, or rank 2 seen as 1x1). Throws ScopeError `unsupported` where its elements are not `dtype`, by default f32. */
  view(id: TensorId, dtype?: 'f32' | 'u8'): View
  /** Row-major address of a tensor that is not a feature map, or of one whose H*W is 1. */
  flat(id: TensorId, dtype?: 'f32' | 'u8'): Ref
  /** Whether two tensors share memory by placement, so that copying one to the other is not needed. */
  aliased(a: TensorId, b: TensorId): boolean
  /** Stores packed constants, 16-byte aligned. */
  weights(data: Float32Array | Int32Array): Ref
  /** The same for what may be large: `make` gives the `length` elements, and is called only where the plan's bytes are wanted. */
  packed(length: number, make: () => Float32Array): Ref
  /** Scratch bytes that live for the steps emitted by this node. */
  scratch(floats: number): Ref
  /**
   * Adds a step. `units` is how many equal pieces of work it has; threads take contiguous ranges of them.
   * Steps run in order, with a barrier after each but where `bands` show that none is needed.
   */
  emit(kernel: Kernel, units: number, args: readonly Arg[], bands?: Bands): void
}

/** How a step's units follow the rows of the feature map that it writes; each band is as many units, and as many rows. */
export interface Bands {
  readonly count: number
  readonly map: View
  /** Of the feature maps that it reads, a band needs its own rows alone: no window reaches beyond them. */
  readonly own: boolean
}

/** How an op wants its tensors placed. */
export type Placement =
  /** Output lies in its own buffer. */
  | { readonly kind: 'own' }
  /** Output 0 is the same memory as input 0 (reshape of a vector, identity). */
  | { readonly kind: 'alias' }
  /** Output i is a run of channels of input 0, starting at `starts[i]`. */
  | { readonly kind: 'slices'; readonly starts: readonly number[] }
  /** Input i is written straight to the channels `positions[i]` of output 0. */
  | { readonly kind: 'gathers'; readonly positions: readonly Int32Array[] }

export interface OpDefinition<A extends object = object> {
  readonly kind: string
  /** The field's name for it, for people. */
  readonly title: string
  readonly attributes: z.ZodType<A>
  /** Constant inputs are evaluated while the graph is built (shape arithmetic). */
  readonly foldsEarly?: boolean
  /** Every feature map input is read through `view`, so that it may be a run of channels of a wider map. */
  readonly readsStrided?: boolean
  /** Its feature map inputs may lie in planes (NCHW), as the host gives them. */
  readsPlanar?(attrs: A, facts: NodeFacts): boolean
  /** Every output is written through `view`, so that it may be a run of channels of a wider map. */
  readonly storesStrided?: boolean
  /** Beyond that, each channel can be written to a position of its own. */
  readonly storesPositions?: boolean
  /** Facts of the outputs. Throws ScopeError where inputs do not fit; `where` names the node. */
  infer(attrs: A, inputs: readonly (InputFact | undefined)[], where: string): TensorFact[]
  cost(attrs: A, facts: NodeFacts): Cost
  /** Channel flow from input `input` to output `output`. */
  flow(attrs: A, facts: NodeFacts, input: number, output: number): ChannelFlow
  /** Plain scalar TypeScript over row-major tensors: the reference that kernels are tested against. */
  evaluate(attrs: A, inputs: readonly (HostTensor | undefined)[]): HostTensor[]
  placement?(attrs: A, facts: NodeFacts): Placement
  /** An input that output 0 may replace in memory: each element is read before, and only for, the one that takes its place. */
  overwrites?(attrs: A, facts: NodeFacts): number | undefined
  /** Emits plan steps. Absent on ops that must be gone before planning; the planner then names the node. */
  lower?(context: LowerContext, node: Node, attrs: A): void
}

/** Keeps an op's attribute type while it is written; the registry sees `OpDefinition`. */
export function defineOp<A extends object>(definition: OpDefinition<A>): OpDefinition<A> {
  return definition
}

/** A node's attributes as its op's type; they were parsed when the node was built. */
export function attrsOf<A extends object>(_op: OpDefinition<A>, attrs: Attributes): A {
  return attrs as unknown as A
}
