/** What removed channels were on average, and how far they varied, told from batch norms and held against values. */
import { describe, expect, it } from 'vitest'
import { evaluateGraph, type Graph, hostTensor, multiplyAccumulates, pruneChannels } from '../../../../engine/index.ts'
import { GraphBuilder } from '../../../../engine/ir/build.ts'
import { RELU, RELU6 } from '../../../../engine/ops/activationFunction.ts'
import { OPS } from '../../../../engine/ops/registry.ts'
import { clippedNormal } from '../../../../engine/passes/prune/moments.ts'
import { randomTensor, relativeError } from '../../../ops/harness.ts'

describe('a clipped normal variable', () => {
  it.each([
    [0, 1, 0, Number.POSITIVE_INFINITY],
    [-2, 0.7, 0, Number.POSITIVE_INFINITY],
    [3, 2, 0, 6],
    [0.3, 1.5, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    [1, 0.5, Number.NEGATIVE_INFINITY, 1],
  ])('mean %f, deviation %f, in [%f, %f]: as summed up numerically', (mean, deviation, low, high) => {
    let [weight, first, second] = [0, 0, 0]
    for (let z = -8; z <= 8; z += 1e-4) {
      const v = Math.min(high, Math.max(low, mean + deviation * z))
      const w = Math.exp(-0.5 * z * z)
      weight += w
      first += w * v
      second += w * v * v
    }
    const expected = { mean: first / weight, deviation: Math.sqrt(second / weight - (first / weight) ** 2) }
    const made = clippedNormal(mean, deviation, low, high)
    expect(made.mean).toBeCloseTo(expected.mean, 5)
    expect(made.deviation).toBeCloseTo(expected.deviation, 4)
  })

  it('without deviation is a constant', () => {
    expect(clippedNormal(7, 0, 0, 6)).toEqual({ mean: 6, deviation: 0 })
  })
})

const C = 12
const SIDE = 48

/** Pseudo-normal values, seeded: sums of twelve uniform ones. */
function normal(shape: readonly number[]) {
  const parts = Array.from({ length: 12 }, (_, i) => randomTensor(shape, 100 + i).data)
  return hostTensor(
    shape,
    Float32Array.from(parts[0] ?? [], (_, i) => parts.reduce((sum, p) => sum + (p[i] ?? 0), 0) / 2),
  )
}

interface Parts {
  readonly scale: readonly number[]
  readonly activation?: typeof RELU
  /** Running variance of the first batch norm; ones where absent. */
  readonly variance?: readonly number[]
  /** Running mean and variance of the last batch norm; none: a bias in place of it. */
  readonly statistics?: { readonly mean: ArrayLike<number>; readonly variance: ArrayLike<number> }
}

/** Independent normal channels, normed to `scale`, read by a pointwise layer. */
function network({ scale, activation, variance, statistics }: Parts): Graph {
  const b = new GraphBuilder('test', OPS)
  const eye = Float32Array.from({ length: C * C }, (_, i) => (i % (C + 1) === 0 ? 1 : 0))
  const vector = (name: string, values: ArrayLike<number>) => b.weight(name, [values.length], Float32Array.from(values))
  const norm = (name: string, x: number, s: ArrayLike<number>, bias: ArrayLike<number>, mean: ArrayLike<number>, variance: ArrayLike<number>) =>
    b.node('batchNorm', {}, [x, vector(`${name}.s`, s), vector(`${name}.b`, bias), vector(`${name}.m`, mean), vector(`${name}.v`, variance)], {
      name,
    })
  const [zeros, ones] = [new Float32Array(C), new Float32Array(C).fill(1)]
  let x = b.node('conv2d', { kernel: [1, 1] }, [b.input('x', [1, C, SIDE, SIDE]), b.weight('make.w', [C, C, 1, 1], eye), -1], { name: 'make' })
  x = norm('n', x, scale, randomTensor([C], 3).data, zeros, variance ?? ones)
  if (activation) x = b.node('activation', { function: activation }, [x], { name: 'act' })
  x = b.node('conv2d', { kernel: [1, 1] }, [x, b.weight('read.w', [4, C, 1, 1], randomTensor([4, C, 1, 1], 8).data), -1], { name: 'read' })
  if (statistics) x = norm('m', x, ones.subarray(0, 4), zeros.subarray(0, 4), statistics.mean, statistics.variance)
  return b.finish([x], 'recognised')
}

const input = normal([1, C, SIDE, SIDE])
const outputOf = (graph: Graph) => evaluateGraph(graph, [input]).get(graph.outputs[0] ?? -1)?.data ?? []
const halved = (graph: Graph, compensate: boolean) => pruneChannels(graph, { macs: multiplyAccumulates(graph) / 2, scope: 'layer', compensate }).graph

/** Mean and variance of each of four channels. */
function statisticsOf(values: ArrayLike<number>) {
  const n = SIDE * SIDE
  const channels = [0, 1, 2, 3].map((c) => Array.from({ length: n }, (_, i) => values[c * n + i] ?? 0))
  const mean = channels.map((v) => v.reduce((a, b) => a + b, 0) / n)
  return { mean, variance: channels.map((v, c) => v.reduce((a, b) => a + (b - (mean[c] ?? 0)) ** 2, 0) / n) }
}

describe('compensation', () => {
  const dead = Array.from({ length: C }, (_, c) => (c % 2 ? 0 : 1))

  it.each([{ activation: RELU }, { activation: RELU6 }, {}])('channels that never vary are lost without a trace: %o', (parts) => {
    for (const statistics of [undefined, { mean: [0.1, -0.2, 0.3, 0.5], variance: [1, 2, 0.5, 0.7] }]) {
      const graph = network({ ...parts, scale: dead, ...(statistics && { statistics }) })
      expect(relativeError(outputOf(halved(graph, true)), outputOf(graph))).toBeLessThan(1e-5)
      expect(relativeError(outputOf(halved(graph, false)), outputOf(graph))).toBeGreaterThan(1e-2)
    }
  })

  it.each([{ activation: RELU }, {}])('outputs keep the mean and the variance that they had: %o', (parts) => {
    const scale = Array.from({ length: C }, (_, c) => 1 + c / 20)
    const statistics = statisticsOf(outputOf(network({ ...parts, scale })))
    const graph = network({ ...parts, scale, statistics })
    const [before, kept, not] = [graph, halved(graph, true), halved(graph, false)].map((g) => statisticsOf(outputOf(g)))
    for (let c = 0; c < 4; c++) {
      expect(before?.variance[c]).toBeCloseTo(1, 3)
      expect(Math.abs(kept?.mean[c] ?? 9)).toBeLessThan(0.1)
      expect(Math.abs((kept?.variance[c] ?? 9) - 1)).toBeLessThan(0.15)
      expect(not?.variance[c]).toBeLessThan(0.95)
    }
  })
})

describe('importance', () => {
  it('of a channel that never varied in training is none, whatever the scale of its batch norm', () => {
    const graph = network({ scale: Array.from({ length: C }, () => 1), variance: Array.from({ length: C }, (_, c) => (c % 2 ? 1e-14 : 1)) })
    const { removals } = pruneChannels(graph, { macs: multiplyAccumulates(graph) / 2, scope: 'global' })
    expect([...(removals[0]?.layout.kept ?? [])]).toEqual([0, 2, 4, 6, 8, 10])
  })
})
