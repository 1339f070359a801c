import { describe, expect, it } from 'vitest'
import { errorFrom, readTrace, type Trace } from '../../../engine/index.ts'

const trace: Trace = {
  schema: 1,
  model: 'shufflenet-v1-g3-1.0x',
  modelHash: 'ab',
  host: { cpu: 'Cortex-A72', cores: 4, runtime: 'Node 20.20.2', platform: 'linux arm64' },
  backend: 'wasm-simd',
  threads: 1,
  precision: 'f32',
  total: [12.5, 12.7],
  steps: [{ step: 0, kernel: 'conv', nodes: ['stem.conv'], samples: [1, 1.1], macs: 100, bytes: 200 }],
  arenaBytes: 1000,
}
const bytesOf = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value))
const problem = (bytes: Uint8Array) => {
  try {
    readTrace('pi.json', bytes)
  } catch (error) {
    return errorFrom(error)
  }
  throw new Error('it was read')
}

describe('traces from files', () => {
  it('gives back what was written', () => {
    expect(readTrace('pi.json', bytesOf(trace))).toEqual(trace)
  })

  it('says in one sentence what is wrong with what is no trace', () => {
    expect(problem(bytesOf('{"schema": 1,')).message).toBe('Trace "pi.json": it is not JSON. Choose the JSON file of a profiled run')
    expect(problem(new Uint8Array([0xff, 0xfe, 0])).why).toBe('it is not JSON')
    expect(problem(bytesOf({ name: 'x', layers: [] })).why).toBe('it is JSON, but not a trace')
    expect(problem(bytesOf('[1, 2]')).why).toBe('it is JSON, but not a trace')
    expect(problem(bytesOf('null')).why).toBe('it is JSON, but not a trace')
    expect(problem(bytesOf({ ...trace, total: [1, 'fast'] })).why).toMatch(/^its "total\.1" is not as a trace has it/)
    expect(problem(bytesOf({ ...trace, total: [1, -1] })).why).toMatch(/^its "total\.1" /)
    expect(problem(bytesOf({ ...trace, host: undefined })).why).toMatch(/^its "host" /)
    expect(problem(bytesOf({ ...trace, threads: 0.5 })).code).toBe('bad-input')
  })

  it('tells another version from no trace', () => {
    const error = problem(bytesOf({ ...trace, schema: 2 }))
    expect([error.code, error.why]).toEqual(['unsupported', 'it is of version 2 of the format, and this program reads version 1'])
  })

  it('is not drawn into reading what is too large', () => {
    expect(problem(new Uint8Array(65 * 2 ** 20)).why).toBe('it has 65 MiB, and the limit is 64 MiB')
  })
})
