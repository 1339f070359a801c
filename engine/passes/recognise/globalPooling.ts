/** A mean or maximum over rows and columns of a feature map is a global pooling. */
import { reduce } from '../../ops/reduce/op.ts'
import type { Pass } from '../pass.ts'
import { asOp, input, shapeOf } from './match.ts'

export const globalPooling: Pass = {
  name: 'recognise global poolings',
  run(edit) {
    for (const node of edit) {
      const attrs = asOp(reduce, node)
      const rank = shapeOf(edit, input(node)).length
      if (!attrs?.axes || attrs.function === 'sum' || rank !== 4 || edit.tensor(input(node)).fact.dtype !== 'f32') continue
      const axes = attrs.axes.map((a) => (a < 0 ? a + rank : a)).sort()
      if (axes.join() !== '2,3') continue
      const mode = attrs.function === 'mean' ? 'average' : 'max'
      edit.replace([node], {
        op: 'globalPool',
        name: node.name,
        attrs: { mode, keepDims: attrs.keepDims },
        inputs: [input(node)],
        outputs: node.outputs,
      })
    }
  },
}
