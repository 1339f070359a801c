import { describe, expect, it } from 'vitest'
import { buildZooModel, recognise, type StepSample } from '../../../engine/index.ts'
import { ratesOf } from '../../../renderer/store/rates.ts'
import { layerRates, measured, runRates, sumRates } from '../../../renderer/store/selectors.ts'
import { isPeakTooLow, pointsOf } from '../../../renderer/views/costs/rooflineData.ts'
import type { ProfileView } from '../../../renderer/workers/contract/index.ts'
import { networkView } from '../../../renderer/workers/network.ts'
import { costByNode } from '../../../renderer/workers/nodeCost.ts'
import { runsFor } from '../../../renderer/workers/profiling.ts'

const step = (index: number, nodes: string[], samples: number[], macs = 0, bytes = 0): StepSample => ({
  step: index,
  kernel: 'k',
  nodes,
  samples,
  macs,
  bytes,
})

describe('cost by node', () => {
  it('goes to the first node of a step; steps of one node add up, and so do all to the run', () => {
    const costs = costByNode([
      step(0, ['conv', 'bn'], [1, 1, 9, 1], 100, 40),
      step(1, ['conv'], [2, 2, 2, 2]),
      step(2, ['pool'], [4, 4, 4, 4], 0, 8),
      step(3, [], [1, 1, 1, 1]),
    ])
    expect(costs).toEqual([
      { name: 'conv', ms: 3, macs: 100, bytes: 40 },
      { name: 'pool', ms: 4, macs: 0, bytes: 8 },
    ])
    expect(costByNode([])).toEqual([])
  })

  it('takes more runs of quick models, so that the clock can tell their layers', () => {
    expect([1000, 4, 0.1, 0].map(runsFor)).toEqual([20, 100, 200, 200])
  })
})

const model = buildZooModel('shufflenet-v1-g3-0.5x')
const network = networkView(model.graph, recognise(model.graph), 'recognised')
const machine = { gmacs: 30, gbs: 10 }
/** As if every layer with MACs ran at 15 GMAC/s and moved a byte for every two of them. */
const profile: ProfileView = {
  backend: 'wasm-simd',
  threads: 1,
  runs: 20,
  total: { min: 3, p50: 3, p90: 4, p99: 5 },
  machine,
  nodes: network.layers.map((l) => {
    const macs = l.macs['conv+fc']
    return { name: l.sources[0] ?? l.name, ms: macs / 15e6, macs, bytes: macs / 2 }
  }),
  arenaBytes: 0,
}

describe('rates of layers', () => {
  const rates = layerRates({ profile, network })

  it('are the measured ones, as a share of the peak and per byte', () => {
    const conv = network.layers.find((l) => l.kind === 'depthwise')
    const rate = rates?.get(conv?.name ?? '')
    expect(rate?.gmacs).toBeCloseTo(15)
    expect(rate?.ofPeak).toBeCloseTo(0.5)
    expect(rate?.intensity).toBe(2)
    if (!conv) throw new Error('no depthwise layer')
    expect(measured({ measureShown: 'peak', convention: 'paper' }, conv, rate)).toBeCloseTo(0.5)
    expect(measured({ measureShown: 'ms', convention: 'paper' }, conv, undefined)).toBe(0)
  })

  it('exist once measured, and are computed once', () => {
    expect(layerRates({ profile: null, network })).toBeNull()
    expect(sumRates({ profile: null, network }, network.layers)).toBeNull()
    expect(layerRates({ profile, network })).toBe(rates)
    expect(layerRates({ profile: { ...profile }, network })).not.toBe(rates)
  })

  it('add up: time and work over all layers', () => {
    const all = sumRates({ profile, network }, network.layers)
    expect(all?.macs).toBe(network.totals['conv+fc'])
    expect(all?.gmacs).toBeCloseTo(15)
    expect(runRates(profile).gmacs).toBeCloseTo(network.totals['conv+fc'] / 3e6)
  })

  it('make a point for each layer with MACs, of its kind', () => {
    const points = pointsOf(network.layers, rates ?? new Map())
    expect(points).toHaveLength(network.layers.filter((l) => l.op === 'conv2d' || l.op === 'linear').length)
    const count = (kind: string) => points.filter((p) => p.kind === kind).length
    // 16 units, each 1x1, depthwise, 1x1; the first 1x1 of stage 2 has no groups.
    expect([count('conv'), count('pointwise'), count('pointwiseGrouped'), count('depthwise'), count('linear')]).toEqual([1, 1, 31, 16, 1])
  })

  it('tell when the peak was measured too low', () => {
    const points = pointsOf(network.layers, rates ?? new Map())
    expect(isPeakTooLow(points, machine)).toBe(false)
    expect(isPeakTooLow(points, { ...machine, gmacs: 12 })).toBe(true)
    // A layer of a few microseconds may seem to be faster than it is.
    expect(
      isPeakTooLow(
        points.map((p) => ({ ...p, ms: 0.005 })),
        { ...machine, gmacs: 12 },
      ),
    ).toBe(false)
  })

  it('are zero where the clock cannot tell, not infinite', () => {
    expect(ratesOf({ ms: 0, macs: 100, bytes: 0 }, machine)).toMatchObject({ gmacs: 0, ofPeak: 0, intensity: 0 })
  })
})
