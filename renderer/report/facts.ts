/** What a report knows of a model: worked out once, then written down. */
import { inspectGraph, type Machine, type Model, recognise, type ShuffleInfo, throwIfCancelled } from '../../engine/index.ts'
import { type Rates, ratesByLayer } from '../store/rates.ts'
import type { LayerRow, MixingView, ModelView, NetworkView } from '../workers/contract/index.ts'
import { mixingView } from '../workers/mixing.ts'
import { viewOf } from '../workers/modelView.ts'
import { networkView } from '../workers/network.ts'
import { withScopes } from '../workers/scopes.ts'
import type { Measurement } from './measurement.ts'

export interface ReportFacts {
  readonly model: ModelView
  /** As recognised: portable, before anything is fused. */
  readonly network: NetworkView
  readonly shuffles: readonly ShuffleInfo[]
  readonly mixing: MixingView
  readonly measurements: readonly Measured[]
}

export interface Measured extends Measurement {
  /** By layer of `network`; a layer that was fused into another one took no time of its own. */
  readonly rates: ReadonlyMap<string, Rates>
}

/** Where the machine was not measured nothing is compared with its peak. */
const NO_MACHINE: Machine = { gmacs: Number.POSITIVE_INFINITY, gbs: Number.POSITIVE_INFINITY }

/** Throws ScopeError where the graph cannot be recognised, `cancelled` once the signal says so. */
export function reportFacts(model: Model, measurements: readonly Measurement[], signal: AbortSignal): ReportFacts {
  const { loaded, recognised = recognise(model.graph) } = withScopes(model.graph)
  throwIfCancelled(signal, 'The report')
  const network = networkView(loaded, recognised, 'recognised')
  return {
    model: viewOf({ ...model, graph: loaded }),
    network,
    shuffles: inspectGraph(loaded, recognised).shuffles,
    mixing: mixingView(recognised, model.title, signal),
    measurements: measurements.map((m) => ({ ...m, rates: ratesByLayer(network.layers, m.nodes, m.machine ?? NO_MACHINE) })),
  }
}

/** Layers of a section with their sums, in network order; a section that comes back is a row of its own. */
export interface SectionSum {
  readonly key: string
  readonly label: string
  readonly units: number
  readonly layers: readonly LayerRow[]
}

export function sectionSums({ sections, items, layers }: NetworkView): SectionSum[] {
  const byKey = new Map(items.map((i) => [i.key, i]))
  return sections.map(({ key, label, items: keys }) => {
    const own = keys.flatMap((k) => byKey.get(k) ?? [])
    return { key, label, units: own.filter((i) => i.kind === 'unit').length, layers: own.flatMap((i) => i.layers.flatMap((l) => layers[l] ?? [])) }
  })
}

export function sumOf(layers: readonly LayerRow[], value: (layer: LayerRow) => number): number {
  return layers.reduce((sum, l) => sum + value(l), 0)
}
