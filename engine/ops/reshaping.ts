/** What reshape, flatten, squeeze and unsqueeze share: one value in another shape. */

import type { InputFact } from '../ir/catalogue.ts'
import type { Node } from '../ir/graph.ts'
import { fact, type HostTensor, sizeOf } from '../ir/tensor.ts'
import { emitReshape, keepsMemory } from './copyAxes.ts'
import type { ChannelFlow, LowerContext, NodeFacts, Placement } from './op.ts'
import { checkedFact, denseFlow, identityFlow, integersOf, misfit, needIntegers } from './shared.ts'

/** The output fact of a reshape; the layout follows from the rank, the element type stays. */
export function reshapedFact(x: InputFact, shape: readonly number[], where: string) {
  const made = checkedFact(fact(shape, x.dtype), where)
  if (sizeOf(shape) !== sizeOf(x.shape))
    throw misfit(where, `its input of shape [${x.shape.join(', ')}] does not have as many elements as [${shape.join(', ')}]`)
  return made
}

/** Integers that a node has as an attribute or, in newer ONNX, as a constant input; undefined where it has neither. */
export function integersFrom(
  attribute: readonly number[] | null,
  input: InputFact | undefined,
  role: string,
  where: string,
): readonly number[] | undefined {
  return attribute ?? (input && needIntegers(input, role, where))
}

/** The same, of values. */
export function integersOfValue(attribute: readonly number[] | null, value: HostTensor | undefined): readonly number[] | undefined {
  return attribute ?? (value && integersOf(value))
}

export function reshaped(x: HostTensor | undefined, shape: readonly number[]): HostTensor {
  if (!x) return { dtype: 'f32', shape, data: new Float32Array(0) }
  return { dtype: x.dtype, shape, data: x.data }
}

/**
 * Exact while the batch axis stays: output channel c holds elements c*S' to (c+1)*S'-1 of its sample, which belong to input
 * channels floor(c*S'/S) to floor(((c+1)*S'-1)/S), with S and S' the elements per channel.
 */
export function reshapeFlow(facts: NodeFacts, input: number): ChannelFlow {
  const from = facts.inputs[0]
  const to = facts.outputs[0]
  if (input !== 0 || !from || !to || from.value) return { kind: 'none' }
  if (from.shape.length < 2 || to.shape.length < 2 || from.shape[0] !== to.shape[0]) return denseFlow(facts, 0, 0)
  const channels = to.shape[1] ?? 1
  const before = sizeOf(from.shape.slice(2))
  const after = sizeOf(to.shape.slice(2))
  if (channels === 0 || before === 0 || after === 0) return { kind: 'none' }
  if (before === after) return identityFlow(channels)
  const first = (c: number): number => Math.floor((c * after) / before)
  const last = (c: number): number => Math.floor(((c + 1) * after - 1) / before)
  if (before % after === 0) return { kind: 'map', source: Int32Array.from({ length: channels }, (_, c) => first(c)) }
  const runs: { out: readonly [number, number]; in: readonly [number, number] }[] = []
  for (let c = 0; c < channels; c++) runs.push({ out: [c, c + 1], in: [first(c), last(c) + 1] })
  return { kind: 'groups', runs }
}

export function reshapePlacement(facts: NodeFacts): Placement {
  const from = facts.inputs[0]
  const to = facts.outputs[0]
  return from && to && !from.value && keepsMemory(from.shape, to.shape) ? { kind: 'alias' } : { kind: 'own' }
}

export function lowerReshape(context: LowerContext, node: Node): void {
  const [from, to] = [node.inputs[0] ?? -1, node.outputs[0] ?? -1]
  if (!context.aliased(from, to)) emitReshape(context, from, to)
}
