/** A tensor cut into parts along one axis. */
import { z } from 'zod'
import { NONE } from '../../ir/graph.ts'
import { activationArgs, NO_ACTIVATION } from '../activationFunction.ts'
import { addressOf, advance, emitCopy } from '../copyAxes.ts'
import { emitChannelCopy, movedView } from '../lowering.ts'
import { defineOp } from '../op.ts'
import { channelsOf, costOf, denseFlow, extent, identityFlow, misfit, need, normalAxis } from '../shared.ts'
import { type SliceAttributes, slice } from '../slice/op.ts'

const attributes = z.object({ axis: z.number().int().min(-8).max(7), sizes: z.array(extent).min(1).max(4096).readonly() })
export type SplitAttributes = z.infer<typeof attributes>

function startsOf(sizes: readonly number[]): number[] {
  let sum = 0
  return sizes.map((n) => {
    sum += n
    return sum - n
  })
}

function partOf(attrs: SplitAttributes, index: number): SliceAttributes {
  const start = startsOf(attrs.sizes)[index] ?? 0
  return { axes: [attrs.axis], starts: [start], ends: [start + (attrs.sizes[index] ?? 0)], steps: [1] }
}

export const split = defineOp<SplitAttributes>({
  kind: 'split',
  title: 'Split',
  attributes,
  foldsEarly: true,
  readsStrided: true,

  infer(attrs, inputs, where) {
    const x = need(inputs, 0, 'input', where)
    const axis = normalAxis(attrs.axis, x.shape.length, where)
    const sum = attrs.sizes.reduce((a, b) => a + b, 0)
    if (sum !== x.shape[axis]) throw misfit(where, `its parts have ${sum} entries where axis ${axis} has ${x.shape[axis]}`)
    return attrs.sizes.map((n) => ({ dtype: x.dtype, shape: x.shape.map((m, a) => (a === axis ? n : m)), layout: x.layout }))
  },

  cost: (_attrs, facts) => costOf(facts, {}),

  flow(attrs, facts, input, output) {
    const x = facts.inputs[0]
    const y = facts.outputs[output]
    if (!x || !y || x.value) return { kind: 'none' }
    if (x.shape.length < 2) return denseFlow(facts, input, output)
    if (attrs.axis !== 1 && attrs.axis + x.shape.length !== 1) return identityFlow(channelsOf(y))
    const start = startsOf(attrs.sizes)[output] ?? 0
    return { kind: 'map', source: Int32Array.from({ length: channelsOf(y) }, (_, c) => start + c) }
  },

  evaluate: (attrs, inputs) => attrs.sizes.flatMap((_, i) => slice.evaluate(partOf(attrs, i), inputs)),

  placement(attrs, facts) {
    const rank = facts.inputs[0]?.shape.length ?? 0
    return rank === 4 && (attrs.axis === 1 || attrs.axis === -3) ? { kind: 'slices', starts: startsOf(attrs.sizes) } : { kind: 'own' }
  },

  lower(context, node, attrs) {
    const x = node.inputs[0] ?? NONE
    const { shape } = context.fact(x)
    const axis = attrs.axis < 0 ? attrs.axis + shape.length : attrs.axis
    const starts = startsOf(attrs.sizes)
    node.outputs.forEach((y, i) => {
      if (context.aliased(x, y)) return
      const start = starts[i] ?? 0
      if (shape.length === 4 && axis === 1) {
        const source = Int32Array.from({ length: attrs.sizes[i] ?? 0 }, (_, c) => start + c)
        emitChannelCopy(context, movedView(context, x), movedView(context, y), source, activationArgs(NO_ACTIVATION))
        return
      }
      const from = addressOf(context, x)
      const part = { ...from, ref: advance(from.ref, start * (from.strides[axis] ?? 0)) }
      emitCopy(context, context.fact(y).shape, part, addressOf(context, y))
    })
  },
})
