/** A mean or maximum over rows and columns of a feature map, or a window as large as the map, is a global pooling. */
import { pool2d } from '../../ops/pool2d/op.ts'
import { reduce } from '../../ops/reduce/op.ts'
import type { Pass } from '../pass.ts'
import { asOp, input, shapeOf } from './match.ts'

export const wholeWindow: Pass = {
  name: 'recognise poolings of the whole map',
  run(edit) {
    for (const node of edit) {
      const attrs = asOp(pool2d, node)
      if (attrs?.activation.kind !== 'none' || attrs.pad.some((p) => p !== 0)) continue
      const [, , height, width] = shapeOf(edit, input(node))
      if (attrs.kernel[0] !== height || attrs.kernel[1] !== width) continue
      const made = { mode: attrs.mode, keepDims: true }
      edit.replace([node], { op: 'globalPool', name: node.name, attrs: made, inputs: [input(node)], outputs: node.outputs })
    }
  },
}

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
