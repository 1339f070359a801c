/** Shapes, axes and pads that come as constant inputs become attributes. */
import { constantIn, type GraphEdit } from '../../ir/edit.ts'
import type { Attributes, Node } from '../../ir/graph.ts'
import { integersOf } from '../../ops/shared.ts'
import type { Pass } from '../pass.ts'
import { output, shapeOf } from './match.ts'

type Rewrite = (edit: GraphEdit, node: Node) => Attributes | undefined

const integers =
  (key: string): Rewrite =>
  (edit, node) => {
    const value = constantIn(edit, node.inputs[1] ?? -1)
    return value && { ...node.attrs, [key]: integersOf(value) }
  }

const REWRITES: ReadonlyMap<string, Rewrite> = new Map<string, Rewrite>([
  // The shape that was inferred says it without -1 and 0.
  ['reshape', (edit, node) => ({ ...node.attrs, shape: [...shapeOf(edit, output(node))], allowZero: true })],
  ['squeeze', integers('axes')],
  ['unsqueeze', integers('axes')],
  ['reduce', integers('axes')],
  [
    'pad',
    (edit, node) => {
      const pads = integers('pads')(edit, node)
      const value = constantIn(edit, node.inputs[2] ?? -1)
      return pads && { ...pads, value: value?.data[0] ?? 0 }
    },
  ],
])

export const constantInputs: Pass = {
  name: 'turn constant inputs into attributes',
  run(edit) {
    for (const node of edit) {
      const rewrite = node.inputs.length > 1 ? REWRITES.get(node.op) : undefined
      const attrs = rewrite?.(edit, node)
      if (attrs) edit.update(node, { attrs, inputs: node.inputs.slice(0, 1) })
    }
  },
}
