/** The network as the page shows it: layers in order, gathered into units and sections by their scopes. */
import { CONVENTIONS, type Cost, type Graph, inspectGraph, macsOf, NONE, type Node, type ShuffleSpec, tensorOf } from '../../engine/index.ts'
import type { ConventionId, LayerRow, NetworkItem, NetworkSection, NetworkView, StageName } from './contract/index.ts'
import { edgesOf } from './edges.ts'
import { isDepthwise, isShuffle, kindOf, opFacts, opLabel, opTitle, pairOf, shuffleOf } from './opWords.ts'

export const NO_MACS: Readonly<Record<ConventionId, number>> = { paper: 0, conv: 0, 'conv+fc': 0, all: 0 }

/** Where a node belongs: section and item, by the first two segments of its scope; a node without scope is an item of its own. */
export function placeOf(node: Pick<Node, 'scope' | 'name'>): { section: string; item: string; unit: boolean } {
  const segments = node.scope.split('/').filter(Boolean)
  const [first, second] = segments
  if (first === undefined) return { section: '', item: `op:${node.name}`, unit: false }
  if (second === undefined) return { section: first, item: `op:${node.name}`, unit: false }
  return { section: first, item: `${first}/${second}`, unit: true }
}

/** A layer, and the node that it is of. */
export interface Placed {
  readonly node: Node
  readonly layer: LayerRow
}

/** `graph` is the stage to show of the model whose graph as loaded is `loaded`; `stage` is not "planned", which `plannedView` shows. */
export function networkView(loaded: Graph, graph: Graph, stage: StageName): NetworkView {
  const { layers, params } = layersOf(loaded, graph)
  return gathered(graph, layers, stage, params)
}

/** The layers of `graph` that are computed at run time, in network order. */
export function layersOf(loaded: Graph, graph: Graph): { readonly layers: readonly Placed[]; readonly params: number } {
  const inspection = inspectGraph(loaded, graph)
  const nodes = new Map(graph.nodes.map((n) => [n.id, n]))
  const layers: Placed[] = []
  for (const row of inspection.layers) {
    const node = nodes.get(row.node)
    if (!node) continue
    const place = placeOf(node)
    const layer: LayerRow = {
      index: layers.length,
      node: node.id,
      name: node.name,
      op: node.op,
      title: opTitle(graph, node),
      label: opLabel(graph, node),
      kind: kindOf(graph, node),
      groups: node.op === 'conv2d' || isShuffle(node) ? (row.groups ?? null) : null,
      inputShape: row.inputShape,
      outputShape: row.outputShape,
      macs: macsByConvention(row.cost),
      params: row.params,
      bytes: row.bytes,
      section: place.section,
      item: place.item,
      sources: node.sources,
      facts: opFacts(node),
    }
    layers.push({ node, layer })
  }
  return { layers, params: inspection.params }
}

/** Layers in units and sections, with the edges between them. */
export function gathered(graph: Graph, placed: readonly Placed[], stage: StageName, params: number): NetworkView {
  const items = new Map<string, { nodes: Node[]; layers: LayerRow[]; unit: boolean; section: string }>()
  const sections: { key: string; items: string[] }[] = []
  for (const { node, layer } of placed) {
    const place = placeOf(node)
    const item = items.get(place.item)
    if (item) {
      if (item.nodes.at(-1) !== node) item.nodes.push(node)
      item.layers.push(layer)
      continue
    }
    items.set(place.item, { nodes: [node], layers: [layer], unit: place.unit, section: place.section })
    const last = sections.at(-1)
    // A run of nodes of one section; a section that the order comes back to is drawn again there.
    if (last?.key === place.section) last.items.push(place.item)
    else sections.push({ key: place.section, items: [place.item] })
  }
  const layers = placed.map((p) => p.layer)
  return {
    stage,
    layers,
    edges: edgesOf(graph, placed),
    items: [...items].map(([key, { nodes: own, layers: rows, unit, section }]) => itemOf(graph, key, own, rows, unit, section)),
    sections: sections.map((s): NetworkSection => ({ key: s.key, label: sectionLabel(s.key), items: s.items })),
    totals: addMacs(layers),
    params,
  }
}

function macsByConvention(cost: Cost): Record<ConventionId, number> {
  const macs = { ...NO_MACS }
  for (const c of CONVENTIONS) macs[c] = macsOf(cost, c)
  return macs
}

function addMacs(rows: readonly LayerRow[]): Record<ConventionId, number> {
  const sum = { ...NO_MACS }
  for (const { macs } of rows) for (const c of Object.keys(sum) as ConventionId[]) sum[c] += macs[c]
  return sum
}

/** "stage2" reads as "Stage 2", "28x28" as "28 × 28"; other names are kept. */
function sectionLabel(key: string): string {
  if (/^\d+(x\d+)+$/.test(key)) return key.replaceAll('x', ' × ')
  const numbered = /^([a-z]+?)[_-]?(\d+)$/i.exec(key)
  if (!numbered) return key.charAt(0).toUpperCase() + key.slice(1)
  const word = numbered[1] ?? ''
  return `${word.charAt(0).toUpperCase()}${word.slice(1)} ${numbered[2]}`
}

function itemOf(graph: Graph, key: string, nodes: readonly Node[], rows: readonly LayerRow[], unit: boolean, section: string): NetworkItem {
  const inside = new Set(nodes.flatMap((n) => n.outputs))
  let groups = 1
  let shuffle: ShuffleSpec | null = null
  let join: NetworkItem['join'] = null
  const stride = new Map<number, number>()
  let longest = 1
  for (const node of nodes) {
    if (node.op === 'conv2d' && !isDepthwise(graph, node)) groups = Math.max(groups, Number(node.attrs.groups ?? 1))
    shuffle ??= shuffleOf(node)
    if (node.op === 'concat') join = 'concat'
    else if ((node.op === 'binary' && node.attrs.function === 'add') || node.attrs.residual === true) join ??= 'add'
    const own = pairOf(node.attrs.stride)?.[0] ?? 1
    const before = Math.max(1, ...node.inputs.map((id) => stride.get(id) ?? 1))
    for (const id of node.outputs) stride.set(id, before * own)
    longest = Math.max(longest, before * own)
  }
  const entering = nodes.flatMap((n) => n.inputs).find((id) => id !== NONE && !inside.has(id) && !tensorOf(graph, id).data)
  const last = rows.at(-1)
  const label = key.startsWith('op:') ? (rows[0]?.title ?? key) : (key.split('/').at(-1) ?? key)
  return {
    key,
    kind: unit ? 'unit' : 'op',
    label: label.replace(/^(unit|part)(?=\d+$)/, (word) => `${word === 'unit' ? 'Unit' : 'Part'} `),
    section,
    groups,
    stride: longest,
    shuffle,
    join,
    channelsIn: entering === undefined ? 0 : (tensorOf(graph, entering).fact.shape[1] ?? 0),
    channelsOut: last?.outputShape[1] ?? 0,
    outputShape: last?.outputShape ?? [],
    layers: rows.map((r) => r.index),
    macs: addMacs(rows),
    params: rows.reduce((sum, r) => sum + r.params, 0),
  }
}
