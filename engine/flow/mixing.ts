/** The mixing meter: how far the channels of each stage have mixed after each of its units, by structure and by weights. */
import { throwIfCancelled } from '../base/cancel.ts'
import type { Graph } from '../ir/graph.ts'
import { channelGraph } from './links.ts'
import { crossingShare, type GroupMatrix, groupMass } from './mass.ts'
import { type Seen, seenThrough } from './structure.ts'
import { type FlowStage, type FlowUnit, stagesOf } from './units.ts'

/** One unit of a stage. */
export interface MixingPoint {
  readonly unit: FlowUnit
  /** Units since the one that made the stage's first feature map, which is 0. */
  readonly depth: number
  /** What its output channels can see of the stage's first feature map. */
  readonly seen: Seen
  /** Squared weight mass between groups within this unit (`groupMass`); null at depth 0, where there are no groups, and where it was left out. */
  readonly mass: GroupMatrix | null
  /** Share of `mass` from other groups (`crossingShare`). */
  readonly crossing: number | null
}

export interface MixingStage {
  readonly stage: FlowStage
  /** Most groups of its units; 1 where every convolution is dense or depthwise. */
  readonly groups: number
  readonly points: readonly MixingPoint[]
}

export interface MixingOptions {
  /** False takes every channel shuffle for the identity. Default true. */
  readonly shuffle?: boolean
  /** False leaves the weight mass out, which is most of the work. Default true. */
  readonly weights?: boolean
  readonly signal?: AbortSignal
}

/**
 * What a run with one input group of a unit set to zero measures on a photo: `change[o][i]` is the L2 norm of the change
 * of output group o when input group i is zeroed, over the norm of output group o. Divided by row sums it is a
 * GroupMatrix, so `crossingShare` reads it like one of weights.
 */
export interface GroupChange {
  readonly unit: string
  readonly change: readonly (readonly number[])[]
}

/** All stages of two units or more of a recognised graph. Throws ScopeError `cancelled`. */
export function mixingOf(graph: Graph, { shuffle = true, weights = true, signal }: MixingOptions = {}): MixingStage[] {
  const links = channelGraph(graph, { shuffle })
  return stagesOf(graph).map((stage) => {
    throwIfCancelled(signal, 'Following the channels')
    const groups = Math.max(...stage.units.slice(1).map((u) => u.groups))
    const seen = seenThrough(links, stage, groups)
    const points = stage.units.map((unit, depth): MixingPoint => {
      const own = seen[depth] ?? NOTHING_SEEN
      if (depth === 0 || groups === 1 || !weights) return { unit, depth, seen: own, mass: null, crossing: null }
      throwIfCancelled(signal, 'Following the channels')
      const mass = groupMass(graph, links, unit, groups)
      return { unit, depth, seen: own, mass, crossing: crossingShare(mass) }
    })
    return { stage, groups, points }
  })
}

const NOTHING = { mean: 0, least: 0, most: 0 }
const NOTHING_SEEN: Seen = { channels: NOTHING, groups: NOTHING }

/** A GroupMatrix from what zeroing groups changes: each row divided by its sum. */
export function changeMatrix({ change }: GroupChange): GroupMatrix {
  return change.map((row) => {
    const total = row.reduce((a, b) => a + b, 0)
    return total > 0 ? row.map((v) => v / total) : row
  })
}

/** Depth from which on every output channel of a stage sees all channels of its first feature map; null where it never does. */
export function depthToAll({ points }: MixingStage): number | null {
  return points.find((p) => p.seen.channels.least === 1)?.depth ?? null
}
