/** Facts of a node's surroundings in its graph, as ops ask for them. */
import { type Graph, NONE, type Node, tensorOf } from '../ir/graph.ts'
import type { NodeFacts } from './op.ts'

export function factsOf(graph: Graph, node: Node): NodeFacts {
  return {
    inputs: node.inputs.map((id) => {
      if (id === NONE) return undefined
      const { fact, data } = tensorOf(graph, id)
      return data ? { ...fact, value: { dtype: fact.dtype, shape: fact.shape, data } } : fact
    }),
    outputs: node.outputs.map((id) => tensorOf(graph, id).fact),
  }
}
