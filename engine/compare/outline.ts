/** A network as sections > units > layers, found from its shapes and connections alone, so that networks of any origin can be laid side by side. */
import { unitsOf } from '../flow/units.ts'
import { constantOf, type Graph, type Node, tensorOf } from '../ir/graph.ts'

export interface OutlineLayer {
  /** Position in network order, as in `Inspection.layers`. */
  readonly index: number
  readonly op: string
  /** What else tells ops of one kind apart: the function of an activation or a binary op, the mode of a pooling. */
  readonly detail: string
  /** Extents of the window; null where the op has none. */
  readonly kernel: readonly number[] | null
  readonly stride: number
  readonly groups: number
  readonly depthwise: boolean
  /** log2 of the input's side over this output's side, rounded; Infinity where nothing is left of the side. */
  readonly reduction: number
  readonly channels: number
}

export interface OutlineUnit {
  /** First two segments of its scope, or that of its first convolution; "" where it has none. */
  readonly name: string
  readonly layers: readonly OutlineLayer[]
}

/** Consecutive units whose feature maps have one size. */
export interface OutlineSection {
  /** The first segment of the scope that most of its layers share; "" where there is none such. */
  readonly name: string
  /** [H, W] of its feature maps; null where they are vectors. */
  readonly size: readonly [number, number] | null
  readonly reduction: number
  readonly units: readonly OutlineUnit[]
}

export type Outline = readonly OutlineSection[]

/** Layers are the nodes that compute something at run time, as in `inspectGraph`. */
export function outlineOf(graph: Graph): Outline {
  const nodes = graph.nodes.filter((n) => !n.outputs.every((id) => constantOf(graph, id)))
  const unitOf = new Map<number, { name: string }>()
  for (const unit of unitsOf(graph)) for (const node of unit.nodes) unitOf.set(node.id, unit)
  const placeOf = (node: Node) => node.scope.split('/').slice(0, 2).join('/')
  const input = sideOf(graph, graph.inputs[0] ?? -1)
  const sections: Growing[] = []
  for (const run of runsOf(nodes, (n) => unitOf.get(n.id))) {
    const [first] = run
    if (!first) continue
    const layers = run.map(({ node, index }) => layerOf(graph, node, index, input))
    const { reduction, size } = smallestMap(graph, run, layers)
    const place = placeOf(first.node)
    const unit = { name: unitOf.get(first.node.id)?.name ?? first.node.scope, place, layers }
    const scopes = run.map(({ node }) => node.scope.split('/')[0] ?? '')
    const section = sections.at(-1)
    if (section?.reduction === reduction) {
      section.scopes.push(...scopes)
      const before = section.units.at(-1)
      // What a builder calls one unit is one, though its parts follow each other without a shortcut.
      if (before && before.place !== '' && before.place === place) before.layers.push(...layers)
      else section.units.push(unit)
    } else sections.push({ scopes, size, reduction, units: [unit] })
  }
  return sections.map(({ scopes, ...section }) => ({ ...section, name: mostOf(scopes) }))
}

interface Growing extends Omit<OutlineSection, 'name'> {
  /** Of each layer, its first segment. */
  readonly scopes: string[]
  readonly units: (OutlineUnit & { readonly place: string; readonly layers: OutlineLayer[] })[]
}

/** What more than half of the names are; "" where nothing is. */
function mostOf(names: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  for (const [name, count] of counts) if (2 * count > names.length) return name
  return ''
}

/** The smallest feature map of a run: what follows it may be resized for a side branch. */
function smallestMap(
  graph: Graph,
  run: readonly { readonly node: Node }[],
  layers: readonly OutlineLayer[],
): { readonly reduction: number; readonly size: readonly [number, number] | null } {
  const reduction = layers.reduce((most, l) => (Number.isFinite(l.reduction) ? Math.max(most, l.reduction) : most), Number.NEGATIVE_INFINITY)
  const at = layers.findIndex((l) => l.reduction === reduction)
  if (at < 0) return { reduction: Number.POSITIVE_INFINITY, size: null }
  return { reduction, size: sideOf(graph, run[at]?.node.outputs[0] ?? -1) }
}

/** Runs of consecutive nodes with the same owner; units of a graph need not be whole in its order. */
function runsOf<T>(nodes: readonly Node[], ownerOf: (node: Node) => T): { node: Node; index: number }[][] {
  const runs: { node: Node; index: number }[][] = []
  let owner: T | undefined
  for (const [index, node] of nodes.entries()) {
    const own = ownerOf(node)
    const run = runs.at(-1)
    if (run && own === owner) run.push({ node, index })
    else runs.push([{ node, index }])
    owner = own
  }
  return runs
}

function sideOf(graph: Graph, id: number): readonly [number, number] | null {
  const shape = graph.tensors.get(id)?.fact.shape ?? []
  const [, , height, width] = shape
  return shape.length === 4 && height !== undefined && width !== undefined ? [height, width] : null
}

function layerOf(graph: Graph, node: Node, index: number, input: readonly [number, number] | null): OutlineLayer {
  const attrs = node.attrs as { kernel?: readonly number[]; stride?: readonly number[]; groups?: number; mode?: string; function?: unknown }
  const [output = -1] = node.outputs
  const side = sideOf(graph, output)
  const groups = attrs.groups ?? 1
  const entering = node.inputs[0] === undefined || node.inputs[0] < 0 ? undefined : tensorOf(graph, node.inputs[0]).fact.shape[1]
  return {
    index,
    op: node.op,
    detail: attrs.mode ?? (typeof attrs.function === 'string' ? attrs.function : (JSON.stringify(attrs.function) ?? '')),
    kernel: attrs.kernel ?? null,
    stride: Math.max(1, ...(attrs.stride ?? [])),
    groups,
    depthwise: node.op === 'conv2d' && groups > 1 && groups === entering,
    reduction: side && input && side[0] > 1 && input[0] > 0 ? Math.round(Math.log2(input[0] / side[0])) : Number.POSITIVE_INFINITY,
    channels: graph.tensors.get(output)?.fact.shape[1] ?? 1,
  }
}
