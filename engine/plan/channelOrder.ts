/**
 * Channels between a shuffle and the grouped convolution behind it may lie in any order within that convolution's groups, as
 * long as all weights on the way follow. In the order they had before the shuffle, most of them are stored side by side.
 */
import { constantOf, consumers, type Graph, NONE, type Node, type Tensor, type TensorId, tensorOf } from '../ir/graph.ts'
import { fact, type HostTensor } from '../ir/tensor.ts'
import { type Conv2dAttributes, conv2d } from '../ops/conv2d/op.ts'
import { attrsOf } from '../ops/op.ts'
import { shuffleSource } from '../ops/shuffle.ts'

/** The same function; nodes keep their ids and names. Tensors in `kept`, inputs and outputs keep their channels' order. */
export function orderChannels(graph: Graph, kept: readonly TensorId[]): Graph {
  const orderer = new Orderer(graph, kept)
  for (const node of graph.nodes) orderer.follow(node)
  return orderer.finish()
}

class Orderer {
  private readonly changed = new Map<number, Node>()
  private readonly added = new Map<TensorId, Tensor>()
  private readonly consumersOf: ReadonlyMap<TensorId, readonly Node[]>
  private readonly fixed: ReadonlySet<TensorId>
  private nextTensor: number

  constructor(
    private readonly graph: Graph,
    kept: readonly TensorId[],
  ) {
    this.consumersOf = consumers(graph)
    this.fixed = new Set([...graph.outputs, ...kept])
    this.nextTensor = Math.max(-1, ...graph.tensors.keys()) + 1
  }

  /** Changes the order of what `first` stores where everything up to the next grouped convolution can follow. */
  follow(first: Node): void {
    const attrs = convolution(first)
    if (!attrs?.shuffle) return
    const channelwise: Node[] = []
    let reader = this.soleReader(first)
    while (reader && this.isChannelwise(reader)) {
      channelwise.push(reader)
      reader = this.soleReader(reader)
    }
    const last = reader && convolution(reader)
    const channels = tensorOf(this.graph, first.outputs[0] ?? NONE).fact.shape[1] ?? 0
    if (!reader || !last || !this.weight(reader)) return
    // Where channel k of the new order was in the old one.
    const shuffle = { ...attrs.shuffle, runs: last.groups }
    const before = shuffleSource(channels, attrs.shuffle)
    const place = new Map(Array.from(before, (c, k) => [c, k]))
    const from = shuffleSource(channels, shuffle).map((c) => place.get(c) ?? 0)
    // It may itself have followed another order.
    this.changed.set(first.id, { ...(this.changed.get(first.id) ?? first), attrs: { ...first.attrs, shuffle } })
    for (const node of channelwise) {
      this.withConstants(node, (value) => rows(value, from))
      this.withScales(node, from)
    }
    const perGroup = channels / last.groups
    this.withConstants(reader, (value, input) => (input === 1 ? columns(value, from, perGroup) : value))
  }

  finish(): Graph {
    if (this.changed.size === 0) return this.graph
    const tensors = new Map([...this.graph.tensors, ...this.added])
    return { ...this.graph, tensors, nodes: this.graph.nodes.map((n) => this.changed.get(n.id) ?? n) }
  }

  /** The one node that reads what `node` makes, as its input 0, where nobody outside sees it. */
  private soleReader(node: Node): Node | undefined {
    const made = node.outputs[0] ?? NONE
    const readers = this.consumersOf.get(made) ?? []
    const [reader] = readers
    return readers.length === 1 && reader?.inputs[0] === made && !this.fixed.has(made) ? reader : undefined
  }

  private weight(node: Node): HostTensor | undefined {
    const bias = node.inputs[2] ?? NONE
    return bias === NONE || constantOf(this.graph, bias) ? constantOf(this.graph, node.inputs[1] ?? NONE) : undefined
  }

  /** Whether output channel c sees input channel c alone, through weights that can be put in another order. */
  private isChannelwise(node: Node): boolean {
    const attrs = convolution(node)
    const [channels, perIn] = this.weight(node)?.shape ?? []
    return attrs !== undefined && perIn === 1 && attrs.groups === channels && attrs.groups > 1 && !attrs.shuffle && !attrs.residual
  }

  /** 8-bit weights have a scale for each output channel among the attributes. */
  private withScales(node: Node, from: Int32Array): void {
    const quantized = convolution(node)?.quantized
    if (!quantized) return
    const weights = Array.from(from, (c) => quantized.weights[c] ?? 1)
    this.changed.set(node.id, { ...(this.changed.get(node.id) ?? node), attrs: { ...node.attrs, quantized: { ...quantized, weights } } })
  }

  private withConstants(node: Node, make: (value: HostTensor, input: number) => HostTensor): void {
    const inputs = node.inputs.map((id, input) => {
      const value = input === 0 ? undefined : constantOf(this.graph, id)
      const made = value && make(value, input)
      if (!made || made === value) return id
      const { name, fact: old } = tensorOf(this.graph, id)
      const next = this.nextTensor++
      this.added.set(next, { id: next, name, fact: fact(made.shape, made.dtype, old.layout), data: made.data })
      return next
    })
    this.changed.set(node.id, { ...node, inputs })
  }
}

function convolution(node: Node): Conv2dAttributes | undefined {
  return node.op === 'conv2d' ? attrsOf(conv2d, node.attrs) : undefined
}

/** Row k of the result is row from[k]. */
function rows(value: HostTensor, from: Int32Array): HostTensor {
  const data = value.data.slice()
  const length = data.length / from.length
  from.forEach((row, k) => void data.set(value.data.subarray(row * length, (row + 1) * length) as never, k * length))
  return { ...value, data }
}

/** [O, perGroup, kh, kw]: column k of the rows of group g becomes the one that reads channel from[g * perGroup + k]. */
function columns(value: HostTensor, from: Int32Array, perGroup: number): HostTensor {
  const [out = 0, , kh = 1, kw = 1] = value.shape
  const taps = kh * kw
  const data = value.data.slice()
  const perOut = out / (from.length / perGroup)
  for (let o = 0; o < out; o++) {
    const first = Math.floor(o / perOut) * perGroup
    const row = o * perGroup
    for (let k = 0; k < perGroup; k++) {
      const column = (from[first + k] ?? 0) - first
      for (let t = 0; t < taps; t++) data[(row + k) * taps + t] = value.data[(row + column) * taps + t] ?? 0
    }
  }
  return { ...value, data }
}
