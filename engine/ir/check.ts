/** Checks that a graph holds together; run after building and after every pass. */
import { ScopeError } from '../base/errors.ts'
import type { OpCatalogue } from './catalogue.ts'
import { type Graph, NONE, type TensorId } from './graph.ts'
import { sizeOf } from './tensor.ts'

/**
 * Throws ScopeError `internal` that names `by` (the pass or importer) and the node at fault when: an id is
 * unknown or produced twice, the order is not topological, an op is unknown, or the recorded facts are not
 * those that the ops infer.
 */
export function checkGraph(graph: Graph, ops: OpCatalogue, by: string): void {
  const fail = (node: string, why: string): never => {
    throw new ScopeError({
      code: 'internal',
      what: `Graph "${graph.name}" after ${by}`,
      why: `node "${node}" ${why}`,
      hint: 'Please report this with the model file',
      where: node,
    })
  }
  const ready = new Set<TensorId>(graph.inputs)
  for (const tensor of graph.tensors.values()) {
    if (!tensor.data) continue
    if (tensor.data.length !== sizeOf(tensor.fact.shape))
      fail(tensor.name, `holds ${tensor.data.length} elements for shape [${tensor.fact.shape.join(', ')}]`)
    ready.add(tensor.id)
  }
  const produced = new Set<TensorId>()
  const ids = new Set<number>()
  for (const node of graph.nodes) {
    if (ids.has(node.id)) fail(node.name, `has an id (${node.id}) that another node has`)
    ids.add(node.id)
    if (!ops.has(node.op)) fail(node.name, `has an unknown op "${node.op}"`)
    const inputs = node.inputs.map((id) => {
      if (id === NONE) return undefined
      const tensor = graph.tensors.get(id) ?? fail(node.name, `reads tensor ${id}, which does not exist`)
      if (!ready.has(id)) fail(node.name, `reads "${tensor.name}" before it is computed`)
      return tensor.data ? { ...tensor.fact, value: { dtype: tensor.fact.dtype, shape: tensor.fact.shape, data: tensor.data } } : tensor.fact
    })
    const facts = ops.infer(node.op, node.attrs, inputs, node.name)
    if (facts.length !== node.outputs.length) fail(node.name, `has ${node.outputs.length} outputs where ${node.op} makes ${facts.length}`)
    node.outputs.forEach((id, i) => {
      const tensor = graph.tensors.get(id) ?? fail(node.name, `writes tensor ${id}, which does not exist`)
      const expected = facts[i]
      if (produced.has(id)) fail(node.name, `writes "${tensor.name}" a second time`)
      if (expected && (tensor.fact.dtype !== expected.dtype || tensor.fact.shape.join() !== expected.shape.join()))
        fail(
          node.name,
          `records ${tensor.fact.dtype}[${tensor.fact.shape.join(', ')}] where ${node.op} makes ${expected.dtype}[${expected.shape.join(', ')}]`,
        )
      produced.add(id)
      ready.add(id)
    })
  }
  for (const id of graph.outputs) if (!ready.has(id)) fail(`output ${id}`, 'is never computed')
}
