/** A constant per channel, added after a convolution, is its bias. */
import { constantIn } from '../../ir/edit.ts'
import { NONE } from '../../ir/graph.ts'
import { binary } from '../../ops/binary/op.ts'
import { conv2d } from '../../ops/conv2d/op.ts'
import type { Pass } from '../pass.ts'
import { asOp, input, output, perChannel, shapeOf, soleProducer, withConstant } from './match.ts'

export const convolutionBias: Pass = {
  name: 'put additions into convolutions',
  run(edit) {
    for (const add of edit) {
      const sum = asOp(binary, add)
      if (sum?.function !== 'add' || sum.activation.kind !== 'none') continue
      const parts = withConstant(edit, add)
      const conv = parts && soleProducer(edit, parts.other)
      const attrs = asOp(conv2d, conv)
      if (!parts || !conv || !attrs || attrs.residual || attrs.shuffle || attrs.activation.kind !== 'none') continue
      if (shapeOf(edit, output(add)).join() !== shapeOf(edit, output(conv)).join()) continue
      const offset = perChannel(parts.value, shapeOf(edit, output(conv))[1] ?? 0)
      const own = constantIn(edit, input(conv, 2))
      if (!offset || (input(conv, 2) !== NONE && !own)) continue
      const data = offset.map((x, c) => x + (own?.data[c] ?? 0))
      const bias = edit.constant(`${conv.name}:bias`, { dtype: 'f32', shape: [data.length], data })
      const inputs = [input(conv), input(conv, 1), bias]
      edit.replace([conv, add], { op: 'conv2d', name: conv.name, attrs: conv.attrs, inputs, outputs: add.outputs })
    }
  },
}
