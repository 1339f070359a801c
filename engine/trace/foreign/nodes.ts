/** Which nodes of a graph an operator of another engine computes, where its name tells that with certainty. */
import { consumers, type Graph, type Node, producers, type TensorId, tensorOf } from '../../ir/graph.ts'

/** Nodes that have more than one ONNX operator where this program exports them: these, called `<node>`, `<node>_1`, and so on. */
const PARTS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  // ncnn keeps the last of the three for its own operator.
  channelShuffle: [['Reshape'], ['Transpose'], ['Reshape', 'ShuffleChannel']],
  globalPool: [['GlobalAveragePool', 'GlobalMaxPool'], ['Flatten']],
  activation: [['HardSigmoid', 'Sigmoid'], ['Mul']],
}
/** onnxruntime calls an operator in its blocked layout after the tensor that it writes. */
const BLOCKED = /_nchwc(_token_\d+)?$/

export class NodeNames {
  private readonly byName = new Map<string, Node>()
  private readonly order = new Map<string, number>()
  private readonly byTensor = new Map<string, Node>()
  private readonly made: ReadonlyMap<TensorId, Node>
  private readonly read: ReadonlyMap<TensorId, readonly Node[]>

  constructor(private readonly graph: Graph) {
    this.made = producers(graph)
    this.read = consumers(graph)
    const twice = new Set<string>()
    for (const [i, node] of graph.nodes.entries()) {
      if (this.byName.has(node.name)) twice.add(node.name)
      this.byName.set(node.name, node)
      this.order.set(node.name, i)
    }
    // A name of two nodes tells neither.
    for (const name of twice) this.byName.delete(name)
    const both = new Set<string>()
    for (const [id, node] of this.made) {
      const { name } = tensorOf(graph, id)
      if (this.byTensor.has(name)) both.add(name)
      this.byTensor.set(name, node)
    }
    for (const name of both) this.byTensor.delete(name)
  }

  /** Names of nodes in graph order, the op that is computed first; none where it cannot be told. */
  of(name: string, type: string): string[] {
    const exact = this.byName.get(name)
    if (exact) return [exact.name]
    const part = this.partOf(name, type)
    if (part) return [part.name]
    if (BLOCKED.test(name)) return this.blocked(name.replace(BLOCKED, ''), type)
    return this.listed(name)
  }

  private partOf(name: string, type: string): Node | undefined {
    const [, base = '', number = ''] = name.match(/^(.+)_([12])$/s) ?? []
    const node = this.byName.get(base)
    return node && PARTS[node.op]?.[Number(number)]?.includes(type) ? node : undefined
  }

  private blocked(tensor: string, type: string): string[] {
    const last = this.byTensor.get(tensor) ?? this.byName.get(tensor.replace(/\.pooled$/, ''))
    if (!last) return []
    if (type !== 'Conv') return [last.name]
    // What was folded into the convolution is between it and the tensor, and nobody else reads on the way.
    const chain: Node[] = []
    for (let node: Node | undefined = last; node; node = this.before(node)) {
      chain.unshift(node)
      if (node.op === 'conv2d') return chain.map((n) => n.name)
    }
    return last.op === 'batchNorm' ? [last.name] : []
  }

  private before({ op, inputs: [input] }: Node): Node | undefined {
    if ((op !== 'activation' && op !== 'batchNorm') || input === undefined) return undefined
    return this.read.get(input)?.length === 1 && !this.graph.outputs.includes(input) ? this.made.get(input) : undefined
  }

  /** TensorFlow Lite: `[a;b;c]:7`, outputs parted by ", ", or by a tab in CSV, and what was fused by ";". */
  private listed(name: string): string[] {
    const inner = name.match(/^\[(.*)\](:\d+)?$/s)?.[1]
    if (inner === undefined) return []
    const parts = inner.split(/;|, |\t/).map((part) => part.trim())
    const found = parts.flatMap((part) => (this.byName.get(part) ?? this.byTensor.get(part))?.name ?? [])
    return [...new Set(found)].sort((a, b) => (this.order.get(a) ?? 0) - (this.order.get(b) ?? 0))
  }
}
