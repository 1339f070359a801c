/** A product with a constant matrix is a fully connected layer, a constant row added to it its bias. */
import { constantIn } from '../../ir/edit.ts'
import { NONE } from '../../ir/graph.ts'
import { NO_ACTIVATION } from '../../ops/activationFunction.ts'
import { binary } from '../../ops/binary/op.ts'
import { linear } from '../../ops/linear/op.ts'
import type { Pass } from '../pass.ts'
import { asOp, input, output, shapeOf, soleProducer, withConstant } from './match.ts'

export const productToLinear: Pass = {
  name: 'recognise fully connected layers',
  run(edit) {
    for (const node of edit) {
      const weight = node.op === 'matmul' ? constantIn(edit, input(node, 1)) : undefined
      if (weight?.dtype !== 'f32' || weight.shape.length !== 2 || shapeOf(edit, input(node)).length !== 2) continue
      // The matrix stays as it lies in the file: it may be most of the model.
      const attrs = { activation: NO_ACTIVATION, transposed: true }
      edit.replace([node], { op: 'linear', name: node.name, attrs, inputs: [input(node), input(node, 1), NONE], outputs: node.outputs })
    }
  },
}

export const linearBias: Pass = {
  name: 'put additions into fully connected layers',
  run(edit) {
    for (const add of edit) {
      if (asOp(binary, add)?.function !== 'add' || asOp(binary, add)?.activation.kind !== 'none') continue
      const parts = withConstant(edit, add)
      const layer = parts && soleProducer(edit, parts.other)
      if (!parts || !layer || asOp(linear, layer)?.activation.kind !== 'none') continue
      const outputs = shapeOf(edit, output(layer))[1] ?? 0
      const { shape, data } = parts.value
      const row = shape.at(-1) === outputs && data.length === outputs && shape.length <= 2
      if (!(row || data.length === 1) || shapeOf(edit, output(add)).length !== 2) continue
      const own = constantIn(edit, input(layer, 2))
      if (input(layer, 2) !== NONE && !own) continue
      const sum = Float32Array.from({ length: outputs }, (_, i) => (own?.data[i] ?? 0) + (data[row ? i : 0] ?? 0))
      const bias = edit.constant(`${layer.name}:bias`, { dtype: 'f32', shape: [outputs], data: sum })
      const inputs = [input(layer), input(layer, 1), bias]
      edit.replace([layer, add], { op: 'linear', name: layer.name, attrs: layer.attrs, inputs, outputs: add.outputs })
    }
  },
}
