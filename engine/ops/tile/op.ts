/** Tile: the tensor repeated along its axes; what broadcasts to a larger shape is repeated too. Source: ONNX operator specification, Tile and Expand. */
import { z } from 'zod'
import { allocate, fact, sizeOf, stridesOf } from '../../ir/tensor.ts'
import { addressOf, emitCopy } from '../copyAxes.ts'
import { type ChannelFlow, defineOp, type NodeFacts } from '../op.ts'
import { channelsOf, checkedFact, costOf, denseFlow, misfit, need, positive, walk } from '../shared.ts'

/** How often along each axis. */
const attributes = z.object({ repeats: z.array(positive).max(16).readonly() })
export type TileAttributes = z.infer<typeof attributes>

const tiled = (shape: readonly number[], repeats: readonly number[]): number[] => shape.map((n, i) => n * (repeats[i] ?? 1))

/** The tensor with an axis of repetitions before each of its axes, which the tensor itself steps through with stride 0. */
const spread = (shape: readonly number[], repeats: readonly number[]): number[] => shape.flatMap((n, i) => [repeats[i] ?? 1, n])

function tileFlow(facts: NodeFacts, input: number): ChannelFlow {
  const x = facts.inputs[0]
  const to = facts.outputs[0]
  if (input !== 0 || !x || !to || x.value) return { kind: 'none' }
  if (x.shape.length < 2) return denseFlow(facts, 0, 0)
  return { kind: 'map', source: Int32Array.from({ length: channelsOf(to) }, (_, c) => c % channelsOf(x)) }
}

/** Input x of any rank; output with each extent times its repeats. */
export const tile = defineOp<TileAttributes>({
  kind: 'tile',
  title: 'Tile',
  attributes,
  foldsEarly: true,
  readsStrided: true,
  storesStrided: true,
  infer(attrs, inputs, where) {
    const x = need(inputs, 0, 'input', where)
    if (attrs.repeats.length !== x.shape.length)
      throw misfit(where, `its ${attrs.repeats.length} repeats do not fit an input of rank ${x.shape.length}`)
    return [checkedFact(fact(tiled(x.shape, attrs.repeats), x.dtype), where)]
  },
  cost: (_attrs, facts) => costOf(facts, {}),
  flow: (_attrs, facts, input) => tileFlow(facts, input),
  evaluate(attrs, [x]) {
    if (!x) return []
    const shape = tiled(x.shape, attrs.repeats)
    const data = allocate(x.dtype, sizeOf(shape))
    const strides = stridesOf(x.shape).flatMap((s) => [0, s])
    walk(spread(x.shape, attrs.repeats), strides, 0, (to, from) => {
      data[to] = x.data[from] ?? 0
    })
    return [{ dtype: x.dtype, shape, data }]
  },
  lower(context, node, attrs) {
    const [from, to] = [node.inputs[0] ?? -1, node.outputs[0] ?? -1]
    const { shape } = context.fact(from)
    const src = addressOf(context, from)
    const dst = addressOf(context, to)
    const strides = dst.strides.flatMap((s, i) => [s * (shape[i] ?? 1), s])
    emitCopy(context, spread(shape, attrs.repeats), { ref: src.ref, strides: src.strides.flatMap((s) => [0, s]) }, { ref: dst.ref, strides })
  },
})
