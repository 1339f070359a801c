/** The plan as the page shows it: one layer per step, in the units of the nodes that the steps compute. */
import type { Graph, Plan } from '../../engine/index.ts'
import type { LayerRow, NetworkView } from './contract/index.ts'
import { gathered, layersOf, NO_MACS, type Placed } from './network.ts'

/** `fused` is the graph that `plan` was made of, of the model whose graph as loaded is `loaded`. */
export function plannedView(loaded: Graph, fused: Graph, plan: Pick<Plan, 'steps'>): NetworkView {
  const { layers, params } = layersOf(loaded, fused)
  const byNode = new Map(layers.map((l) => [l.node.id, l]))
  const taken = new Map<number, number>()
  const placed: Placed[] = []
  for (const step of plan.steps) {
    const of = byNode.get(step.node)
    if (!of) continue
    const before = taken.get(step.node) ?? 0
    taken.set(step.node, before + 1)
    placed.push({
      node: of.node,
      layer: {
        ...(before === 0 ? firstStep(of.layer, step.bytes) : furtherStep(of.layer, before)),
        index: placed.length,
        op: step.kernel,
        title: kernelTitle(step.kernel),
      },
    })
  }
  return gathered(fused, placed, 'planned', params)
}

/** A node's cost belongs to its first step. */
function firstStep(layer: LayerRow, bytes: number): LayerRow {
  return { ...layer, bytes }
}

/** Names are unique, and no time is counted twice. */
function furtherStep(layer: LayerRow, before: number): LayerRow {
  return { ...layer, name: `${layer.name} (${before + 1})`, kind: null, macs: NO_MACS, params: 0, bytes: 0, sources: [], facts: [] }
}

/** "depthwise3x3" as "depthwise 3×3 kernel". */
function kernelTitle(kernel: string): string {
  return kernel.replace(/(\d)x(\d)/, ' $1×$2').replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`)
}
