/** The network with its channel shuffles taken out, to measure what they do. */
import { checkGraph } from '../ir/check.ts'
import { type Graph, NONE, type TensorId } from '../ir/graph.ts'
import { OPS } from '../ops/registry.ts'

/**
 * The graph with every `channelShuffle` replaced by the identity: who read its output reads its input, outputs of the
 * graph keep their places. Takes a recognised graph, before shuffles are fused. Throws ScopeError where the result is no graph.
 */
export function withoutShuffles(graph: Graph): Graph {
  const before = new Map<TensorId, TensorId>()
  const source = (id: TensorId): TensorId => before.get(id) ?? id
  const nodes = graph.nodes.flatMap((node) => {
    const inputs = node.inputs.map(source)
    if (node.op !== 'channelShuffle') return [{ ...node, inputs }]
    before.set(node.outputs[0] ?? NONE, inputs[0] ?? NONE)
    return []
  })
  const made: Graph = { ...graph, nodes, outputs: graph.outputs.map(source) }
  checkGraph(made, OPS, 'pass "without shuffles"')
  return made
}
