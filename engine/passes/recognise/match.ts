/** Small questions that the recognising passes ask of a graph under edit. */
import { constantIn, type GraphEdit } from '../../ir/edit.ts'
import { NONE, type Node, type TensorId } from '../../ir/graph.ts'
import type { HostTensor } from '../../ir/tensor.ts'
import { attrsOf, type OpDefinition } from '../../ops/op.ts'

/** The attributes of a node where it is of the given op. */
export function asOp<A extends object>(definition: OpDefinition<A>, node: Node | undefined): A | undefined {
  return node?.op === definition.kind ? attrsOf(definition, node.attrs) : undefined
}

export function input(node: Node, index = 0): TensorId {
  return node.inputs[index] ?? NONE
}

export function output(node: Node, index = 0): TensorId {
  return node.outputs[index] ?? NONE
}

export function shapeOf(edit: GraphEdit, id: TensorId): readonly number[] {
  return edit.tensor(id).fact.shape
}

export function isConstant(edit: GraphEdit, id: TensorId): boolean {
  return constantIn(edit, id) !== undefined
}

/** Producer of a tensor that nothing else reads. */
export function soleProducer(edit: GraphEdit, id: TensorId): Node | undefined {
  return id !== NONE && edit.soleConsumer(id) ? edit.producer(id) : undefined
}

/** The number behind a constant of one element. */
export function scalarIn(edit: GraphEdit, id: TensorId): number | undefined {
  const value = constantIn(edit, id)
  return value?.data.length === 1 ? value.data[0] : undefined
}

/** A commutative node with a constant on one side: the other side and the constant. */
export function withConstant(edit: GraphEdit, node: Node): { other: TensorId; constant: TensorId; value: HostTensor } | undefined {
  const [a = NONE, b = NONE] = node.inputs
  for (const [other, constant] of [
    [a, b],
    [b, a],
  ] as const) {
    const value = constantIn(edit, constant)
    if (value && !isConstant(edit, other)) return { other, constant, value }
  }
  return undefined
}

/** One value per channel of a map of rank 4: a constant of shape [], [1], [1, C, 1, 1], [C, 1, 1] and the like. */
export function perChannel(value: HostTensor, channels: number): Float32Array | undefined {
  if (value.data.length === 1) return new Float32Array(channels).fill(value.data[0] ?? 0)
  const padded = [...new Array<number>(Math.max(0, 4 - value.shape.length)).fill(1), ...value.shape]
  const fits = padded.length === 4 && padded[0] === 1 && padded[1] === channels && padded[2] === 1 && padded[3] === 1
  return fits ? Float32Array.from(value.data) : undefined
}

export function near(a: number, b: number, tolerance = 1e-4): boolean {
  return Math.abs(a - b) <= tolerance
}
