/** What this program counts for a row of the paper, beside what is printed there. Errors, mAP and latencies of the paper are quoted as they are. */
import { CONVENTIONS, type Convention, macsOf } from '../cost/conventions.ts'
import { inspectGraph, sectionCosts } from '../cost/inspect.ts'
import type { Graph } from '../ir/graph.ts'
import { fuseStructure, recognise } from '../passes/pipeline.ts'
import { planArenaBytes } from '../plan/planner.ts'
import { ZOO, zooSkeleton } from '../zoo/index.ts'
import { DIFFERENCE_WORDS, type DifferenceReason, differenceReason } from './difference.ts'
import { conventionOf, detectorsOf, type Standing, standingOf } from './standing.ts'
import type { PaperRow } from './tables.ts'

/** Of a network at the input and with the classes for which it is published. */
export interface Recomputed {
  readonly macs: Readonly<Record<Convention, number>>
  readonly params: number
  /** Activations of its plan, f32. */
  readonly arenaBytes: number
}

/** A detector at one of the image sizes of table 7. */
export interface RecomputedDetector {
  /** As the table has it, e.g. "300x". */
  readonly image: string
  readonly id: string
  readonly computed: Recomputed
  /** MACs by part, in network order, under the convention of the row. */
  readonly parts: readonly { readonly name: string; readonly macs: number }[]
}

export interface RecomputedRow {
  readonly row: PaperRow
  /** Null where the zoo has nothing that stands for the row. */
  readonly id: string | null
  /** Of the architecture; null as `id`. */
  readonly title: string | null
  /** False where the row is of the network without its channel shuffles. */
  readonly shuffle: boolean
  /** What the printed figure adds up; null as `id`. */
  readonly convention: Convention | null
  readonly computed: Recomputed | null
  /** (counted - printed) / printed under `convention`; null where one of both is not there. */
  readonly difference: number | null
  /** Why they differ, or `notPrinted`: there is no figure. */
  readonly reason: DifferenceReason | 'notPrinted'
  /**
   * What the zoo chose where the paper is silent, so that the figure is met: such a count is a fit, not a confirmation. Where
   * there is no figure, all that it chose.
   */
  readonly choices: readonly string[]
  /** Table 7: the row's detectors by size of the image; `id` and `computed` are those of the first. */
  readonly detectors: readonly RecomputedDetector[]
}

const NOT_PRINTED_WORDS = 'the paper prints no complexity of it'

/** The reason in words. */
export function reasonWords(reason: RecomputedRow['reason']): string {
  return reason === 'notPrinted' ? NOT_PRINTED_WORDS : DIFFERENCE_WORDS[reason]
}

const counted = new Map<string, Counted>()

interface Counted {
  readonly computed: Recomputed
  /** MACs of convolutions and fully connected layers by section. */
  readonly parts: RecomputedDetector['parts']
}

/** Tables repeat networks, so what was counted is remembered. The first time takes up to some seconds (VGG-16). */
export function recomputeRow(table: number, row: PaperRow): RecomputedRow {
  const standing = standingOf(table, row)
  if (!standing)
    return {
      row,
      id: null,
      title: null,
      shuffle: true,
      convention: null,
      computed: null,
      difference: null,
      reason: 'unknown',
      choices: [],
      detectors: [],
    }
  const { computed } = countedOf(standing)
  const convention = conventionOf(table, standing)
  const macs = computed.macs[convention]
  const { mflops } = row
  const entry = ZOO.find((e) => e.id === standing.id)
  return {
    row,
    id: standing.id,
    title: entry?.title ?? standing.id,
    shuffle: standing.shuffle,
    convention,
    computed,
    difference: mflops === null ? null : macs / (mflops * 1e6) - 1,
    reason: mflops === null ? 'notPrinted' : differenceReason(macs, { ...standing, mflops }, convention),
    choices: (entry?.fits ?? []).filter((fit) => mflops === null || fit.figure !== null).map((fit) => fit.what),
    detectors: detectorsOf(table, row).map(({ image, id }) => ({ image, id, ...countedOf({ id, shuffle: true }) })),
  }
}

function countedOf({ id, shuffle }: Pick<Standing, 'id' | 'shuffle'>): Counted {
  const key = `${id} ${shuffle}`
  const known = counted.get(key)
  if (known) return known
  const made = countGraph(zooSkeleton(id, { shuffle }))
  counted.set(key, made)
  return made
}

function countGraph(graph: Graph): Counted {
  const recognised = recognise(graph)
  const { params, total, layers } = inspectGraph(graph, recognised)
  const macs = Object.fromEntries(CONVENTIONS.map((c) => [c, macsOf(total, c)])) as Record<Convention, number>
  const parts = sectionCosts(layers).map(({ name, cost }) => ({ name, macs: macsOf(cost, 'conv+fc') }))
  return { computed: { macs, params, arenaBytes: planArenaBytes(fuseStructure(recognised)) }, parts }
}
