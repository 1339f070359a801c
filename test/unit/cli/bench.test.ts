import { describe, expect, it } from 'vitest'
import type { BenchReport } from '../../../electron/cli/bench.ts'
import type { InspectReport } from '../../../electron/cli/inspect.ts'
import { cli, json } from './harness.ts'

const MODEL = 'shufflenet-v1-g3-0.25x'

describe('bench', () => {
  it('gives the documented fields; its layers hold every multiply-accumulate of the model', async () => {
    const made = await json<BenchReport>(['bench', MODEL, '--runs', '5', '--warmup', '1'])
    expect(Object.keys(made)).toEqual(['backend', 'threads', 'precision', 'runs', 'ms', 'layers'])
    expect(made).toMatchObject({ backend: expect.stringMatching(/^wasm-(relaxed-)?simd$/), threads: 1, precision: 'f32', runs: 5 })
    const { min, p50, p90, p99 } = made.ms
    expect(min).toBeGreaterThan(0)
    expect([min, p50, p90, p99]).toEqual([min, p50, p90, p99].sort((a, b) => a - b))
    for (const layer of made.layers) expect(Object.keys(layer)).toEqual(['name', 'op', 'ms', 'macs', 'gmacs'])
    const { totals, layers } = await json<InspectReport>(['inspect', MODEL, '--convention', 'conv+fc'])
    expect(made.layers.reduce((sum, layer) => sum + layer.macs, 0)).toBe(totals.macs)
    const convolutions = layers.filter((layer) => layer.op === 'conv2d').map((layer) => layer.name)
    expect(made.layers.filter((layer) => layer.op === 'conv2d')).toHaveLength(convolutions.length)
  })

  it('adds the roof and how near each layer comes to it, with --layers', async () => {
    const made = await json<BenchReport>(['bench', MODEL, '--runs', '5', '--warmup', '1', '--layers'])
    const peak = made.machine?.gmacs ?? 0
    expect(peak).toBeGreaterThan(0)
    expect(made.machine?.gbs).toBeGreaterThan(0)
    for (const layer of made.layers) {
      expect(Object.keys(layer)).toEqual(['name', 'op', 'ms', 'macs', 'gmacs', 'percentOfPeak', 'bytes', 'intensity'])
      expect(layer.percentOfPeak).toBeCloseTo((100 * layer.gmacs) / peak, 9)
      expect(layer.intensity).toBeCloseTo(layer.macs / (layer.bytes ?? 1), 9)
    }
  })

  it('prints totals for people, and layers where asked', async () => {
    const plain = await cli(['bench', MODEL, '--runs', '2', '--warmup', '0'])
    expect(plain.out).toMatch(/^wasm-[\w-]+, 1 thread, f32, 2 runs\nmin [\d.]+ {2}p50 [\d.]+ {2}p90 [\d.]+ {2}p99 [\d.]+ ms\n$/)
    const layered = await cli(['bench', MODEL, '--runs', '2', '--warmup', '0', '--layers', '--threads', '2'])
    expect(layered.out).toMatch(/2 threads.*\n.*\npeak [\d.]+ GMAC\/s, memory [\d.]+ GB\/s\n\nlayer +op +ms +MACs +GMAC\/s +% peak +MACs\/B\n/)
  })
})
