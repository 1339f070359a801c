/** What a tensor was before it was only rearranged: how a detection head is told apart by its ops. */
import { type Graph, type Node, producers, type TensorId, tensorOf } from '../../ir/graph.ts'

/** Ops that move values and change none. */
const REARRANGES: ReadonlySet<string> = new Set(['transpose', 'reshape', 'flatten', 'squeeze', 'unsqueeze', 'identity'])

export interface Upstream {
  /** The tensor's extents. */
  shape(id: TensorId): readonly number[]
  /** The node that computes the values of a tensor, past nodes that rearrange them; undefined for an input or a constant. */
  source(id: TensorId): Node | undefined
  /** The inputs of the concatenation along `axis` that the tensor is, past rearranging; undefined where it is none. */
  parts(id: TensorId, axis: number): readonly TensorId[] | undefined
}

export function upstreamOf(graph: Graph): Upstream {
  const made = producers(graph)
  const shape = (id: TensorId) => tensorOf(graph, id).fact.shape
  const source = (id: TensorId) => {
    let node = made.get(id)
    while (node && REARRANGES.has(node.op)) node = made.get(node.inputs[0] ?? -1)
    return node
  }
  const parts = (id: TensorId, axis: number) => {
    const node = source(id)
    if (node?.op !== 'concat') return undefined
    const rank = shape(node.outputs[0] ?? -1).length
    const own = Number(node.attrs.axis)
    return (own < 0 ? own + rank : own) === axis ? node.inputs : undefined
  }
  return { shape, source, parts }
}

/** Whether the node is the activation of that name. */
export function isActivation(node: Node | undefined, kind: string): boolean {
  const used = node?.attrs.function
  return node?.op === 'activation' && typeof used === 'object' && used !== null && 'kind' in used && used.kind === kind
}
