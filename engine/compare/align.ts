/** Two networks side by side: which layer of one stands where which layer of the other does. */
import { at } from '../base/assert.ts'
import type { Graph } from '../ir/graph.ts'
import { Likeness } from './likeness.ts'
import { type Outline, type OutlineSection, type OutlineUnit, outlineOf } from './outline.ts'
import { alignSequences, type Pairing } from './sequence.ts'

/** Indices of layers in network order; null where the other network has no such layer. */
export type LayerPair = Pairing

export interface AlignedUnit {
  readonly a: string | null
  readonly b: string | null
  readonly layers: readonly LayerPair[]
}

/** Section of feature maps of one size; `a` and `b` are null where a network has no such section. */
export interface AlignedSection {
  readonly a: Pick<OutlineSection, 'name' | 'size'> | null
  readonly b: Pick<OutlineSection, 'name' | 'size'> | null
  readonly units: readonly AlignedUnit[]
}

export interface Alignment {
  readonly sections: readonly AlignedSection[]
  /** Sum of the likenesses of all that is paired. */
  readonly score: number
}

/** Aligns two graphs of one stage: sections with sections, units within them, layers within those. Every layer is there once. */
export function alignGraphs(a: Graph, b: Graph): Alignment {
  return alignOutlines(outlineOf(a), outlineOf(b))
}

export function alignOutlines(a: Outline, b: Outline): Alignment {
  const likeness = new Likeness(a, b)
  const { pairs, score } = alignSequences(a.length, b.length, (i, j) => likeness.sections(at(a, i), at(b, j)))
  return { sections: pairs.map((p) => sectionOf(likeness, p.a === null ? null : at(a, p.a), p.b === null ? null : at(b, p.b))), score }
}

function sectionOf(likeness: Likeness, a: OutlineSection | null, b: OutlineSection | null): AlignedSection {
  const { pairs } =
    a && b
      ? alignSequences(a.units.length, b.units.length, (i, j) => likeness.units(at(a.units, i), at(b.units, j)))
      : { pairs: [...alone(a?.units, 'a'), ...alone(b?.units, 'b')] }
  return {
    a: a && { name: a.name, size: a.size },
    b: b && { name: b.name, size: b.size },
    units: pairs.map((p) => unitOf(likeness, p.a === null ? null : at(a?.units ?? [], p.a), p.b === null ? null : at(b?.units ?? [], p.b))),
  }
}

function unitOf(likeness: Likeness, a: OutlineUnit | null, b: OutlineUnit | null): AlignedUnit {
  const { pairs } =
    a && b
      ? alignSequences(a.layers.length, b.layers.length, (i, j) => likeness.layers(at(a.layers, i), at(b.layers, j)))
      : { pairs: [...alone(a?.layers, 'a'), ...alone(b?.layers, 'b')] }
  const indexOf = (side: OutlineUnit | null, i: number | null) => (i === null ? null : at(side?.layers ?? [], i).index)
  return { a: a?.name ?? null, b: b?.name ?? null, layers: pairs.map((p) => ({ a: indexOf(a, p.a), b: indexOf(b, p.b) })) }
}

function alone(list: readonly unknown[] | undefined, side: 'a' | 'b'): Pairing[] {
  return (list ?? []).map((_, i) => (side === 'a' ? { a: i, b: null } : { a: null, b: i }))
}
