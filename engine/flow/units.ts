/** The units of any network, by its shape alone: pieces between tensors that everything flows through, and stages of equal feature maps. */
import { type Graph, type Node, type TensorId, tensorOf } from '../ir/graph.ts'

/** A piece of the network with one tensor in and one out, that holds at least one convolution. */
export interface FlowUnit {
  /** The first two segments of its first convolution's scope, e.g. "stage2/unit1"; without scopes, that convolution's name. */
  readonly name: string
  readonly nodes: readonly Node[]
  readonly input: TensorId
  readonly output: TensorId
  /** Most groups of its convolutions that are not depthwise, and of its shuffles; 1 where it has none. */
  readonly groups: number
}

/** Consecutive units whose outputs have one shape. The first one makes the feature map that the others keep. */
export interface FlowStage {
  readonly units: readonly FlowUnit[]
  /** Output of the first unit, [N, channels, H, W]. */
  readonly source: TensorId
  readonly channels: number
}

/** Ops that, where everything flows through them, belong to the unit before them. */
const FOLLOWS = new Set(['activation', 'batchNorm', 'binary', 'channelShuffle', 'identity', 'pad', 'pool2d', 'resize'])

/** A tensor that is read further on than this many nodes is a side branch (a detector's scales), and holds no unit together. */
const SIDE_BRANCH = 32

/**
 * Units in network order, of a recognised graph. A unit ends at a tensor that is the only one still to be read (side
 * branches aside). Pooling, activation and shuffle between units belong to the one before; a classifier belongs to none.
 */
export function unitsOf(graph: Graph): FlowUnit[] {
  const last = lastReadings(graph)
  const live = new Set<TensorId>(graph.inputs.filter((id) => last.has(id)))
  const made: { nodes: Node[]; input: TensorId; output: TensorId }[] = []
  let nodes: Node[] = []
  let input = graph.inputs[0] ?? -1
  for (const [i, node] of graph.nodes.entries()) {
    nodes.push(node)
    for (const id of node.outputs) if (last.has(id)) live.add(id)
    for (const id of live) if ((last.get(id) ?? -1) <= i) live.delete(id)
    const [only] = live
    if (live.size !== 1 || only === undefined || !node.outputs.includes(only)) continue
    const before = made.at(-1)
    if (nodes.some((n) => n.op === 'conv2d')) {
      made.push({ nodes, input, output: only })
      nodes = []
    } else {
      if (before && nodes.every((n) => FOLLOWS.has(n.op))) {
        before.nodes.push(...nodes)
        before.output = only
      }
      nodes = []
    }
    input = only
  }
  return made.map((u) => ({ ...u, name: nameOf(u.nodes), groups: groupsOf(graph, u.nodes) }))
}

/** Position of the node that reads each tensor last, side branches left out. */
function lastReadings(graph: Graph): Map<TensorId, number> {
  const madeAt = new Map<TensorId, number>(graph.inputs.map((id) => [id, 0]))
  const last = new Map<TensorId, number>()
  for (const [i, node] of graph.nodes.entries()) {
    for (const id of node.inputs) {
      const at = madeAt.get(id)
      if (at !== undefined && i - at <= SIDE_BRANCH) last.set(id, i)
    }
    for (const id of node.outputs) madeAt.set(id, i)
  }
  return last
}

/** Runs of units that keep the shape of the feature map (rank 4), of two or more. */
export function stagesOf(graph: Graph, units: readonly FlowUnit[] = unitsOf(graph)): FlowStage[] {
  const stages: FlowUnit[][] = []
  let shape = ''
  for (const unit of units) {
    const own = tensorOf(graph, unit.output).fact.shape
    const key = own.length === 4 ? own.join() : ''
    const run = stages.at(-1)
    if (run && key !== '' && key === shape && run.at(-1)?.output === unit.input) run.push(unit)
    else stages.push([unit])
    shape = key
  }
  return stages
    .filter((run) => run.length > 1)
    .map((run) => {
      const source = run[0]?.output ?? -1
      return { units: run, source, channels: tensorOf(graph, source).fact.shape[1] ?? 1 }
    })
}

function nameOf(nodes: readonly Node[]): string {
  const first = nodes.find((n) => n.op === 'conv2d') ?? nodes[0]
  const scope = first?.scope ?? ''
  return scope.includes('/') ? scope.split('/').slice(0, 2).join('/') : (first?.name ?? '')
}

function groupsOf(graph: Graph, nodes: readonly Node[]): number {
  let most = 1
  for (const node of nodes) {
    if (node.op === 'channelShuffle') most = Math.max(most, Number(node.attrs.groups ?? 1))
    const [x] = node.inputs
    if (node.op !== 'conv2d' || x === undefined) continue
    const groups = Number(node.attrs.groups ?? 1)
    if (groups < (tensorOf(graph, x).fact.shape[1] ?? 1)) most = Math.max(most, groups)
  }
  return most
}
