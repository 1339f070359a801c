/** Each reason for doubt alone, and a run without any. */
import { describe, expect, it } from 'vitest'
import { type Condition, type Device, type Trace, traceSchema, verdictOf } from '../../../engine/index.ts'

const device: Device = {
  board: 'Raspberry Pi 5 Model B Rev 1.0',
  arch: 'arm64',
  clusters: [{ cpus: [0, 1, 2, 3], core: 'Cortex-A76', capacity: 1024, governor: 'performance', minFrequency: 1.5e9, maxFrequency: 2.4e9 }],
  features: ['asimd'],
  memoryBytes: 8e9,
  kernel: '6.6',
  distribution: null,
  emulated: false,
  thermalZones: ['cpu-thermal'],
  reportsThrottling: true,
  clock: 1.7e9,
}
const condition: Condition = { at: 0, temperature: 50, frequency: 2.4e9, throttled: [], load: 0.1, ms: null }

const trace = (changes: Partial<Trace> = {}): Trace =>
  traceSchema.parse({
    schema: 1,
    model: 'm',
    modelHash: '',
    host: { cpu: '4 x Cortex-A76', cores: 4, runtime: 'Node 22', platform: 'linux arm64' },
    backend: 'wasm-relaxed-simd',
    threads: 1,
    precision: 'f32',
    total: Array.from({ length: 60 }, (_, i) => 20 + (i % 5) / 100),
    steps: [],
    arenaBytes: 0,
    device,
    conditions: [{ ...condition, at: -1 }, condition, { ...condition, at: 900 }],
    check: { difference: 1e-6, tolerance: 1e-4, sameTop: true },
    ...changes,
  })

const doubts = (changes: Partial<Trace>): string[] => verdictOf(trace(changes)).reasons.map((r) => r.doubt)
const cluster = { ...device.clusters[0], cpus: [0], core: 'Cortex-A55', capacity: 400, governor: 'schedutil' } as Device['clusters'][number]

describe('the verdict on a trace', () => {
  it('is valid where nothing speaks against it', () => {
    expect(verdictOf(trace())).toEqual({ kind: 'valid', reasons: [] })
  })

  it('is "wrong" where the output differs, whatever else is so', () => {
    expect(verdictOf(trace({ check: { difference: 0.2, tolerance: 1e-4, sameTop: true }, device: { ...device, emulated: true } })).kind).toBe('wrong')
    expect(verdictOf(trace({ check: { difference: 1e-6, tolerance: 1e-4, sameTop: false } })).kind).toBe('wrong')
  })

  it('is "emulated" on an emulator', () => {
    expect(verdictOf(trace({ device: { ...device, emulated: true } })).kind).toBe('emulated')
  })

  it.each([
    ['governor', { device: { ...device, clusters: [cluster] } }],
    ['frequency-fell', { conditions: [condition, { ...condition, at: 500, frequency: 1.5e9 }] }],
    ['throttled', { conditions: [condition, { ...condition, at: 500, throttled: ['under-voltage'] }] }],
    ['load', { conditions: [{ ...condition, at: -1, load: 2.5 }, condition] }],
    ['few-runs', { total: [20, 20, 20] }],
    ['no-check', { check: undefined }],
  ] as [string, Partial<Trace>][])('is suspect for %s alone', (doubt, changes) => {
    expect(doubts(changes)).toEqual([doubt])
    expect(verdictOf(trace(changes)).kind).toBe('suspect')
  })

  it('is suspect where samples scatter, or leave the median open', () => {
    expect(doubts({ total: Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? 30 : 20)) })).toContain('variation')
    expect(doubts({ total: Array.from({ length: 24 }, (_, i) => 20 + (i % 12)) })).toContain('interval')
  })

  it('looks at the governor of the cores that were used', () => {
    const both = { ...device, clusters: [...device.clusters.map((c) => ({ ...c, cpus: [4, 5] })), cluster] }
    expect(doubts({ device: both, pinned: [4, 5] })).toEqual([])
    expect(doubts({ device: both, pinned: [0] })).toEqual(['governor'])
  })
})
