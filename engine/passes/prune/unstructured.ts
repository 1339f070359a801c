/**
 * Unstructured pruning: the smallest weights become 0, wherever they are. The graph stays as it is, and as fast: kernels here
 * multiply zeros like any number. What it saves is size. Source: Han et al., arXiv:1506.02626, section 3.
 */
import { at } from '../../base/assert.ts'
import { constantOf, type Graph, NONE, type Tensor, type TensorId } from '../../ir/graph.ts'
import { type HostTensor, sizeOf } from '../../ir/tensor.ts'
import type { PruningScope } from './structured.ts'
import { factorOf, normsOf } from './weights.ts'

export interface UnstructuredOptions {
  /** Share of the weights of convolutions and fully connected layers that become 0, from 0 to 1. Zeros there already count. */
  readonly sparsity: number
  readonly scope: PruningScope
}

/** Weights of convolutions and fully connected layers; biases and batch norms are few and all needed. */
function weightsOf(graph: Graph): Map<TensorId, { readonly weight: HostTensor; readonly factor: Float64Array | undefined }> {
  const norms = normsOf(graph)
  const found = new Map<TensorId, { weight: HostTensor; factor: Float64Array | undefined }>()
  for (const node of graph.nodes) {
    const id = node.inputs[1] ?? NONE
    const weight = node.op === 'conv2d' || node.op === 'linear' ? constantOf(graph, id) : undefined
    if (weight?.dtype === 'f32' && !found.has(id)) found.set(id, { weight, factor: factorOf(graph, norms.get(node.id)) })
  }
  return found
}

/**
 * The same graph with the smallest weights 0: of every layer the same share, or of all layers together. Magnitudes are those
 * that weights have in the running network, batch norms folded in: before that, layers cannot be compared.
 */
export function pruneWeights(graph: Graph, { sparsity, scope }: UnstructuredOptions): Graph {
  const magnitudes = new Map<TensorId, Float32Array>()
  for (const [id, { weight, factor }] of weightsOf(graph)) {
    const perRow = weight.data.length / (weight.shape[0] ?? 1)
    magnitudes.set(
      id,
      Float32Array.from(weight.data, (v, i) => Math.abs(v * (factor?.[Math.floor(i / perRow)] ?? 1))),
    )
  }
  const tensors = new Map(graph.tensors)
  const groups = scope === 'layer' ? [...magnitudes].map((entry) => [entry]) : [[...magnitudes]]
  for (const group of groups) zeroSmallest(tensors, group, sparsity)
  return { ...graph, tensors }
}

/** Exactly the share asked for, to the nearest weight: of equal magnitudes the first go. */
function zeroSmallest(tensors: Map<TensorId, Tensor>, group: readonly (readonly [TensorId, Float32Array])[], sparsity: number): void {
  const total = group.reduce((sum, [, m]) => sum + m.length, 0)
  const count = Math.round(sparsity * total)
  if (count === 0) return
  const sorted = new Float32Array(total)
  let end = 0
  for (const [, m] of group) {
    sorted.set(m, end)
    end += m.length
  }
  sorted.sort()
  const threshold = at(sorted, count - 1)
  let equal = count - firstNotBelow(sorted, threshold)
  for (const [id, m] of group) {
    const tensor = tensors.get(id)
    if (!tensor?.data) continue
    const data = Float32Array.from(tensor.data)
    for (let i = 0; i < m.length; i++) if (at(m, i) < threshold || (at(m, i) === threshold && equal-- > 0)) data[i] = 0
    tensors.set(id, { ...tensor, data })
  }
}

/** Index of the first entry of an ascending list that is not below `value`. */
function firstNotBelow(sorted: Float32Array, value: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (at(sorted, middle) < value) low = middle + 1
    else high = middle
  }
  return low
}

export interface WeightSizes {
  /** Weights of convolutions and fully connected layers, and how many of them are not 0. */
  readonly weights: number
  readonly nonzero: number
  /** Of all constants of floats, 4 bytes each. */
  readonly denseBytes: number
  /**
   * The same where each weight tensor is stored as a bitmap (1 bit for each weight, whole bytes) and 4 bytes for each that is
   * not 0, or dense where that is smaller. Counted, not estimated; no file of this application is written so.
   */
  readonly bitmapBytes: number
}

export function weightSizes(graph: Graph): WeightSizes {
  const layers = weightsOf(graph)
  let [weights, nonzero, denseBytes, bitmapBytes] = [0, 0, 0, 0]
  for (const { id, fact, data } of graph.tensors.values()) {
    if (!data || fact.dtype !== 'f32') continue
    const dense = 4 * sizeOf(fact.shape)
    denseBytes += dense
    if (!layers.has(id)) {
      bitmapBytes += dense
      continue
    }
    let kept = 0
    for (const v of data) if (v !== 0) kept++
    weights += data.length
    nonzero += kept
    bitmapBytes += Math.min(dense, Math.ceil(data.length / 8) + 4 * kept)
  }
  return { weights, nonzero, denseBytes, bitmapBytes }
}
