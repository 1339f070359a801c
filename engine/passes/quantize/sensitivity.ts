/**
 * How much each layer alone costs when it computes in 8 bits and all others in float.
 * Source: Pandey et al., arXiv:2302.05397 (one quantizer at a time, signal-to-noise ratio of the output).
 */
import { type Graph, NONE, type Node, type TensorId, tensorOf } from '../../ir/graph.ts'
import { type HostTensor, sizeOf } from '../../ir/tensor.ts'
import { realValues } from './affineOf.ts'
import { Comparison, counter, type Fidelity, type FidelityInputs, Noise, runOnPhotos } from './fidelity.ts'
import { quantizableNodes, quantizeGraph } from './quantize.ts'

export interface LayerSensitivity extends Fidelity {
  /** Of the node in the fused graph; nodes of one name are one layer, as `QuantizeOptions.float` cannot tell them apart. */
  readonly name: string
  readonly op: string
  /** Elements of its weight tensor, without the bias; 0 for poolings. */
  readonly weights: number
  /** Signal-to-noise ratio of the layer's own output in dB, as `outputSnr`. */
  readonly ownSnr: number
}

/** Float values of layers' own outputs are held up to this; beyond it the float network runs again. */
const MOST_KEPT_BYTES = 2 ** 27

/**
 * The table in the order of the graph, a layer at a time as each is measured: its share of the noise with `quantizeGraph`'s analytic
 * bias correction where there are means, without the measured one. Each layer costs a plan and a run of every photo; the float
 * network runs once for as many layers as fit into 128 MiB. `onProgress` counts runs. Throws `cancelled`, and what `start` and runs throw.
 */
export async function* layerSensitivity(inputs: FidelityInputs): AsyncGenerator<LayerSensitivity, void, undefined> {
  const { graph, ranges, photos, options = {} } = inputs
  const layers = quantizableLayers(inputs)
  const rounded = options.rounded ?? new Map()
  const batches = inBatches(graph, layers, photos.length)
  const ran = counter(inputs, (layers.length + batches.length) * photos.length)
  for (const batch of batches) {
    const floats: { readonly outputs: readonly HostTensor[]; readonly kept: ReadonlyMap<TensorId, HostTensor> }[] = []
    await runOnPhotos(inputs, graph, batch.flatMap(ownOutputs), ran, (made) => floats.push(made))
    const outputs = floats.map((f) => f.outputs)
    for (const nodes of batch) {
      const [{ name, op } = { name: '', op: '' }] = nodes
      const float = new Set([...(options.float ?? []), ...layers.flatMap(([n]) => (n && n.name !== name ? [n.name] : []))])
      const quantized = quantizeGraph(graph, ranges, { ...options, rounded, float })
      const own = ownOutputs(nodes)
      const comparison = new Comparison(outputs)
      const noise = new Noise()
      await runOnPhotos(inputs, quantized, own, ran, (made, photo) => {
        comparison.see(made.outputs, photo)
        for (const id of own) {
          const [is, should] = [made.kept.get(id), floats[photo]?.kept.get(id)]
          if (is && should) noise.add(realValues(quantized, id, is), should.data)
        }
      })
      yield { name, op, weights: nodes.reduce((sum, n) => sum + weightsOf(graph, n), 0), ...comparison.result, ownSnr: noise.decibels }
    }
  }
}

/** The same with the layer first that puts most noise into the network's output. */
export function mostSensitiveFirst(layers: readonly LayerSensitivity[]): LayerSensitivity[] {
  // Not by difference: of two infinities it is none.
  return [...layers].sort((a, b) => (a.outputSnr === b.outputSnr ? 0 : a.outputSnr < b.outputSnr ? -1 : 1))
}

/** What may become 8-bit, by name. */
function quantizableLayers({ graph, ranges, options }: FidelityInputs): Node[][] {
  const byName = new Map<string, Node[]>()
  for (const node of quantizableNodes(graph, ranges, options?.float)) byName.set(node.name, [...(byName.get(node.name) ?? []), node])
  return [...byName.values()]
}

const ownOutputs = (nodes: readonly Node[]): TensorId[] => nodes.flatMap((n) => n.outputs)

function weightsOf(graph: Graph, { op, inputs }: Node): number {
  const id = inputs[1] ?? NONE
  return (op === 'conv2d' || op === 'linear') && id !== NONE ? sizeOf(tensorOf(graph, id).fact.shape) : 0
}

/** Layers whose own outputs on all photos fit into memory together; at least one. */
function inBatches(graph: Graph, layers: readonly Node[][], photos: number): Node[][][] {
  const batches: Node[][][] = []
  let bytes = 0
  for (const nodes of layers) {
    const own = ownOutputs(nodes).reduce((sum, id) => sum + 4 * photos * sizeOf(tensorOf(graph, id).fact.shape), 0)
    const last = batches.at(-1)
    if (last && bytes + own <= MOST_KEPT_BYTES) {
      last.push(nodes)
      bytes += own
    } else {
      batches.push([nodes])
      bytes = own
    }
  }
  return batches
}
