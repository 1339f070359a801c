/** What views read from the state: small, pure, outside of components. */
import type { LayerRow, NetworkItem, NetworkView, ProfileView } from '../workers/contract/index.ts'
import { addWork, type Rates, ratesByLayer, ratesOf } from './rates.ts'
import type { Measure, State } from './state.ts'

export function selectedLayer({ network, selection }: State): LayerRow | undefined {
  return selection.node === null ? undefined : network?.layers.find((l) => l.name === selection.node)
}

export function selectedItem({ network, selection }: State): NetworkItem | undefined {
  return selection.item === null ? undefined : network?.items.find((i) => i.key === selection.item)
}

/** Layers that the selection covers, as first and last index. */
export function selectedRange(state: State): readonly [number, number] | null {
  if (state.selection.range) return state.selection.range
  const layer = selectedLayer(state)
  if (layer) return [layer.index, layer.index]
  const layers = selectedItem(state)?.layers
  const first = layers?.[0]
  return first === undefined ? null : [first, layers?.at(-1) ?? first]
}

/** Measures that only a timed run tells. */
export function isTimed(measure: Measure): boolean {
  return measure === 'ms' || measure === 'peak'
}

let last: { profile: ProfileView; network: NetworkView; rates: ReadonlyMap<string, Rates> } | undefined

/** Time and speed of each layer here, by its name: the sum over the nodes of the loaded graph that it stands for. Null before measuring. */
export function layerRates({ profile, network }: Pick<State, 'profile' | 'network'>): ReadonlyMap<string, Rates> | null {
  if (!profile || !network) return null
  if (last?.profile === profile && last.network === network) return last.rates
  const rates = ratesByLayer(network.layers, profile.nodes, profile.machine)
  last = { profile, network, rates }
  return rates
}

let lastDevice: { times: State['deviceTimes']; network: NetworkView; rates: ReadonlyMap<string, Rates> } | undefined

/** The same of the run on a device that is the measure; null where that is none of the open model. */
export function deviceRates({ deviceTimes: times, network, model }: Pick<State, 'network'> & Partial<Pick<State, 'deviceTimes' | 'model'>>) {
  if (!times || !network || times.model !== model?.id) return null
  if (lastDevice?.times === times && lastDevice.network === network) return lastDevice.rates
  const rates = ratesByLayer(network.layers, times.nodes, times.machine ?? UNKNOWN_MACHINE)
  lastDevice = { times, network, rates }
  return rates
}

/** What a device can do at most is not always known; shares of it are then 0. */
const UNKNOWN_MACHINE = { gmacs: Number.POSITIVE_INFINITY, gbs: Number.POSITIVE_INFINITY }

/** The measure that can be shown: without a run of the open model there is none on a device. */
export function shownMeasure(state: Pick<State, 'measureShown' | 'network'> & Partial<Pick<State, 'deviceTimes' | 'model'>>): Measure {
  return state.measureShown === 'device' && !deviceRates(state) ? 'macs' : state.measureShown
}

/** Layers as one: their time, and the speed over it. */
export function sumRates({ profile, network }: Pick<State, 'profile' | 'network'>, layers: readonly LayerRow[]): Rates | null {
  const rates = layerRates({ profile, network })
  return profile && rates && ratesOf(addWork(layers.flatMap((l) => rates.get(l.name) ?? [])), profile.machine)
}

/** The whole run: median time, and the work of all its steps. */
export function runRates({ total, machine, nodes }: ProfileView): Rates {
  return ratesOf({ ...addWork(nodes), ms: total.p50 }, machine)
}

/** The value of a layer that the strip draws; 0 for a timed measure before measuring. */
export function measured({ measureShown, convention }: Pick<State, 'measureShown' | 'convention'>, layer: LayerRow, rates?: Rates): number {
  switch (measureShown) {
    case 'macs':
      return layer.macs[convention]
    case 'params':
      return layer.params
    case 'bytes':
      return layer.bytes
    case 'ms':
    case 'device':
      return rates?.ms ?? 0
    case 'peak':
      return rates?.ofPeak ?? 0
  }
}
