/** Whatever depends on constants alone is computed once; nodes whose results are known go. */
import { constantIn, type GraphEdit } from '../../ir/edit.ts'
import { NONE, type Node } from '../../ir/graph.ts'
import { sizeOf } from '../../ir/tensor.ts'
import type { NodeFacts } from '../../ops/op.ts'
import { opOf } from '../../ops/registry.ts'
import type { Pass } from '../pass.ts'

/** Elements that one run of the pass may add, and operations that one node may take. */
const MAX_ADDED = 1 << 26
const MAX_OPERATIONS = 1 << 26

export const foldConstants: Pass = {
  name: 'fold constants',
  run(edit) {
    let added = 0
    for (const node of edit) {
      if (node.outputs.every((id) => edit.tensor(id).data)) {
        edit.remove(node)
        continue
      }
      const size = node.outputs.reduce((sum, id) => sum + sizeOf(edit.tensor(id).fact.shape), 0)
      if (added + size > MAX_ADDED || !foldable(edit, node)) continue
      added += size
      const values = opOf(node.op).evaluate(
        node.attrs,
        node.inputs.map((id) => constantIn(edit, id)),
      )
      edit.remove(node)
      node.outputs.forEach((id, i) => {
        const value = values[i]
        if (value) edit.setData(id, value)
      })
    }
  },
}

function foldable(edit: GraphEdit, node: Node): boolean {
  const present = node.inputs.filter((id) => id !== NONE)
  if (present.length === 0 || present.some((id) => !constantIn(edit, id))) return false
  const facts: NodeFacts = {
    inputs: node.inputs.map((id) => (id === NONE ? undefined : { ...edit.tensor(id).fact, value: constantIn(edit, id) })),
    outputs: node.outputs.map((id) => edit.tensor(id).fact),
  }
  const cost = opOf(node.op).cost(node.attrs, facts)
  return cost.convMacs + cost.linearMacs + cost.elementOps <= MAX_OPERATIONS
}
