/**
 * What removed channels were on average goes into the layer that read them, and the batch norm behind it expects what they
 * contributed to the variance no longer, so that the layers after it see values of the size that they were trained on. Both
 * follow from `moments.ts`, without a photo, channels taken as independent. Sources: Ye et al., arXiv:1802.00124, section 4, for the
 * mean; that a pruned network needs other statistics than it was trained with, Li et al., arXiv:2007.02491, section 3.
 */
import { at } from '../../base/assert.ts'
import { constantOf, type Graph, NONE, type Node, type NodeId, type Tensor, type TensorId, tensorOf } from '../../ir/graph.ts'
import { conv2d } from '../../ops/conv2d/op.ts'
import { attrsOf } from '../../ops/op.ts'
import { groupsOf, orderBehind } from './coupled.ts'
import { momentsAt } from './moments.ts'
import type { Removal } from './remove.ts'
import { factorOf, normsOf } from './weights.ts'

/** Mean and variance that the channels which go gave to each output of a layer, before its bias. */
interface Contribution {
  readonly mean: Float64Array
  readonly variance: Float64Array
}

/** Inputs of a batch norm that hold the running statistics, and of a layer that holds its bias. */
const MEAN = 3
const VARIANCE = 4
const BIAS = 2
/** Of its variance, what a batch norm keeps at least: of channels that cancel each other, the contributions exceed the whole. */
const LEAST = 0.25

/**
 * The graph as it is before the removals, with its statistics and biases as they should be after. Only layers that see a
 * whole position at once are touched (1x1, fully connected): a padded window sees less at the borders.
 */
export function compensate(graph: Graph, removals: readonly Removal[]): Graph {
  const norms = normsOf(graph)
  const edit = new ConstantEdit(graph)
  for (const [id, { mean, variance }] of contributions(graph, removals)) {
    const norm = norms.get(id)
    const node = graph.nodes.find((n) => n.id === id)
    if (norm && factorOf(graph, norm)) {
      edit.set(norm, MEAN, norm.name, (v, r) => v - at(mean, r))
      edit.set(norm, VARIANCE, norm.name, (v, r) => Math.max(LEAST * v, v - at(variance, r)))
    } else if (node) edit.set(node, BIAS, `${node.name}.bias`, (v, r) => v + at(mean, r), mean.length)
  }
  return edit.finish()
}

function contributions(graph: Graph, removals: readonly Removal[]): Map<NodeId, Contribution> {
  const found = new Map<NodeId, Contribution>()
  for (const { coupled, layout } of removals) {
    const goes = new Uint8Array(coupled.channels).fill(1)
    for (const c of layout.kept) goes[c] = 0
    const moments = momentsAt(graph, coupled)
    for (const { node, kind, shuffles, spread } of coupled.places) {
      const read = moments.get(node.id)
      if (kind !== 'reader' || !read || spread > 1 || !isPointwise(node)) continue
      const order = orderBehind(coupled.channels, shuffles)
      const mask = (values: Float64Array): Float64Array => values.map((v, p) => (goes[at(order, p)] ? v : 0))
      const [mean, deviation] = [mask(read.mean), mask(read.deviation)]
      found.set(node.id, {
        mean: weighted(graph, node, (w, p) => w * at(mean, p)),
        variance: weighted(graph, node, (w, p) => (w * at(deviation, p)) ** 2),
      })
    }
  }
  return found
}

function isPointwise(node: Node): boolean {
  if (node.op !== 'conv2d') return true
  const { kernel, pad } = attrsOf(conv2d, node.attrs)
  return kernel.every((k) => k === 1) && pad.every((p) => p === 0)
}

/** For each output of a pointwise layer, the sum of `term` over its weights and the positions that they read. */
function weighted(graph: Graph, node: Node, term: (weight: number, position: number) => number): Float64Array {
  const weight = constantOf(graph, node.inputs[1] ?? NONE)
  const [rows = 0, perIn = 0] = weight?.shape ?? []
  const groups = groupsOf(node)
  return Float64Array.from({ length: rows }, (_, r) => {
    const first = Math.floor((r * groups) / rows) * perIn
    let sum = 0
    for (let k = 0; k < perIn; k++) sum += term(weight?.data[r * perIn + k] ?? 0, first + k)
    return sum
  })
}

/** Gives nodes constants of their own in place of those that they had, or had not. */
class ConstantEdit {
  private readonly tensors: Map<TensorId, Tensor>
  private readonly inputs = new Map<NodeId, TensorId[]>()
  private next: TensorId

  constructor(private readonly graph: Graph) {
    this.tensors = new Map(graph.tensors)
    this.next = Math.max(-1, ...graph.tensors.keys()) + 1
  }

  /** `length` is needed where the input may be absent, which counts as zeros. */
  set(node: Node, input: number, name: string, of: (value: number, index: number) => number, length = 0): void {
    const list = this.inputs.get(node.id) ?? [...node.inputs]
    while (list.length <= input) list.push(NONE)
    const old = list[input] === NONE ? undefined : tensorOf(this.graph, list[input] ?? NONE)
    const data = Float32Array.from(old?.data ?? new Float32Array(length), of)
    const id = this.next++
    this.tensors.set(id, { id, name: old?.name ?? name, fact: { dtype: 'f32', shape: [data.length], layout: 'C' }, data })
    list[input] = id
    this.inputs.set(node.id, list)
  }

  finish(): Graph {
    return { ...this.graph, tensors: this.tensors, nodes: this.graph.nodes.map((n) => ({ ...n, inputs: this.inputs.get(n.id) ?? n.inputs })) }
  }
}
