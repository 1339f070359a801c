/** Takes channels out of a graph: weights lose their rows and columns, feature maps become narrower. */
import { at } from '../../base/assert.ts'
import { checkGraph } from '../../ir/check.ts'
import { constantOf, type Graph, NONE, type Node, type NodeId, type Tensor, type TensorId, tensorOf } from '../../ir/graph.ts'
import type { HostTensor, TensorData } from '../../ir/tensor.ts'
import { allocate, fact } from '../../ir/tensor.ts'
import { factsOf } from '../../ops/facts.ts'
import { OPS } from '../../ops/registry.ts'
import { type CoupledChannels, flattens, groupsOf, orderBehind } from './coupled.ts'
import type { Layout } from './layout.ts'

/** Channels that go, and how those that stay are laid out. */
export interface Removal {
  readonly coupled: CoupledChannels
  readonly layout: Layout
}

/** What a node's weights become: the old index of each new one. */
interface Cut {
  /** Output channels of a layer. */
  rows?: Int32Array
  /** Positions of its input, over all groups; each is `spread` columns. */
  columns?: Int32Array
  spread?: number
  /** Channels of a batch norm or a depthwise layer. */
  channels?: Int32Array
}

/** The graph without the channels that `removals` leave out; node ids and names stay, so do the inputs and outputs. */
export function removeChannels(graph: Graph, removals: readonly Removal[]): Graph {
  const cuts = cutsOf(removals)
  const flat = new Set(removals.flatMap(({ coupled }) => coupled.places.map((p) => p.node.id)))
  const made = new Remaking(graph)
  for (const node of graph.nodes) made.add(node, cuts.get(node.id) ?? {}, flat.has(node.id))
  const pruned = made.finish()
  checkGraph(pruned, OPS, 'pass "prune channels"')
  return pruned
}

function cutsOf(removals: readonly Removal[]): Map<NodeId, Cut> {
  const cuts = new Map<NodeId, Cut>()
  const cut = (node: Node, more: Cut): void => {
    cuts.set(node.id, { ...cuts.get(node.id), ...more })
  }
  for (const { coupled, layout } of removals) {
    cut(coupled.maker, { rows: layout.kept })
    for (const place of coupled.places) {
      const from = positionsBehind(coupled, layout, place.shuffles)
      if (place.kind === 'reader') cut(place.node, { columns: from, spread: place.spread })
      else if (place.kind !== 'plain') cut(place.node, { channels: from })
    }
  }
  return cuts
}

/** from[p] = the position that held, before, the channel at position p behind the shuffles. */
function positionsBehind({ channels }: CoupledChannels, { channels: left, kept }: Layout, shuffles: Parameters<typeof orderBehind>[1]): Int32Array {
  const position = new Int32Array(channels)
  orderBehind(channels, shuffles).forEach((c, p) => {
    position[c] = p
  })
  return orderBehind(left, shuffles).map((slot) => at(position, at(kept, slot)))
}

class Remaking {
  private readonly nodes: Node[] = []
  private readonly tensors: Map<TensorId, Tensor>
  private next: TensorId

  constructor(private readonly graph: Graph) {
    this.tensors = new Map(graph.tensors)
    this.next = Math.max(-1, ...graph.tensors.keys()) + 1
  }

  add(node: Node, cut: Cut, passed: boolean): void {
    const made =
      passed && flattens(this.graph, node) !== undefined ? { ...node, op: 'flatten', attrs: { axis: 1 }, inputs: [node.inputs[0] ?? NONE] } : node
    this.push({ ...made, ...this.cutNode(made, cut) })
  }

  private cutNode(node: Node, { rows, columns, spread = 1, channels }: Cut): Pick<Node, 'inputs' | 'attrs'> {
    const [x = NONE, w = NONE, ...rest] = node.inputs
    if (channels) {
      const attrs = node.op === 'conv2d' ? { ...node.attrs, groups: channels.length } : node.attrs
      return { attrs, inputs: [x, ...[w, ...rest].map((id) => this.gathered(id, channels))] }
    }
    if (!rows && !columns) return node
    const weight = columns ? this.narrowed(node, columns, spread, rows) : this.gathered(w, rows)
    return { attrs: node.attrs, inputs: [x, weight, ...rest.map((id) => this.gathered(id, rows))] }
  }

  /** The weights [out, in per group, ...] with the rows and columns that stay. */
  private narrowed(node: Node, columns: Int32Array, spread: number, rows: Int32Array | undefined): TensorId {
    const id = node.inputs[1] ?? NONE
    const { shape, data } = this.constant(id)
    const [out = 0, perIn = 0, ...taps] = shape
    const each = taps.reduce((a, b) => a * b, 1) * spread
    const groups = groupsOf(node)
    const [before, after] = [perIn / spread, columns.length / groups]
    const count = rows?.length ?? out
    const values = new Float32Array(count * after * each)
    for (let r = 0, to = 0; r < count; r++) {
      const group = Math.floor((r * groups) / count)
      const row = (rows ? at(rows, r) : r) * before
      for (let k = 0; k < after; k++, to += each) {
        const column = at(columns, group * after + k) - group * before
        values.set(data.subarray((row + column) * each, (row + column + 1) * each), to)
      }
    }
    return this.store(id, [count, after * spread, ...taps], values)
  }

  /** A constant with the entries of its first axis that stay. */
  private gathered(id: TensorId, rows: Int32Array | undefined): TensorId {
    if (id === NONE || !rows) return id
    const { shape, data, dtype } = this.constant(id)
    const each = data.length / (shape[0] ?? 1)
    const values = allocate(dtype, rows.length * each)
    rows.forEach((from, to) => {
      values.set(data.subarray(from * each, (from + 1) * each), to * each)
    })
    return this.store(id, [rows.length, ...shape.slice(1)], values)
  }

  private constant(id: TensorId): HostTensor {
    return constantOf(this.graph, id) ?? { dtype: 'f32', shape: [0], data: new Float32Array(0) }
  }

  /** Always a tensor of its own: another node may share the old one and keep it whole. */
  private store(old: TensorId, shape: readonly number[], data: TensorData): TensorId {
    const { name, fact: was } = tensorOf(this.graph, old)
    const id = this.next++
    this.tensors.set(id, { id, name, fact: fact(shape, was.dtype, was.layout), data })
    return id
  }

  private push(node: Node): void {
    this.nodes.push(node)
    const facts = OPS.infer(node.op, node.attrs, factsOf({ ...this.graph, tensors: this.tensors }, node).inputs, node.name)
    node.outputs.forEach((id, i) => {
      const old = tensorOf(this.graph, id)
      this.tensors.set(id, { ...old, fact: { ...old.fact, shape: at(facts, i).shape } })
    })
  }

  finish(): Graph {
    const { inputs, outputs } = this.graph
    const used = new Set([...inputs, ...outputs, ...this.nodes.flatMap((n) => [...n.inputs, ...n.outputs])])
    return { ...this.graph, tensors: new Map([...this.tensors].filter(([id]) => used.has(id))), nodes: this.nodes }
  }
}
