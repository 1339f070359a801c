/** Softmax along one axis, or its logarithm. */
import { z } from 'zod'
import { assert } from '../../base/assert.ts'
import { NONE } from '../../ir/graph.ts'
import { hostTensor, sizeOf, stridesOf } from '../../ir/tensor.ts'
import { addressOf } from '../copyAxes.ts'
import { defineOp } from '../op.ts'
import { channelsOf, costOf, denseFlow, elementsOf, identityFlow, need, normalAxis } from '../shared.ts'

const attributes = z.object({ axis: z.number().int().min(-8).max(7), log: z.boolean().default(false) })
export type SoftmaxAttributes = z.infer<typeof attributes>

export const softmax = defineOp<SoftmaxAttributes>({
  kind: 'softmax',
  title: 'Softmax',
  attributes,
  readsStrided: true,

  infer(attrs, inputs, where) {
    const x = need(inputs, 0, 'input', where)
    normalAxis(attrs.axis, x.shape.length, where)
    return [{ dtype: x.dtype, shape: x.shape, layout: x.layout }]
  },

  cost: (_attrs, facts) => costOf(facts, { elementOps: elementsOf(facts) }),

  flow(attrs, facts, input, output) {
    const x = facts.inputs[0]
    if (!x) return { kind: 'none' }
    const axis = attrs.axis < 0 ? attrs.axis + x.shape.length : attrs.axis
    return axis === 1 || x.shape.length < 2 ? denseFlow(facts, input, output) : identityFlow(channelsOf(x))
  },

  evaluate(attrs, [x]) {
    assert(x, 'softmax needs an input')
    const axis = attrs.axis < 0 ? attrs.axis + x.shape.length : attrs.axis
    const n = x.shape[axis] ?? 1
    const step = stridesOf(x.shape)[axis] ?? 1
    const out = new Float32Array(x.data.length)
    for (let i = 0; i < x.data.length; i++) {
      if (Math.floor(i / step) % n !== 0) continue
      let best = Number.NEGATIVE_INFINITY
      for (let k = 0; k < n; k++) best = Math.max(best, x.data[i + k * step] ?? 0)
      let sum = 0
      for (let k = 0; k < n; k++) sum += Math.exp((x.data[i + k * step] ?? 0) - best)
      for (let k = 0; k < n; k++) {
        const shifted = (x.data[i + k * step] ?? 0) - best
        out[i + k * step] = attrs.log ? shifted - Math.log(sum) : Math.exp(shifted) / sum
      }
    }
    return [hostTensor(x.shape, out)]
  },

  /**
   * Kernel arguments: src, dst, n, source and target stride along the axis, log, then three outer extents
   * with their source and target strides. One unit: one vector. Rank is at most 4.
   */
  lower(context, node, attrs) {
    const x = node.inputs[0] ?? NONE
    const { shape } = context.fact(x)
    const axis = attrs.axis < 0 ? attrs.axis + shape.length : attrs.axis
    const from = addressOf(context, x)
    const to = addressOf(context, node.outputs[0] ?? NONE)
    const others = shape.map((_, i) => i).filter((i) => i !== axis)
    assert(others.length <= 3, `softmax of rank ${shape.length}`)
    const pick = (list: readonly number[], fill: number): number[] => [
      ...new Array<number>(3 - others.length).fill(fill),
      ...others.map((i) => list[i] ?? fill),
    ]
    const n = shape[axis] ?? 1
    const strides = [from.strides[axis] ?? 1, to.strides[axis] ?? 1]
    context.emit('softmax', sizeOf(shape) / n, [
      from.ref,
      to.ref,
      n,
      ...strides,
      attrs.log ? 1 : 0,
      ...pick(shape, 1),
      ...pick(from.strides, 0),
      ...pick(to.strides, 0),
    ])
  },
})
