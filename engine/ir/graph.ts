/** The graph: nodes in topological order, tensors by id. Plain immutable data; passes make new graphs. */
import { assert } from '../base/assert.ts'
import type { HostTensor, TensorData, TensorFact } from './tensor.ts'

export type TensorId = number
export type NodeId = number

/** Stands for an optional input that is absent. */
export const NONE: TensorId = -1

/** How far the graph has come; see `passes/pipeline.ts`. */
export type Stage = 'loaded' | 'recognised' | 'fused'

export type AttributeValue = string | number | boolean | null | readonly AttributeValue[] | { readonly [key: string]: AttributeValue | undefined }
export type Attributes = { readonly [key: string]: AttributeValue | undefined }

export interface Tensor {
  readonly id: TensorId
  readonly name: string
  readonly fact: TensorFact
  /** Present on weights and on whatever could be computed from them while loading. Row-major. */
  readonly data?: TensorData
  /** Of weights that a file holds as integers: what those were multiplied by, for each index of the first axis or for all. */
  readonly scales?: readonly number[]
}

export interface Node {
  readonly id: NodeId
  /** Key of `ops/registry.ts`. */
  readonly op: string
  readonly name: string
  readonly attrs: Attributes
  /** Tensor ids; NONE where an optional input is absent. */
  readonly inputs: readonly TensorId[]
  readonly outputs: readonly TensorId[]
  /** Names of the nodes of the loaded graph that this one stands for. */
  readonly sources: readonly string[]
  /** Where it sits, outermost first, e.g. "stage2/unit1"; empty at top level. */
  readonly scope: string
}

export interface Graph {
  readonly name: string
  readonly stage: Stage
  readonly tensors: ReadonlyMap<TensorId, Tensor>
  /** Topological order: a node comes after the producers of its inputs. */
  readonly nodes: readonly Node[]
  readonly inputs: readonly TensorId[]
  readonly outputs: readonly TensorId[]
}

export function tensorOf(graph: Graph, id: TensorId): Tensor {
  const tensor = graph.tensors.get(id)
  assert(tensor, `no tensor ${id} in graph "${graph.name}"`)
  return tensor
}

/** The constant behind a tensor, or undefined where it is computed at run time. */
export function constantOf(graph: Graph, id: TensorId): HostTensor | undefined {
  if (id === NONE) return undefined
  const { fact, data } = tensorOf(graph, id)
  return data && { dtype: fact.dtype, shape: fact.shape, data }
}

/** The node that computes each tensor. */
export function producers(graph: Graph): Map<TensorId, Node> {
  const map = new Map<TensorId, Node>()
  for (const node of graph.nodes) for (const id of node.outputs) map.set(id, node)
  return map
}

/** The nodes that read each tensor, in graph order, one entry per reading. */
export function consumers(graph: Graph): Map<TensorId, Node[]> {
  const map = new Map<TensorId, Node[]>()
  for (const node of graph.nodes)
    for (const id of node.inputs) {
      if (id === NONE) continue
      const list = map.get(id)
      if (list) list.push(node)
      else map.set(id, [node])
    }
  return map
}

/** Number of weight elements, counting each constant tensor of floats, or of an 8-bit layer, once. */
export function parameterCount(graph: Graph): number {
  const seen = new Set<TensorId>()
  let count = 0
  for (const node of graph.nodes)
    for (const id of node.inputs) {
      if (id === NONE || seen.has(id)) continue
      seen.add(id)
      const { data, fact } = tensorOf(graph, id)
      if (data && (fact.dtype === 'f32' || node.attrs.quantized) && !isStatistic(node, id)) count += data.length
    }
  return count
}

/** Running mean and variance are buffers, not parameters (PyTorch's own distinction). */
function isStatistic(node: Node, id: TensorId): boolean {
  return node.op === 'batchNorm' && node.inputs.indexOf(id) >= 3
}
