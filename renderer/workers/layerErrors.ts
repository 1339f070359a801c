/** The output of every layer of a variant beside the same layer's of the model that it was made from, on one photo. */
import {
  createRunner,
  type Graph,
  type HostTensor,
  makePlan,
  NONE,
  type Node,
  type RunnerHost,
  realValues,
  type TensorId,
  tensorOf,
} from '../../engine/index.ts'
import type { CallContext, LayerErrorView } from './contract/index.ts'
import { placeOf } from './network.ts'
import { opTitle } from './opWords.ts'

/** Ops that compute something of their own; what only moves channels makes no error. */
const COMPUTES = new Set(['conv2d', 'linear', 'add', 'pool2d', 'globalPool', 'mul'])

/** `graph` and `variant` are fused. `factors`: of channels, by name of the layer, as CompressedView has them. */
export async function layerErrors(
  graph: Graph,
  variant: Graph,
  tensor: HostTensor,
  factors: Readonly<Record<string, Float64Array>>,
  host: RunnerHost,
  context: CallContext,
): Promise<LayerErrorView[]> {
  const layers = pairsOf(graph, variant)
  context.progress({ step: 'comparing' })
  const [expected, found] = [
    await valuesOf(
      graph,
      layers.flatMap(({ node, other }) => (isComparable(graph, node, variant, other) ? [outputOf(node)] : [])),
      tensor,
      host,
      context,
    ),
    await valuesOf(
      variant,
      layers.flatMap(({ node, other }) => (other && isComparable(graph, node, variant, other) ? [outputOf(other)] : [])),
      tensor,
      host,
      context,
    ),
  ]
  return layers.map(({ node, other }): LayerErrorView => {
    const reference = expected.get(outputOf(node))
    const values = other && found.get(outputOf(other))
    return {
      name: node.name,
      title: opTitle(graph, node),
      section: placeOf(node).section,
      channelsBefore: channelsOf(graph, node),
      channels: other ? channelsOf(variant, other) : null,
      quantized: Boolean(other?.attrs.quantized),
      snr: reference && other && values ? signalToNoise(reference, realValues(variant, outputOf(other), values), factors[node.name]) : null,
    }
  })
}

/** 10 log10 of the summed squares over those of the difference, in dB. `factors` of channels apply to `found`, which is [1, C, ...]. */
export function signalToNoise({ shape, data }: HostTensor, found: ArrayLike<number>, factors?: ArrayLike<number>): number {
  const plane = data.length / (shape[1] ?? 1)
  let [signal, noise] = [0, 0]
  for (let i = 0; i < data.length; i++) {
    const x = data[i] ?? 0
    const d = (found[i] ?? 0) * (factors?.[Math.floor(i / plane)] ?? 1) - x
    signal += x * x
    noise += d * d
  }
  return noise === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10(signal / noise)
}

interface Pair {
  readonly node: Node
  readonly other: Node | undefined
}

function pairsOf(graph: Graph, variant: Graph): Pair[] {
  const named = new Map(variant.nodes.map((n) => [n.name, n]))
  return graph.nodes.filter((n) => COMPUTES.has(n.op)).map((node) => ({ node, other: named.get(node.name) }))
}

const outputOf = (node: Node): TensorId => node.outputs[0] ?? NONE

const channelsOf = (graph: Graph, node: Node): number => tensorOf(graph, outputOf(node)).fact.shape[1] ?? 1

function isComparable(graph: Graph, node: Node, variant: Graph, other: Node | undefined): boolean {
  return other !== undefined && tensorOf(graph, outputOf(node)).fact.shape.join() === tensorOf(variant, outputOf(other)).fact.shape.join()
}

async function valuesOf(
  graph: Graph,
  wanted: readonly TensorId[],
  input: HostTensor,
  host: RunnerHost,
  { signal }: CallContext,
): Promise<ReadonlyMap<TensorId, HostTensor>> {
  const outputs = new Set(graph.outputs)
  const keep = wanted.filter((id) => !outputs.has(id))
  const runner = await createRunner(makePlan(graph, { keep }), host)
  try {
    const result = await runner.run([input], { signal, keep })
    const all = new Map(result.kept)
    graph.outputs.forEach((id, i) => {
      const value = result.outputs[i]
      if (value) all.set(id, value)
    })
    return all
  } finally {
    await runner.close()
  }
}
