/** An activation function on its own; in the fused stage most of them are epilogues of what comes before. */
import { z } from 'zod'
import { assert } from '../../base/assert.ts'
import { NONE } from '../../ir/graph.ts'
import { hostTensor, sizeOf } from '../../ir/tensor.ts'
import { activationArgs, activationOf, activationSchema } from '../activationFunction.ts'
import { pixelsOf } from '../lowering.ts'
import { defineOp } from '../op.ts'
import { costOf, elementsOf, elementwiseFlow, need } from '../shared.ts'

const attributes = z.object({ function: activationSchema })
export type ActivationAttributes = z.infer<typeof attributes>

export const activation = defineOp<ActivationAttributes>({
  kind: 'activation',
  title: 'Activation',
  attributes,
  readsStrided: true,
  storesStrided: true,

  infer(_attrs, inputs, where) {
    const { dtype, shape, layout } = need(inputs, 0, 'input', where)
    return [{ dtype, shape, layout }]
  },

  cost: (_attrs, facts) => costOf(facts, { elementOps: elementsOf(facts) }),
  flow: (_attrs, facts, input, output) => elementwiseFlow(facts, input, output),

  evaluate(attrs, [x]) {
    assert(x, 'an activation needs an input')
    return [hostTensor(x.shape, Float32Array.from(x.data, activationOf(attrs.function)))]
  },

  /** Kernel arguments: src, dst, source and target pixel stride, channels, activation code and its two parameters. */
  lower(context, node, attrs) {
    const x = node.inputs[0] ?? NONE
    const y = node.outputs[0] ?? NONE
    const { shape } = context.fact(x)
    if (shape.length === 4 || shape.length === 2) {
      const src = context.view(x)
      const dst = context.view(y)
      context.emit('activation', pixelsOf(dst), [src.ref, dst.ref, src.pixelStride, dst.pixelStride, src.channels, ...activationArgs(attrs.function)])
    } else context.emit('activation', 1, [context.flat(x), context.flat(y), 0, 0, sizeOf(shape), ...activationArgs(attrs.function)])
  },
})
