/** Weights as the network applies them: with the batch norm that follows their layer multiplied in. */
import { constantOf, consumers, type Graph, NONE, type Node, type NodeId } from '../../ir/graph.ts'
import { affineOf, batchNorm } from '../../ops/batchNorm/op.ts'
import { attrsOf } from '../../ops/op.ts'

/** Batch norms that alone read a layer's output, by the layer. */
export function normsOf(graph: Graph): Map<NodeId, Node> {
  const readersOf = consumers(graph)
  const norms = new Map<NodeId, Node>()
  for (const node of graph.nodes) {
    const out = node.outputs[0] ?? NONE
    const [reader, ...others] = readersOf.get(out) ?? []
    if (reader?.op === 'batchNorm' && others.length === 0 && !graph.outputs.includes(out)) norms.set(node.id, reader)
  }
  return norms
}

/** What a batch norm multiplies each channel by; undefined where its statistics are not constants. */
export function factorOf(graph: Graph, norm: Node | undefined): Float64Array | undefined {
  const parts = norm?.inputs.slice(1).map((id) => constantOf(graph, id)?.data)
  if (!norm || !parts?.every((p) => p !== undefined)) return undefined
  return affineOf(parts, attrsOf(batchNorm, norm.attrs).epsilon).factor
}
