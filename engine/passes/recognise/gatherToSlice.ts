/** Picking one part after channels were reshaped into parts is a slice of channels (ShuffleNet v2's halves). */
import { gather } from '../../ops/gather/op.ts'
import type { Pass } from '../pass.ts'
import { asOp, input, output, scalarIn, shapeOf } from './match.ts'

export const gatherToSlice: Pass = {
  name: 'recognise slices of channels',
  run(edit) {
    for (const node of edit) {
      const attrs = asOp(gather, node)
      const index = attrs && scalarIn(edit, input(node, 1))
      if (!attrs || index === undefined || shapeOf(edit, input(node, 1)).length !== 0) continue
      const parts = shapeOf(edit, input(node))
      const axis = attrs.axis < 0 ? attrs.axis + parts.length : attrs.axis
      const reshape = edit.producer(input(node))
      if (reshape?.op !== 'reshape') continue
      const map = shapeOf(edit, input(reshape))
      const result = shapeOf(edit, output(node))
      const count = parts[axis] ?? 1
      const whole = map.length === 4 && result.length === 4 && map[0] === 1 && result[0] === 1
      // Everything before the parts' axis must be 1, so that a part is a run of elements.
      const leading = parts.slice(0, axis).every((n) => n === 1)
      const same = result[1] !== undefined && result[1] * count === map[1] && result[2] === map[2] && result[3] === map[3]
      if (!whole || !leading || !same) continue
      const channels = result[1] ?? 0
      const part = index < 0 ? index + count : index
      const cut = { axes: [1], starts: [part * channels], ends: [(part + 1) * channels], steps: [1] }
      edit.replace([node], { op: 'slice', name: node.name, attrs: cut, inputs: [input(reshape)], outputs: node.outputs })
    }
  },
}
