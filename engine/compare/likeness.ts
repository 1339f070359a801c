/** How alike two layers, units or sections are: what an alignment adds up. */
import { at } from '../base/assert.ts'
import type { Outline, OutlineLayer, OutlineSection, OutlineUnit } from './outline.ts'
import { alignSequences } from './sequence.ts'

/** Convolutions tell where in a network one is; what follows them follows. */
const CONVOLUTION = 8
const ANY_OP = 2
const SAME = { kernel: 2, stride: 2, depthwise: 3, groups: 1, detail: 1, size: 2, channels: 1, name: 2 } as const

/** 0 where the two may not be paired: other ops, or a pointwise against a spatial convolution. */
export function layerLikeness(a: OutlineLayer, b: OutlineLayer): number {
  if (a.op !== b.op) return 0
  let score = ANY_OP
  if (a.op === 'conv2d') {
    if (isPointwise(a) !== isPointwise(b)) return 0
    score = CONVOLUTION + (a.depthwise === b.depthwise ? SAME.depthwise : 0)
  }
  if (a.kernel || b.kernel) score += (String(a.kernel) === String(b.kernel) ? SAME.kernel : 0) + (a.stride === b.stride ? SAME.stride : 0)
  if (a.groups === b.groups) score += SAME.groups
  if (a.detail === b.detail) score += SAME.detail
  if (a.reduction === b.reduction) score += SAME.size
  return score + SAME.channels * (Math.min(a.channels, b.channels) / Math.max(a.channels, b.channels, 1))
}

function isPointwise({ kernel }: OutlineLayer): boolean {
  return kernel?.every((k) => k === 1) ?? false
}

/** Likenesses between two outlines. Networks repeat themselves: each pair of different layers or units is weighed once. */
export class Likeness {
  private readonly layerClass = new Map<OutlineLayer, number>()
  private readonly unitClass = new Map<OutlineUnit, number>()
  private readonly layerScores: (number | undefined)[][] = []
  private readonly unitScores: (number | undefined)[][] = []

  constructor(a: Outline, b: Outline) {
    const layers = new Map<string, number>()
    const units = new Map<string, number>()
    for (const section of [...a, ...b])
      for (const unit of section.units) {
        for (const layer of unit.layers) this.layerClass.set(layer, classOf(layers, keyOf(layer)))
        this.unitClass.set(unit, classOf(units, unit.layers.map((l) => this.layerClass.get(l)).join()))
      }
  }

  layers(a: OutlineLayer, b: OutlineLayer): number {
    return remembered(this.layerScores, this.layerClass.get(a) ?? 0, this.layerClass.get(b) ?? 0, () => layerLikeness(a, b))
  }

  /** That of their layers, aligned; 0 where not one of them can be paired. */
  units(a: OutlineUnit, b: OutlineUnit): number {
    const score = remembered(
      this.unitScores,
      this.unitClass.get(a) ?? 0,
      this.unitClass.get(b) ?? 0,
      () => alignSequences(a.layers.length, b.layers.length, (i, j) => this.layers(at(a.layers, i), at(b.layers, j))).score,
    )
    return score > 0 && a.name === b.name && a.name !== '' ? score + SAME.name : score
  }

  sections(a: OutlineSection, b: OutlineSection): number {
    return alignSequences(a.units.length, b.units.length, (i, j) => this.units(at(a.units, i), at(b.units, j))).score
  }
}

function keyOf({ op, detail, kernel, stride, groups, depthwise, reduction, channels }: OutlineLayer): string {
  return [op, detail, kernel?.join('x'), stride, groups, depthwise, reduction, channels].join('|')
}

function classOf(known: Map<string, number>, key: string): number {
  const found = known.get(key) ?? known.size
  known.set(key, found)
  return found
}

function remembered(table: (number | undefined)[][], i: number, j: number, compute: () => number): number {
  table[i] ??= []
  const row = at(table, i)
  const value = row[j] ?? compute()
  row[j] = value
  return value
}
