/** Runs a graph with the ops' scalar evaluation: slow, plain, and what everything else is compared with. */
import { assert } from '../base/assert.ts'
import { throwIfCancelled } from '../base/cancel.ts'
import { constantOf, type Graph, NONE, type TensorId } from '../ir/graph.ts'
import type { HostTensor } from '../ir/tensor.ts'
import { OPS } from '../ops/registry.ts'

/** Values of all tensors after a run; inputs row-major, in the order of the graph's inputs. Throws `cancelled`. */
export function evaluateGraph(graph: Graph, inputs: readonly HostTensor[], signal?: AbortSignal): Map<TensorId, HostTensor> {
  const values = new Map<TensorId, HostTensor>()
  graph.inputs.forEach((id, i) => {
    const value = inputs[i]
    assert(value, `input ${i} of graph "${graph.name}" is missing`)
    values.set(id, value)
  })
  const read = (id: TensorId): HostTensor | undefined => (id === NONE ? undefined : (values.get(id) ?? constantOf(graph, id)))
  for (const node of graph.nodes) {
    throwIfCancelled(signal, 'Reference run')
    if (node.outputs.every((id) => constantOf(graph, id))) continue
    const made = OPS.evaluate(node.op, node.attrs, node.inputs.map(read))
    node.outputs.forEach((id, i) => {
      const value = made[i]
      if (value) values.set(id, value)
    })
  }
  for (const id of graph.outputs) {
    const value = read(id)
    if (value) values.set(id, value)
  }
  return values
}
