/** Edits a graph on behalf of a pass: the pass proposes replacements, `finish` gives a new graph in topological order. */
import { assert } from '../base/assert.ts'
import { type Attributes, consumers, type Graph, type Node, type NodeId, producers, type Stage, type Tensor, type TensorId } from './graph.ts'
import type { HostTensor, Layout, TensorFact } from './tensor.ts'
import { fact } from './tensor.ts'

export class GraphEdit {
  private readonly nodes: Map<NodeId, Node>
  // Most passes find nothing to change and look at few of these: each is made when first asked for.
  private ownTensors: Map<TensorId, Tensor> | undefined
  private ownProducers: Map<TensorId, Node> | undefined
  private ownConsumers: Map<TensorId, Node[]> | undefined
  private outputs: TensorId[]
  private nextTensor: number
  private nextNode: number
  changes = 0

  constructor(private readonly graph: Graph) {
    this.nodes = new Map(graph.nodes.map((n) => [n.id, n]))
    this.outputs = [...graph.outputs]
    this.nextTensor = Math.max(-1, ...graph.tensors.keys()) + 1
    this.nextNode = Math.max(-1, ...this.nodes.keys()) + 1
  }

  private get tensors(): Map<TensorId, Tensor> {
    this.ownTensors ??= new Map(this.graph.tensors)
    return this.ownTensors
  }

  private get producerOf(): Map<TensorId, Node> {
    this.ownProducers ??= producers(this.graph)
    return this.ownProducers
  }

  private get consumersOf(): Map<TensorId, Node[]> {
    this.ownConsumers ??= consumers(this.graph)
    return this.ownConsumers
  }

  /** Nodes still present, in the order of the graph the edit began with, new ones last. */
  *[Symbol.iterator](): Generator<Node> {
    for (const id of [...this.nodes.keys()]) {
      const node = this.nodes.get(id)
      if (node) yield node
    }
  }

  tensor(id: TensorId): Tensor {
    const t = (this.ownTensors ?? this.graph.tensors).get(id)
    assert(t, `no tensor ${id}`)
    return t
  }

  producer(id: TensorId): Node | undefined {
    return this.producerOf.get(id)
  }

  consumers(id: TensorId): readonly Node[] {
    return this.consumersOf.get(id) ?? []
  }

  isOutput(id: TensorId): boolean {
    return this.outputs.includes(id)
  }

  /** The only reader of a tensor that is not a graph output, or undefined. */
  soleConsumer(id: TensorId): Node | undefined {
    const list = this.consumers(id)
    return list.length === 1 && !this.isOutput(id) ? list[0] : undefined
  }

  constant(name: string, value: HostTensor, layout?: Layout): TensorId {
    const id = this.nextTensor++
    this.tensors.set(id, { id, name, fact: fact(value.shape, value.dtype, layout), data: value.data })
    return id
  }

  newTensor(name: string, tensorFact: TensorFact): TensorId {
    const id = this.nextTensor++
    this.tensors.set(id, { id, name, fact: tensorFact })
    return id
  }

  setData(id: TensorId, value: HostTensor): void {
    this.tensors.set(id, { ...this.tensor(id), data: value.data })
    this.changes++
  }

  /** Puts a new node in place of others. It takes over the outputs named and the sources of those it replaces. */
  replace(
    old: readonly Node[],
    made: { op: string; name: string; attrs: Attributes; inputs: readonly TensorId[]; outputs: readonly TensorId[] },
  ): Node {
    const last = old.at(-1)
    assert(last, 'replace needs a node to stand in for')
    const sources = [...new Set(old.flatMap((n) => n.sources))]
    for (const node of old) this.remove(node)
    return this.add({ sources, scope: last.scope }, made)
  }

  /** A new node beside others; it says that it comes from where `like` does. */
  add(
    { sources, scope }: Pick<Node, 'sources' | 'scope'>,
    made: { op: string; name: string; attrs: Attributes; inputs: readonly TensorId[]; outputs: readonly TensorId[] },
  ): Node {
    const node: Node = { id: this.nextNode++, ...made, sources, scope }
    this.insert(node)
    return node
  }

  /** The same node with other attributes, inputs or outputs; its id stays. */
  update(node: Node, change: Partial<Pick<Node, 'attrs' | 'inputs' | 'outputs' | 'op' | 'sources'>>): Node {
    this.remove(node)
    const made = { ...node, ...change }
    this.insert(made)
    return made
  }

