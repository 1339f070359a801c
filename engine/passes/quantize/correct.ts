/**
 * Bias correction by measurement: layer after layer, what a quantized convolution gives on average, in each channel, is brought to
 * what the float one gives. Source: Nagel et al., arXiv:1906.04721, appendix D.
 */
import { type Graph, NONE, type Node, type TensorId, tensorOf } from '../../ir/graph.ts'
import { type Conv2dAttributes, conv2d } from '../../ops/conv2d/op.ts'
import { attrsOf } from '../../ops/op.ts'
import { shuffleSource } from '../../ops/shuffle.ts'
import { LARGEST_BIAS } from './weights.ts'

export interface CorrectOptions {
  /** Mean of each channel of the tensors of the float graph, over photos. */
  readonly means: ReadonlyMap<TensorId, Float64Array>
  /** The same of 8-bit tensor `id` of `graph`, over the same photos, in 8-bit steps. */
  measure(graph: Graph, id: TensorId): Promise<Float64Array>
  onProgress?(done: number, total: number): void
}

/** The same graph with other biases. A ReLU hides what lies below 0, so that what it lets through is corrected a little too little. */
export async function correctBiases(graph: Graph, { means, measure, onProgress }: CorrectOptions): Promise<Graph> {
  const convolutions = graph.nodes.filter((n) => n.op === 'conv2d' && attrsOf(conv2d, n.attrs).quantized)
  let corrected = graph
  for (const [done, node] of convolutions.entries()) {
    onProgress?.(done, convolutions.length)
    const made = node.outputs[0] ?? NONE
    const wanted = means.get(made)
    if (!wanted || graph.outputs.includes(made)) continue
    corrected = withBias(corrected, node, attrsOf(conv2d, node.attrs), wanted, await measure(corrected, made))
  }
  return corrected
}

function withBias(graph: Graph, node: Node, { quantized, shuffle }: Conv2dAttributes, wanted: Float64Array, found: Float64Array): Graph {
  const id = node.inputs[2] ?? NONE
  const bias = id === NONE ? undefined : tensorOf(graph, id)
  if (!quantized || !bias?.data) return graph
  const { input, output, weights } = quantized
  const source = shuffle ? shuffleSource(weights.length, shuffle) : undefined
  const data = Int32Array.from(bias.data)
  wanted.forEach((mean, c) => {
    const row = source?.[c] ?? c
    const missing = mean - (found[c] ?? 0) * output.scale + output.zero * output.scale
    const steps = Math.round(missing / (input.scale * (weights[row] ?? 1)))
    data[row] = Math.max(-LARGEST_BIAS, Math.min(LARGEST_BIAS, (data[row] ?? 0) + steps))
  })
  return { ...graph, tensors: new Map(graph.tensors).set(id, { ...bias, data }) }
}
