/**
 * Cross-layer equalisation: between two convolutions with nothing but a ReLU in between, a channel may be made smaller by the
 * weights of the first and larger again by those of the second. Channels that reach equally far share one 8-bit scale well.
 * Source: Nagel et al., arXiv:1906.04721, section 4.1, with ranges of activations in place of weights: each output channel's
 * weights have a scale of their own here, so that in front of a depthwise layer it costs nothing.
 */
import { constantOf, consumers, type Graph, NONE, type Node, type Tensor, type TensorId, tensorOf } from '../../ir/graph.ts'
import { type Conv2dAttributes, conv2d } from '../../ops/conv2d/op.ts'
import { attrsOf } from '../../ops/op.ts'
import { shuffleSource } from '../../ops/shuffle.ts'

/** How far channels are taken towards the farthest, as a power: all the way in front of depthwise layers, half of it elsewhere. */
const DEPTHWISE = 1
const OTHER = 0.5
/** Channels that are all but dead are not blown up beyond this. */
const MOST = 64

/** `reach`: of each channel of a tensor, the largest magnitude over photos. The same function up to rounding. */
export function equalise(graph: Graph, reach: ReadonlyMap<TensorId, Float64Array>): Graph {
  const consumersOf = consumers(graph)
  const tensors = new Map(graph.tensors)
  for (const node of graph.nodes) {
    const made = node.outputs[0] ?? NONE
    const [reader, ...others] = consumersOf.get(made) ?? []
    const far = reach.get(made)
    if (!reader || others.length > 0 || graph.outputs.includes(made) || !far) continue
    const [first, second] = [scalable(graph, node), convolution(graph, reader)]
    if (!first || !second || reader.inputs[0] !== made || reader.inputs[3] === made) continue
    const depthwise = tensorOf(graph, reader.inputs[1] ?? NONE).fact.shape[1] === 1
    const factors = factorsOf(far, depthwise ? DEPTHWISE : OTHER)
    shrink(tensors, node, first, factors)
    grow(tensors, reader, second, factors)
  }
  return { ...graph, tensors }
}

function convolution(graph: Graph, node: Node): Conv2dAttributes | undefined {
  if (node.op !== 'conv2d') return undefined
  const [, w = NONE, b = NONE] = node.inputs
  const isConstant = (id: TensorId): boolean => id === NONE || constantOf(graph, id) !== undefined
  return isConstant(w) && isConstant(b) ? attrsOf(conv2d, node.attrs) : undefined
}

/** A convolution whose output channels can be scaled by positive factors: nothing is added to them, and only 0 bounds them. */
function scalable(graph: Graph, node: Node): Conv2dAttributes | undefined {
  const attrs = convolution(graph, node)
  if (!attrs || attrs.residual) return undefined
  const { activation } = attrs
  return activation.kind === 'none' || (activation.kind === 'clip' && activation.min === 0 && activation.max === null) ? attrs : undefined
}

/** What each channel is divided by. */
function factorsOf(reach: Float64Array, power: number): Float64Array {
  const farthest = reach.reduce((a, b) => Math.max(a, b), 0)
  return reach.map((r) => (r > 0 && farthest > 0 ? Math.max(1 / MOST, (r / farthest) ** power) : 1))
}

/** Divides output channels; a shuffle that the node stores through says which is which. */
function shrink(tensors: Map<TensorId, Tensor>, node: Node, { shuffle }: Conv2dAttributes, factors: Float64Array): void {
  const source = shuffle ? shuffleSource(factors.length, shuffle) : undefined
  const ofRow = new Float64Array(factors.length)
  factors.forEach((f, c) => {
    ofRow[source?.[c] ?? c] = f
  })
  for (const id of [node.inputs[1] ?? NONE, node.inputs[2] ?? NONE])
    change(tensors, id, (v, i, length) => v / (ofRow[Math.floor(i / (length / factors.length))] ?? 1))
}

/** Multiplies the weights that read each input channel. */
function grow(tensors: Map<TensorId, Tensor>, node: Node, { groups }: Conv2dAttributes, factors: Float64Array): void {
  const id = node.inputs[1] ?? NONE
  const [out = 0, perIn = 0, kh = 0, kw = 0] = tensors.get(id)?.fact.shape ?? []
  const taps = kh * kw
  const perOut = out / groups
  change(tensors, id, (v, i) => {
    const [row, column] = [Math.floor(i / (perIn * taps)), Math.floor(i / taps) % perIn]
    return v * (factors[Math.floor(row / perOut) * perIn + column] ?? 1)
  })
}

function change(tensors: Map<TensorId, Tensor>, id: TensorId, of: (value: number, index: number, length: number) => number): void {
  const tensor = tensors.get(id)
  const data = tensor?.data
  if (tensor && data) tensors.set(id, { ...tensor, data: Float32Array.from(data, (v, i) => of(v, i, data.length)) })
}
