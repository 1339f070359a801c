/** What the IR must know about ops, so that building and checking a graph needs no op's code. */
import type { Attributes } from './graph.ts'
import type { HostTensor, TensorFact } from './tensor.ts'

/** An input as an op sees it while facts are inferred: its fact, and its value where that is constant. */
export interface InputFact extends TensorFact {
  readonly value?: HostTensor
}

export interface OpCatalogue {
  has(op: string): boolean
  /** Attributes checked against the op's schema, defaults filled in. Throws ScopeError `bad-input`. */
  parse(op: string, attrs: unknown, where: string): Attributes
  /** Facts of the outputs. Throws ScopeError where the inputs do not fit. `undefined` stands for an absent input. */
  infer(op: string, attrs: Attributes, inputs: readonly (InputFact | undefined)[], where: string): TensorFact[]
  /** Scalar evaluation; values are row-major. */
  evaluate(op: string, attrs: Attributes, inputs: readonly (HostTensor | undefined)[]): HostTensor[]
  /** Whether constant inputs are worth computing while the graph is built (shape arithmetic). */
  foldsEarly(op: string): boolean
}
