/** Times of a trace by layer of the network that is shown. Apart from the slices, as it brings the engine's reading of traces along. */
import type { Trace } from '../../engine/index.ts'
import type { LayerRow, NodeCost } from '../workers/contract/index.ts'
import { costByNode } from '../workers/nodeCost.ts'
import { type Rates, ratesByLayer } from './rates.ts'

/** For a device whose limits were not measured: its speed is told, its share of them is not. */
const ANY_MACHINE = { gmacs: Number.POSITIVE_INFINITY, gbs: Number.POSITIVE_INFINITY }

export function nodesOfTrace({ steps }: Trace): NodeCost[] {
  return costByNode(steps)
}

export function layerTimes(layers: readonly LayerRow[], trace: Trace): ReadonlyMap<string, Rates> {
  return ratesByLayer(layers, nodesOfTrace(trace), trace.machine ?? ANY_MACHINE)
}
