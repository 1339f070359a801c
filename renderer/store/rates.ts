/** Speed from time and work, beside what the machine can do at most. */
import type { Machine } from '../../engine/index.ts'
import type { LayerRow, NodeCost } from '../workers/contract/index.ts'

export type Work = Omit<NodeCost, 'name'>

export interface Rates extends Work {
  /** 1e9 multiply-accumulates per second; 0 where there are none, or where it took less time than the clock can tell. */
  readonly gmacs: number
  /** Of the machine's peak, 0..1. */
  readonly ofPeak: number
  /** Arithmetic intensity: multiply-accumulates per byte read or written. */
  readonly intensity: number
}

export function ratesOf({ ms, macs, bytes }: Work, machine: Machine): Rates {
  const gmacs = ms > 0 ? macs / ms / 1e6 : 0
  return { ms, macs, bytes, gmacs, ofPeak: gmacs / machine.gmacs, intensity: bytes > 0 ? macs / bytes : 0 }
}

/** Of no parts, nothing. */
export function addWork(parts: readonly Work[]): Work {
  return parts.reduce((sum, p) => ({ ms: sum.ms + p.ms, macs: sum.macs + p.macs, bytes: sum.bytes + p.bytes }), { ms: 0, macs: 0, bytes: 0 })
}

/** Of each layer by its name: the sum over the nodes of the loaded graph that it stands for. */
export function ratesByLayer(layers: readonly LayerRow[], costs: readonly NodeCost[], machine: Machine): ReadonlyMap<string, Rates> {
  const nodes = new Map(costs.map((n) => [n.name, n]))
  return new Map(
    layers.map(({ name, sources }) => {
      const own = [...new Set([name, ...sources])].flatMap((n) => nodes.get(n) ?? [])
      return [name, ratesOf(addWork(own), machine)]
    }),
  )
}
