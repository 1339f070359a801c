/** The mixing meter as the page shows it: an opened model's own stages, and the paper's family at one width. */
import { buildZooModel, depthToAll, type Graph, type MixingPoint, mixingOf, recognise, throwIfCancelled } from '../../engine/index.ts'
import type { CallContext, MixingPointView, MixingScale, MixingSide, MixingView } from './contract/index.ts'
import { placeOf } from './network.ts'
import { shuffleOf } from './opWords.ts'

const FAMILY_GROUPS = [1, 2, 3, 4, 8] as const

/** `graph` is the model's recognised stage. `weights` false leaves the weight between groups out. */
export function mixingView(graph: Graph, title: string, signal: AbortSignal, weights = true): MixingView {
  const hasShuffle = graph.nodes.some((n) => shuffleOf(n) !== null)
  const on = mixingOf(graph, { signal, weights })
  const off = hasShuffle ? mixingOf(graph, { signal, weights, shuffle: false }) : []
  return {
    title,
    hasShuffle,
    stages: on.map((stage, s) => ({
      channels: stage.stage.channels,
      groups: stage.groups,
      allAt: depthToAll(stage),
      points: stage.points.map((point, i) => pointView(point, off[s]?.points[i])),
    })),
  }
}

/** ShuffleNet v1 with 1 to 8 groups at equal complexity, with random weights: their structure does not depend on weights. */
export async function mixingFamily(scale: MixingScale, { signal, progress }: CallContext): Promise<MixingView[]> {
  const views: MixingView[] = []
  for (const [done, g] of FAMILY_GROUPS.entries()) {
    progress({ step: 'mixing', done, total: FAMILY_GROUPS.length })
    // A cancel is a message like any other: it is heard between models.
    await new Promise((resolve) => setTimeout(resolve))
    throwIfCancelled(signal, 'Following the channels')
    const { graph, title } = buildZooModel(`shufflenet-v1-g${g}-${scale}`, { inputSize: 64, classes: 1 })
    views.push(mixingView(recognise(graph), title, signal, false))
  }
  return views
}

function pointView({ unit, depth, ...on }: MixingPoint, off: MixingPoint | undefined): MixingPointView {
  const first = unit.nodes.find((n) => n.op === 'conv2d')
  return { name: unit.name, item: first ? placeOf(first).item : unit.name, depth, on: side(on), off: off ? side(off) : null }
}

function side({ seen, crossing }: Pick<MixingPoint, 'seen' | 'crossing'>): MixingSide {
  return { channels: seen.channels, groups: seen.groups, crossing }
}
