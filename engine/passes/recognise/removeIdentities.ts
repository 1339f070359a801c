/** Nodes that give back what they are given go: identities, reshapes to the same shape, empty pads, whole slices. */
import type { GraphEdit } from '../../ir/edit.ts'
import type { Node } from '../../ir/graph.ts'
import { activation } from '../../ops/activation/op.ts'
import { concat } from '../../ops/concat/op.ts'
import { pad } from '../../ops/pad/op.ts'
import { slice } from '../../ops/slice/op.ts'
import { transpose } from '../../ops/transpose/op.ts'
import type { Pass } from '../pass.ts'
import { asOp, input, output, shapeOf } from './match.ts'

export const removeIdentities: Pass = {
  name: 'remove identities',
  run(edit) {
    for (const node of edit) {
      if (!isIdentity(edit, node)) continue
      const [from, to] = [input(node), output(node)]
      if (!edit.isOutput(to)) {
        edit.redirect(to, from)
        edit.remove(node)
        continue
      }
      // An output of the graph keeps its name; one that is an input or a constant of the graph has to be a node.
      const producer = edit.producer(from)
      if (!producer || edit.isOutput(from)) continue
      edit.remove(node)
      edit.redirect(from, to)
      edit.update(producer, { outputs: producer.outputs.map((id) => (id === from ? to : id)) })
    }
  },
}

function isIdentity(edit: GraphEdit, node: Node): boolean {
  const from = edit.tensor(input(node)).fact
  const to = edit.tensor(output(node)).fact
  if (node.outputs.length !== 1 || from.dtype !== to.dtype || from.shape.join() !== to.shape.join()) return false
  switch (node.op) {
    case 'identity':
    case 'cast':
    case 'reshape':
    case 'flatten':
    case 'squeeze':
      return true
    case 'concat': {
      const attrs = asOp(concat, node)
      return node.inputs.length === 1 && attrs?.activation.kind === 'none' && attrs.shuffle === null
    }
    case 'transpose':
      return movesNothing(shapeOf(edit, input(node)), asOp(transpose, node)?.perm ?? null)
    case 'pad':
      return asOp(pad, node)?.pads?.every((n) => n === 0) ?? false
    case 'slice':
      return asOp(slice, node)?.steps.every((s) => s > 0) ?? false
    case 'split':
      return true
    case 'activation':
      return asOp(activation, node)?.function.kind === 'none'
    default:
      return false
  }
}

/** A permutation that only moves axes of extent 1 moves no element. */
export function movesNothing(shape: readonly number[], perm: readonly number[] | null): boolean {
  const order = perm ?? shape.map((_, i) => shape.length - 1 - i)
  const moved = order.filter((axis) => shape[axis] !== 1)
  return moved.every((axis, i) => i === 0 || axis > (moved[i - 1] ?? -1))
}
