/** What every layer of a model costs. */
import { constantOf, type Graph, NONE, type Node, parameterCount, tensorOf } from '../ir/graph.ts'
import { type Activation, activationName } from '../ops/activationFunction.ts'
import { factsOf } from '../ops/facts.ts'
import type { Cost } from '../ops/op.ts'
import { opOf } from '../ops/registry.ts'
import type { ShuffleSpec } from '../ops/shuffle.ts'

export interface Layer {
  readonly node: number
  readonly name: string
  readonly op: string
  /** The op in the field's words, e.g. "Depthwise convolution 3x3 /2". */
  readonly title: string
  readonly scope: string
  readonly groups: number
  /** NCHW, of the first input and output. */
  readonly inputShape: readonly number[]
  readonly outputShape: readonly number[]
  readonly cost: Cost
  readonly params: number
  /** Read and written with nothing fused. */
  readonly bytes: number
}

export interface ShuffleInfo {
  readonly node: number
  readonly name: string
  readonly groups: number
  readonly channels: number
  readonly order: ShuffleSpec['order']
  /** "explicit": the file has a shuffle op; "recognised": found in reshape-transpose-reshape. */
  readonly source: 'explicit' | 'recognised'
}

export interface Inspection {
  readonly name: string
  readonly params: number
  readonly layers: readonly Layer[]
  readonly shuffles: readonly ShuffleInfo[]
  readonly total: Cost
}

const ZERO: Cost = { convMacs: 0, linearMacs: 0, elementOps: 0, params: 0, bytesRead: 0, bytesWritten: 0 }

function add(a: Cost, b: Cost): Cost {
  return {
    convMacs: a.convMacs + b.convMacs,
    linearMacs: a.linearMacs + b.linearMacs,
    elementOps: a.elementOps + b.elementOps,
    params: a.params + b.params,
    bytesRead: a.bytesRead + b.bytesRead,
    bytesWritten: a.bytesWritten + b.bytesWritten,
  }
}

/** `loaded` tells which shuffles the file itself has; costs are those of `recognised`. */
export function inspectGraph(loaded: Graph, recognised: Graph): Inspection {
  const explicit = new Set(loaded.nodes.filter((n) => n.op === 'channelShuffle').map((n) => n.name))
  const layers = recognised.nodes.filter((n) => !n.outputs.every((id) => constantOf(recognised, id))).map((n) => layerOf(recognised, n))
  const shuffles = recognised.nodes.flatMap((n): ShuffleInfo[] => {
    if (n.op !== 'channelShuffle') return []
    const { groups, order } = n.attrs as unknown as ShuffleSpec
    const channels = tensorOf(recognised, n.outputs[0] ?? NONE).fact.shape[1] ?? 0
    return [{ node: n.id, name: n.name, groups, channels, order, source: explicit.has(n.name) ? 'explicit' : 'recognised' }]
  })
  return { name: loaded.name, params: parameterCount(loaded), layers, shuffles, total: layers.map((l) => l.cost).reduce(add, ZERO) }
}

/** Cost of a part of the network. */
export interface SectionCost {
  /** First segment of the scopes of its layers, e.g. "stage2"; "" for layers without one. */
  readonly name: string
  readonly cost: Cost
}

/** Layers added up by section, in the order in which sections begin. */
export function sectionCosts(layers: readonly Layer[]): SectionCost[] {
  const sections = new Map<string, Cost>()
  for (const { scope, cost } of layers) {
    const [name = ''] = scope.split('/')
    sections.set(name, add(sections.get(name) ?? ZERO, cost))
  }
  return [...sections].map(([name, cost]) => ({ name, cost }))
}

function layerOf(graph: Graph, node: Node): Layer {
  const op = opOf(node.op)
  const facts = factsOf(graph, node)
  const cost = op.cost(node.attrs, facts)
  return {
    node: node.id,
    name: node.name,
    op: node.op,
    title: titleOf(node, op.title, facts.inputs[1]?.shape),
    scope: node.scope,
    groups: groupsOf(node),
    inputShape: facts.inputs[0]?.shape ?? [],
    outputShape: facts.outputs[0]?.shape ?? [],
    cost,
    params: cost.params,
    bytes: cost.bytesRead + cost.bytesWritten,
  }
}

function groupsOf(node: Node): number {
  const { groups } = node.attrs as { groups?: number }
  return groups ?? 1
}

function titleOf(node: Node, title: string, weight: readonly number[] | undefined): string {
  const attrs = node.attrs as {
    kernel?: readonly number[]
    stride?: readonly number[]
    groups?: number
    mode?: string
    function?: Activation | string
  }
  const window = attrs.kernel ? ` ${attrs.kernel.join('x')}${attrs.stride?.some((s) => s > 1) ? ` /${attrs.stride[0]}` : ''}` : ''
  if (node.op === 'conv2d') {
    const depthwise = weight?.[1] === 1 && attrs.groups === weight[0] && (attrs.groups ?? 1) > 1
    const pointwise = attrs.kernel?.every((k) => k === 1)
    if (pointwise) return `${(attrs.groups ?? 1) > 1 ? 'Grouped pointwise' : 'Pointwise'} convolution${window}`
    return `${depthwise ? 'Depthwise' : (attrs.groups ?? 1) > 1 ? 'Grouped' : 'Dense'} convolution${window}`
  }
  if (node.op === 'pool2d' || node.op === 'globalPool')
    return `${node.op === 'globalPool' ? 'Global ' : ''}${attrs.mode ?? ''} pooling${window}`.replace(/^./, (c) => c.toUpperCase())
  if (node.op === 'activation' && typeof attrs.function === 'object') return activationName(attrs.function)
  if (node.op === 'binary' && typeof attrs.function === 'string')
    return { add: 'Addition', mul: 'Multiplication', sub: 'Subtraction', div: 'Division' }[attrs.function] ?? title
  return title
}
