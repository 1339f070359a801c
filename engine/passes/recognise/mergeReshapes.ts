/** A reshape of a reshape is one reshape; a transpose that moves only axes of extent 1 is a reshape too. */
import type { GraphEdit } from '../../ir/edit.ts'
import type { Node } from '../../ir/graph.ts'
import { transpose } from '../../ops/transpose/op.ts'
import type { Pass } from '../pass.ts'
import { asOp, input, output, shapeOf, soleProducer } from './match.ts'
import { movesNothing } from './removeIdentities.ts'

const RESHAPES = new Set(['reshape', 'flatten', 'squeeze', 'unsqueeze'])

export const mergeReshapes: Pass = {
  name: 'merge reshapes',
  run(edit) {
    for (const node of edit) {
      if (!isReshape(edit, node)) continue
      const before = soleProducer(edit, input(node))
      if (before && isReshape(edit, before)) asReshape(edit, [before, node], input(before), node)
      else if (node.op === 'transpose') asReshape(edit, [node], input(node), node)
    }
  },
}

function isReshape(edit: GraphEdit, node: Node): boolean {
  if (node.inputs.length !== 1) return false
  return RESHAPES.has(node.op) || (node.op === 'transpose' && movesNothing(shapeOf(edit, input(node)), asOp(transpose, node)?.perm ?? null))
}

function asReshape(edit: GraphEdit, old: readonly Node[], from: number, last: Node): void {
  const attrs = { shape: [...shapeOf(edit, output(last))], allowZero: true }
  edit.replace(old, { op: 'reshape', name: last.name, attrs, inputs: [from], outputs: last.outputs })
}
