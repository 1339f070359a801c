/** Mean, sum or maximum along axes. Source: ONNX operator specification, ReduceMean, ReduceSum, ReduceMax. */
import { z } from 'zod'
import { allocate, fact, sizeOf, stridesOf } from '../../ir/tensor.ts'
import { addressOf, copyReshaped, emitCopy, rowMajor } from '../copyAxes.ts'
import { type ChannelFlow, defineOp, type LowerContext, type NodeFacts } from '../op.ts'
import { integersFrom, integersOfValue } from '../reshaping.ts'
import { checkedFact, costOf, denseFlow, elementwiseFlow, integer, need, normalAxis, walk } from '../shared.ts'

const attributes = z.object({
  function: z.enum(['mean', 'max', 'sum']),
  /** null: input 1 holds them; without it all axes are meant. */
  axes: z.array(integer).max(16).readonly().nullable().default(null),
  keepDims: z.boolean().default(true),
  /** What an empty list of axes means: nothing at all, or all axes. */
  noopWithEmptyAxes: z.boolean().default(false),
})
export type ReduceAttributes = z.infer<typeof attributes>

/** Which axes are reduced. */
function reducedAxes(rank: number, axes: readonly number[] | undefined, attrs: ReduceAttributes, where: string): boolean[] {
  if (!axes?.length) return new Array<boolean>(rank).fill(!attrs.noopWithEmptyAxes)
  const set = new Set(axes.map((a) => normalAxis(a, rank, where)))
  return Array.from({ length: rank }, (_, i) => set.has(i))
}

function outputShape(shape: readonly number[], reduced: readonly boolean[], keepDims: boolean): number[] {
  return shape.flatMap((n, i) => (reduced[i] ? (keepDims ? [1] : []) : [n]))
}

function reduceFlow(attrs: ReduceAttributes, facts: NodeFacts, input: number): ChannelFlow {
  const x = facts.inputs[0]
  if (input !== 0 || !x || x.value) return { kind: 'none' }
  const reduced = reducedAxes(x.shape.length, integersFrom(attrs.axes, facts.inputs[1], 'axes', 'reduce'), attrs, 'reduce')
  // Channels stay apart as long as axis 1 is kept and stays axis 1.
  const stays = x.shape.length >= 2 && !reduced[1] && (attrs.keepDims || !reduced[0])
  return stays ? elementwiseFlow(facts, 0, 0) : denseFlow(facts, 0, 0)
}

/** Inputs: x, and the axes as a constant where the attribute is null. */
export const reduce = defineOp<ReduceAttributes>({
  kind: 'reduce',
  title: 'Reduction',
  attributes,
  foldsEarly: true,
  readsStrided: true,
  infer(attrs, inputs, where) {
    const x = need(inputs, 0, 'input', where)
    const reduced = reducedAxes(x.shape.length, integersFrom(attrs.axes, inputs[1], 'axes', where), attrs, where)
    return [checkedFact(fact(outputShape(x.shape, reduced, attrs.keepDims), x.dtype), where)]
  },
  cost: (_attrs, facts) => costOf(facts, { elementOps: facts.inputs[0] ? sizeOf(facts.inputs[0].shape) : 0 }),
  flow: (attrs, facts, input) => reduceFlow(attrs, facts, input),
  evaluate(attrs, inputs) {
    const [x] = inputs
    if (!x) return []
    const reduced = reducedAxes(x.shape.length, integersOfValue(attrs.axes, inputs[1]), attrs, 'reduce')
    const kept = outputShape(x.shape, reduced, true)
    const steps = stridesOf(kept).map((s, i) => (reduced[i] ? 0 : s))
    const sums = new Float64Array(sizeOf(kept)).fill(attrs.function === 'max' ? Number.NEGATIVE_INFINITY : 0)
    walk(x.shape, steps, 0, (from, to) => {
      const v = x.data[from] ?? 0
      sums[to] = attrs.function === 'max' ? Math.max(sums[to] ?? 0, v) : (sums[to] ?? 0) + v
    })
    const count = attrs.function === 'mean' ? x.data.length / sums.length : 1
    const data = allocate(x.dtype, sums.length)
    for (let i = 0; i < data.length; i++) data[i] = x.dtype === 'f32' ? (sums[i] ?? 0) / count : Math.trunc((sums[i] ?? 0) / count)
    return [{ dtype: x.dtype, shape: outputShape(x.shape, reduced, attrs.keepDims), data }]
  },
  lower(context, node, attrs) {
    const [from = -1, axes = -1] = node.inputs
    const to = node.outputs[0] ?? -1
    const { shape } = context.fact(from)
    const given = integersOfValue(attrs.axes, axes < 0 ? undefined : context.constant(axes, 'axes'))
    const reduced = reducedAxes(shape.length, given, attrs, node.name)
    const pick = (list: readonly number[], which: boolean): number[] => list.filter((_, i) => reduced[i] === which)
    const pixels = sizeOf(pick(shape, true))
    const channels = sizeOf(pick(shape, false))
    // Seen as a feature map whose pixels are what is reduced and whose channels are what is kept.
    const src = addressOf(context, from)
    const map = context.scratch(pixels * channels)
    const order = [...pick(shape, true), ...pick(shape, false)]
    emitCopy(context, order, { ref: src.ref, strides: [...pick(src.strides, true), ...pick(src.strides, false)] }, rowMajor(map, order))
    const result = context.scratch(channels)
    emitReduction(context, attrs, map, result, pixels, channels)
    copyReshaped(context, [channels], rowMajor(result, [channels]), context.fact(to).shape, addressOf(context, to))
  },
})

/** Kernel arguments as in globalPool/op.ts and matmul/op.ts; a sum is a product with a row of ones. */
function emitReduction(
  context: LowerContext,
  attrs: ReduceAttributes,
  map: ReturnType<LowerContext['scratch']>,
  result: ReturnType<LowerContext['scratch']>,
  pixels: number,
  channels: number,
): void {
  if (attrs.function === 'sum') {
    const ones = context.weights(new Float32Array(pixels).fill(1))
    context.emit('matmul', 1, [ones, map, result, 1, 1, pixels, channels, 0, 0])
    return
  }
  context.emit('globalPool', Math.ceil(channels / 4), [map, result, channels, pixels, channels, attrs.function === 'max' ? 0 : 1])
}
