/** Reductions along axes. Source: ONNX operator specification, the operators of these names. */
import type { TensorId } from '../../../ir/graph.ts'
import { normalAxis } from '../../../ops/shared.ts'
import type { Converter, Converters, NodeContext } from '../context.ts'

function reduced(node: NodeContext, fn: 'mean' | 'max' | 'sum', x: TensorId, last: boolean): TensorId {
  const { shape } = node.fact(0)
  for (const axis of node.ints('axes') ?? []) normalAxis(axis, shape.length, node.name)
  const axes = node.ints('axes') ?? null
  const wired = axes === null && node.optional(1) >= 0
  const attrs = { function: fn, axes, keepDims: node.int('keepdims', 1) !== 0, noopWithEmptyAxes: node.int('noop_with_empty_axes', 0) !== 0 }
  return node.emit('reduce', attrs, wired ? [x, node.input(1)] : [x], last)
}

const plain =
  (fn: 'mean' | 'max' | 'sum'): Converter =>
  (node) => [reduced(node, fn, node.input(0), true)]

const of = (node: NodeContext, fn: string, x: TensorId, last = false): TensorId => node.emit('unary', { function: fn }, [x], last)
const squared = (node: NodeContext): TensorId => node.combine('mul', node.input(0), node.input(0))

export const reductions = {
  ReduceMean: plain('mean'),
  ReduceMax: plain('max'),
  ReduceSum: plain('sum'),
  ReduceMin: (node) => [of(node, 'neg', reduced(node, 'max', of(node, 'neg', node.input(0)), false), true)],
  ReduceL1: (node) => [reduced(node, 'sum', of(node, 'abs', node.input(0)), true)],
  ReduceL2: (node) => [of(node, 'sqrt', reduced(node, 'sum', squared(node), false), true)],
  ReduceSumSquare: (node) => [reduced(node, 'sum', squared(node), true)],
} satisfies Converters