  remove(node: Node): void {
    this.nodes.delete(node.id)
    for (const id of node.outputs) if (this.producerOf.get(id)?.id === node.id) this.producerOf.delete(id)
    for (const id of new Set(node.inputs))
      this.consumersOf.set(
        id,
        this.consumers(id).filter((n) => n.id !== node.id),
      )
    this.changes++
  }

  /** Makes every reader of `from`, and the graph's outputs, use `to`. */
  redirect(from: TensorId, to: TensorId): void {
    for (const node of new Set(this.consumers(from))) this.update(node, { inputs: node.inputs.map((id) => (id === from ? to : id)) })
    this.outputs = this.outputs.map((id) => (id === from ? to : id))
    this.changes++
  }

  /** The edited graph: nodes that feed no output are gone, order is topological, unused tensors dropped. */
  finish(stage: Stage = this.graph.stage): Graph {
    const order: Node[] = []
    const done = new Set<NodeId>()
    // Depth-first from the outputs, iterative: a chain of 100,000 nodes must not overflow the stack.
    const stack: { node: Node; next: number }[] = []
    const visit = (id: TensorId): void => {
      const node = this.tensors.get(id)?.data ? undefined : this.producerOf.get(id)
      if (node && !done.has(node.id)) {
        done.add(node.id)
        stack.push({ node, next: 0 })
      }
    }
    for (const output of this.outputs) {
      visit(output)
      while (stack.length > 0) {
        const top = stack.at(-1)
        if (!top) break
        const input = top.node.inputs[top.next++]
        if (input === undefined) {
          order.push(top.node)
          stack.pop()
        } else visit(input)
      }
    }
    // Keep the order that a reader of the loaded graph knows, as far as dependencies allow.
    const rank = new Map([...this.nodes.keys()].map((id, i) => [id, i]))
    const live = new Set<TensorId>([...this.graph.inputs, ...this.outputs])
    for (const node of order) for (const id of [...node.inputs, ...node.outputs]) live.add(id)
    const tensors = new Map([...this.tensors].filter(([id]) => live.has(id)))
    return { ...this.graph, stage, tensors, nodes: stableOrder(order, rank), outputs: this.outputs }
  }

  private insert(node: Node): void {
    this.nodes.set(node.id, node)
    for (const id of node.outputs) this.producerOf.set(id, node)
    for (const id of new Set(node.inputs)) this.consumersOf.set(id, [...this.consumers(id), node])
    this.changes++
  }
}

/** A depth-first order is topological already; `rank` only breaks ties among nodes that wait for nothing. */
function stableOrder(order: readonly Node[], rank: ReadonlyMap<NodeId, number>): Node[] {
  const made = new Set(order.flatMap((n) => n.outputs))
  const waiting = new Map<TensorId, Node[]>()
  const missing = new Map<NodeId, number>()
  const ready: Node[] = []
  for (const node of order) {
    const needs = new Set(node.inputs.filter((id) => made.has(id)))
    missing.set(node.id, needs.size)
    if (needs.size === 0) ready.push(node)
    for (const id of needs) waiting.set(id, [...(waiting.get(id) ?? []), node])
  }
  const position = new Map(order.map((n, i) => [n.id, rank.get(n.id) ?? i]))
  const result: Node[] = []
  // Depth-first order is kept as the tie-break by position; the ready list stays short in CNNs.
  while (ready.length > 0) {
    let best = 0
    for (let i = 1; i < ready.length; i++) if ((position.get(ready[i]?.id ?? -1) ?? 0) < (position.get(ready[best]?.id ?? -1) ?? 0)) best = i
    const [node] = ready.splice(best, 1)
    if (!node) break
    result.push(node)
    for (const id of node.outputs)
      for (const reader of waiting.get(id) ?? []) {
        const left = (missing.get(reader.id) ?? 0) - 1
        missing.set(reader.id, left)
        if (left === 0) ready.push(reader)
      }
  }
  return result
}

/** Constant value of an input of a node in the graph being edited. */
export function constantIn(edit: GraphEdit, id: TensorId): HostTensor | undefined {
  if (id < 0) return undefined
  const { fact: f, data } = edit.tensor(id)
  return data && { dtype: f.dtype, shape: f.shape, data }
}
