/** The channel flow of one unit: its tensors, its ops, and what the engine says of how channels pass through each op. */
import { flowOf, type Graph, NONE, type Node, tensorOf } from '../../engine/index.ts'
import type { UnitFlow, UnitLink, UnitOp, UnitTensor, UnitView } from './contract/index.ts'
import { placeOf } from './network.ts'
import { opLabel, shuffleOf } from './opWords.ts'

/** The unit `scope` of `graph`, as it is and with its shuffles taken out. Undefined where no node lies in it. */
export function unitView(graph: Graph, scope: string): UnitView | undefined {
  const nodes = graph.nodes.filter((n) => placeOf(n).item === scope)
  if (nodes.length === 0) return undefined
  return {
    scope,
    on: unitFlow(graph, nodes, true),
    off: unitFlow(graph, nodes, false),
    hasShuffle: nodes.some((n) => shuffleOf(n) !== null),
  }
}

function unitFlow(graph: Graph, nodes: readonly Node[], shuffled: boolean): UnitFlow {
  const made = new Set(nodes.flatMap((n) => n.outputs))
  const seen = shuffled ? graph : { ...graph, nodes: graph.nodes.map(withoutShuffle) }
  const tensors = new Map<number, UnitTensor>()
  const links: UnitLink[] = []
  const inputs: number[] = []
  const add = (id: number) => {
    if (tensors.has(id)) return
    const { name, fact } = tensorOf(graph, id)
    tensors.set(id, { id, name, channels: fact.shape.length >= 2 ? (fact.shape[1] ?? 1) : 1, shape: fact.shape })
  }
  for (const node of nodes) {
    node.inputs.forEach((id, input) => {
      if (id === NONE || tensorOf(graph, id).data) return
      add(id)
      if (!made.has(id) && !inputs.includes(id)) inputs.push(id)
      node.outputs.forEach((to, output) => {
        const flow = flowOf(seen, node.id, input, output)
        if (flow.kind === 'none') return
        add(to)
        links.push({ node: node.id, from: id, to, flow: shuffled || node.op !== 'channelShuffle' ? flow : identity(tensors.get(to)?.channels ?? 0) })
      })
    })
    for (const id of node.outputs) add(id)
  }
  const readInside = new Set(nodes.flatMap((n) => n.inputs))
  const readOutside = new Set(graph.nodes.filter((n) => !nodes.includes(n)).flatMap((n) => n.inputs))
  const outputs = [...made].filter((id) => !readInside.has(id) || readOutside.has(id) || graph.outputs.includes(id))
  return { tensors: [...tensors.values()], ops: nodes.map((n) => opOf(graph, n)), links, inputs, outputs }
}

/** The node with a fused shuffle taken out of its attributes. */
function withoutShuffle(node: Node): Node {
  return node.attrs.shuffle ? { ...node, attrs: { ...node.attrs, shuffle: null } } : node
}

function identity(channels: number): { kind: 'map'; source: Int32Array } {
  return { kind: 'map', source: Int32Array.from({ length: channels }, (_, i) => i) }
}

function opOf(graph: Graph, node: Node): UnitOp {
  const groups = node.op === 'conv2d' ? Number(node.attrs.groups ?? 1) : 1
  return { node: node.id, name: node.name, op: node.op, label: opLabel(graph, node), groups, shuffle: shuffleOf(node) }
}
