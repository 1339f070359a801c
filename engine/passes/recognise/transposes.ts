/** Two transposes in a row are one; a softmax between a transpose and its inverse is a softmax along another axis. */
import type { GraphEdit } from '../../ir/edit.ts'
import type { Node } from '../../ir/graph.ts'
import { softmax } from '../../ops/softmax/op.ts'
import { transpose } from '../../ops/transpose/op.ts'
import type { Pass } from '../pass.ts'
import { asOp, input, output, shapeOf, soleProducer } from './match.ts'

/** Input axis of each output axis. */
export function orderOf(edit: GraphEdit, node: Node | undefined): readonly number[] | undefined {
  const attrs = asOp(transpose, node)
  if (!node || !attrs) return undefined
  const rank = shapeOf(edit, output(node)).length
  return attrs.perm ?? Array.from({ length: rank }, (_, i) => rank - 1 - i)
}

export const mergeTransposes: Pass = {
  name: 'merge transposes',
  run(edit) {
    for (const node of edit) {
      const second = orderOf(edit, node)
      const before = second && soleProducer(edit, input(node))
      const first = orderOf(edit, before)
      if (!second || !before || !first) continue
      const perm = second.map((axis) => first[axis] ?? 0)
      edit.replace([before, node], { op: 'transpose', name: node.name, attrs: { perm }, inputs: [input(before)], outputs: node.outputs })
    }
  },
}

export const turnedSoftmax: Pass = {
  name: 'recognise softmax along another axis',
  run(edit) {
    for (const last of edit) {
      const back = orderOf(edit, last)
      const middle = back && soleProducer(edit, input(last))
      const attrs = asOp(softmax, middle)
      const before = middle && soleProducer(edit, input(middle))
      const order = orderOf(edit, before)
      if (!back || !middle || !attrs || !before || !order || back.some((axis, i) => order[axis] !== i)) continue
      const axis = order[attrs.axis < 0 ? attrs.axis + order.length : attrs.axis] ?? 0
      edit.replace([before, middle, last], {
        op: 'softmax',
        name: middle.name,
        attrs: { ...attrs, axis },
        inputs: [input(before)],
        outputs: last.outputs,
      })
    }
  },
}
