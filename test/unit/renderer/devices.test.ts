// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Api, DeviceEntry, DeviceNews, StoredTrace } from '../../../electron/ipc/contract.ts'
import { type Device, type Trace, verdictOf } from '../../../engine/index.ts'
import { translator } from '../../../renderer/app/strings/index.ts'
import type { ProfileRequest } from '../../../renderer/store/devicesSlice.ts'
import { createStore } from '../../../renderer/store/index.ts'
import { readView, writeView } from '../../../renderer/store/viewParts.ts'
import { applyViewState, START_VIEW, type ViewState, viewStateOf } from '../../../renderer/store/viewState.ts'
import { badgesOf, spans } from '../../../renderer/views/devices/badges.ts'
import { readNumbers, readOptions, readTarget, START_OPTIONS } from '../../../renderer/views/devices/options.ts'
import { paperInput, paperRow } from '../../../renderer/views/devices/paper.ts'
import { conditionLine, figuresOf, layerBarRows, reasonsText, threadSeries } from '../../../renderer/views/devices/runData.ts'
import type { EngineClient } from '../../../renderer/workers/client.ts'
import type { NetworkView } from '../../../renderer/workers/contract/index.ts'

const pi: Device = {
  board: 'Raspberry Pi 4 Model B',
  arch: 'aarch64',
  clusters: [{ cpus: [0, 1, 2, 3], core: 'Cortex-A72', capacity: 1024, governor: 'ondemand', minFrequency: 6e8, maxFrequency: 1.5e9 }],
  features: ['fp', 'asimd', 'crc32'],
  memoryBytes: 4 * 2 ** 30,
  kernel: 'Linux 6.6',
  distribution: 'Debian 12',
  emulated: false,
  thermalZones: ['cpu'],
  reportsThrottling: true,
  clock: 1.7e9,
}
function traceOf(part: Partial<Trace> = {}): Trace {
  return {
    schema: 1,
    model: 'shufflenet-v1-g3-0.5x',
    modelHash: '',
    host: { cpu: 'Cortex-A72', cores: 4, runtime: 'Node 22', platform: 'linux arm64' },
    backend: 'wasm-simd',
    threads: 1,
    precision: 'f32',
    total: Array.from({ length: 40 }, (_, i) => 20 + (i % 4) * 0.1),
    steps: [],
    arenaBytes: 0,
    device: { ...pi, clusters: pi.clusters.map((c) => ({ ...c, governor: 'performance' })) },
    check: { difference: 1e-6, tolerance: 1e-4, sameTop: true },
    ...part,
  }
}
const EMPTY_NETWORK = { stage: 'recognised', items: [], layers: [], sections: [], edges: [] } as unknown as NetworkView
const entryOf = (id: string): DeviceEntry => ({ id, target: id, identity: null, knownHosts: null, added: '', device: null, probed: null })
const request: ProfileRequest = {
  backends: ['wasm'],
  threads: [1],
  warmup: 1,
  runs: 1,
  budgetMs: null,
  layerRuns: 1,
  sustainedMs: null,
  pinned: null,
  precision: 'f32',
  node: null,
}

interface Call {
  readonly channel: string
  readonly args: readonly unknown[]
  readonly tell: (news: DeviceNews) => void
  readonly signal: AbortSignal | undefined
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

/** A back end whose lists are here and whose long calls are settled by the test. */
function fake() {
  const calls: Call[] = []
  const lists = { devices: [entryOf('pi'), entryOf('jetson')], traces: [] as StoredTrace[] }
  const api: Api = {
    shell: 'browser',
    on: () => () => undefined,
    call: ((channel: string, args: readonly unknown[], options?: { signal?: AbortSignal; onProgress?: (news: DeviceNews) => void }) => {
      if (channel === 'devices.list') return Promise.resolve(lists.devices)
      if (channel === 'traces.list') return Promise.resolve(lists.traces)
      if (channel === 'devices.configured') return Promise.resolve(['rock'])
      return new Promise<unknown>((resolve, reject) => {
        calls.push({ channel, args, tell: (news) => options?.onProgress?.(news), signal: options?.signal, resolve, reject })
        options?.signal?.addEventListener('abort', () => reject({ code: 'cancelled', what: 'a', why: 'b', hint: 'c' }))
        if (channel === 'devices.answer' || channel === 'devices.remove') resolve(null)
      })
    }) as Api['call'],
  }
  const engine = { call: () => Promise.resolve(null), sourceOf: () => undefined } as unknown as EngineClient
  const store = createStore(engine)
  store.setState({ api, handle: 'm1', modelRef: { kind: 'zoo', id: 'shufflenet-v1-g3-0.5x' } })
  return { store, calls, lists, of: (channel: string) => calls.filter((c) => c.channel === channel) }
}
const progress = (phase: 'uploading' | 'runs', done: number): DeviceNews => ({
  kind: 'progress',
  phase,
  done,
  total: 10,
  threads: 0,
  temperature: 41,
})
const settled = () => new Promise((done) => setTimeout(done, 5))

beforeEach(() => vi.stubGlobal('requestAnimationFrame', (f: () => void) => setTimeout(f, 0)))
afterEach(() => vi.unstubAllGlobals())

describe('devices in the state', () => {
  it('profiles on all chosen at once, each with its own progress, and shows the run', async () => {
    const { store, lists, of } = fake()
    await store.getState().loadDevices()
    store.getState().chooseDevice('pi', true)
    store.getState().chooseDevice('jetson', true)
    const work = store.getState().profileDevices(request)
    await settled()
    const [pi, jetson] = of('devices.profile')
    expect([pi?.args, jetson?.args]).toEqual([
      ['pi', { kind: 'zoo', id: 'shufflenet-v1-g3-0.5x' }, request],
      ['jetson', { kind: 'zoo', id: 'shufflenet-v1-g3-0.5x' }, request],
    ])
    pi?.tell(progress('uploading', 7))
    pi?.tell(progress('runs', 2))
    expect(store.getState().deviceJobs.pi).toMatchObject({ kind: 'profile', pushed: 7, progress: { phase: 'runs', done: 2, temperature: 41 } })
    expect(store.getState().deviceJobs.jetson).toMatchObject({ pushed: null, progress: null })
    store.getState().deviceJobs.jetson?.cancel()
    expect(jetson?.signal?.aborted).toBe(true)
    expect(pi?.signal?.aborted).toBe(false)
    const stored = { id: 'run-1.json', trace: traceOf() }
    lists.traces.push(stored)
    pi?.resolve({ traces: [stored], sent: 7 })
    await work
    expect(store.getState()).toMatchObject({ deviceJobs: {}, deviceErrors: {}, traceShown: 'run-1.json' })
  })

  it('asks, takes the answer once, and forgets questions of work that ended', async () => {
    const { store, of } = fake()
    const probing = store.getState().probeDevice('pi')
    await settled()
    const ask = { about: 'secret', secret: 'password', text: 'pi password:', echo: false, failed: 0, keepable: false } as const
    of('devices.probe')[0]?.tell({ kind: 'question', id: 'a'.repeat(32), ask })
    of('devices.probe')[0]?.tell({ kind: 'question', id: 'b'.repeat(32), ask })
    expect(store.getState().deviceQuestions.map((q) => q.device)).toEqual(['pi', 'pi'])
    await store.getState().answerDevice('a'.repeat(32), { secret: 'tell no one', keep: false })
    expect(of('devices.answer')[0]?.args).toEqual(['a'.repeat(32), { secret: 'tell no one', keep: false }])
    expect(JSON.stringify(store.getState())).not.toContain('tell no one')
    of('devices.probe')[0]?.reject({ code: 'device', what: 'pi', why: 'it refused', hint: 'Try another key' })
    await probing
    expect(store.getState().deviceQuestions).toEqual([])
    expect(store.getState().deviceErrors.pi?.why).toBe('it refused')
    store.getState().dismissDeviceError('pi')
    expect(store.getState().deviceErrors).toEqual({})
  })

  it('begins nothing twice on one device, and says nothing of what a person cancelled', async () => {
    const { store, of } = fake()
    const first = store.getState().probeDevice('pi')
    await store.getState().probeDevice('pi')
    expect(of('devices.probe')).toHaveLength(1)
    store.getState().deviceJobs.pi?.cancel()
    await first
    expect(store.getState()).toMatchObject({ deviceJobs: {}, deviceErrors: {} })
  })

  it('keeps at most two runs beside the one that is shown', () => {
    const { store } = fake()
    store.getState().showTrace('a')
    for (const id of ['a', 'b', 'c', 'd']) store.getState().putTraceBeside(id, true)
    expect(store.getState().tracesBeside).toEqual(['c', 'd'])
    store.getState().showTrace('c')
    expect(store.getState().tracesBeside).toEqual(['d'])
  })

  it('makes a run the measure, and none again once it is removed', async () => {
    const { store, lists, of } = fake()
    const steps = [{ step: 0, kernel: 'k', nodes: ['conv1'], samples: [2, 2], macs: 1, bytes: 1 }]
    lists.traces.push({ id: 'a', trace: traceOf({ steps }) })
    await store.getState().loadDevices()
    await store.getState().measureByTrace('a')
    expect(store.getState()).toMatchObject({
      measureShown: 'device',
      deviceTimes: { label: 'Raspberry Pi 4 Model B', nodes: [{ name: 'conv1', ms: 2 }] },
    })
    lists.traces.pop()
    const removing = store.getState().removeTrace('a')
    of('traces.remove')[0]?.resolve(null)
    await removing
    expect(store.getState()).toMatchObject({ measureShown: 'macs', deviceTimes: null, traceShown: null })
  })
})

describe('a view with a run', () => {
  it('comes back with the run and the measure by it; a run that is gone is left out', async () => {
    const { store, lists } = fake()
    const steps = [{ step: 0, kernel: 'k', nodes: ['conv1'], samples: [2, 2], macs: 1, bytes: 1 }]
    lists.traces.push({ id: 'a', trace: traceOf({ steps }) })
    const back = async (view: ViewState) => {
      await applyViewState(store, readView(writeView(view)))
      return viewStateOf(store.getState())
    }
    const view: ViewState = { ...START_VIEW, screen: 'devices', measureShown: 'device', run: 'a', timed: 'a' }
    store.setState({ network: EMPTY_NETWORK })
    expect(await back(view)).toEqual(view)
    expect(await back({ ...view, timed: null, measureShown: 'bytes' })).toMatchObject({ timed: null, measureShown: 'bytes' })
    expect(await back({ ...view, timed: 'gone' })).toMatchObject({ timed: null, measureShown: 'macs' })
  })
})

describe('what is typed', () => {
  it.each(['pi@raspberrypi.local', 'pi', 'pi@10.0.0.7:2222', 'root@[::1]:22', 'jetson'])('%s is an address', (target) =>
    expect(readTarget({ target: ` ${target} `, identity: ' ', knownHosts: '/k' })).toEqual({
      ok: true,
      value: { target, identity: null, knownHosts: '/k' },
    }),
  )

  it.each(['', 'a b', '-oProxyCommand=x', 'a@b@c d', 'pi@host:0', 'pi@host:70000', 'x\ny'])('%j is none', (target) =>
    expect(readTarget({ target, identity: '', knownHosts: '' }).ok).toBe(false),
  )

  it('becomes a request, or the field at fault is named', () => {
    expect(readOptions(START_OPTIONS)).toMatchObject({
      ok: true,
      value: { threads: [1], runs: 100, budgetMs: null, sustainedMs: null, pinned: null },
    })
    expect(
      readOptions({ ...START_OPTIONS, threads: '1, 2,4', ends: 'time', seconds: '5', sustained: '10', pinned: '4-7', backend: 'both' }),
    ).toMatchObject({
      value: { backends: ['wasm', 'ort'], threads: [1, 2, 4], budgetMs: 5000, sustainedMs: 600_000, pinned: [4, 5, 6, 7] },
    })
    for (const [field, value] of [
      ['threads', '0'],
      ['threads', 'two'],
      ['runs', '1e9'],
      ['sustained', '999'],
      ['pinned', '7-4'],
    ] as const)
      expect(readOptions({ ...START_OPTIONS, [field]: value })).toMatchObject({ ok: false, refused: { field } })
    expect(readNumbers('1-3,2', 1, 8, 8)).toEqual([1, 2, 3])
    expect(readNumbers('0-4095', 0, 4095, 64)).toBeUndefined()
  })
})

describe('runs', () => {
  const t = translator('en')

  it('have a verdict in words for each of its doubts, in both languages', () => {
    const look = { at: 0, temperature: 60, throttled: [], load: 0, ms: null }
    const trace = traceOf({
      device: { ...pi, emulated: true },
      check: { difference: 0.2, tolerance: 1e-4, sameTop: false },
      total: [10, 30],
      conditions: [
        { ...look, frequency: 1.5e9, load: 3, at: -5 },
        { ...look, frequency: 6e8, throttled: ['under-voltage'], at: 100 },
      ],
    })
    const verdict = verdictOf(trace)
    expect(verdict.kind).toBe('wrong')
    const words = reasonsText(t, trace, verdict)
    expect(words).toHaveLength(new Set(verdict.reasons.map((r) => r.doubt)).size)
    expect(words.join(' ')).toMatch(/ondemand.*1500 to 600 MHz.*under-voltage/s)
    for (const locale of ['en', 'zh'] as const) expect(reasonsText(translator(locale), trace, verdict).join('')).not.toMatch(/[{}]/)
    expect(verdictOf(traceOf()).kind).toBe('valid')
  })

  it('tell the median with its interval', () => {
    const { p50, low, high, min, runs } = figuresOf(traceOf())
    expect([min, runs]).toEqual([20, 40])
    expect(low).toBeLessThanOrEqual(p50)
    expect(high).toBeGreaterThanOrEqual(p50)
  })

  it('of one device and model make a curve over threads, the newest of each count', () => {
    const all = [
      { id: 'new', trace: traceOf({ threads: 2, total: [11] }) },
      { id: 'old', trace: traceOf({ threads: 2, total: [99] }) },
      { id: 'one', trace: traceOf() },
      { id: 'ort', trace: traceOf({ backend: 'onnxruntime' }) },
      { id: 'other', trace: traceOf({ threads: 4, device: { ...pi, board: 'Jetson' } }) },
      { id: 'long', trace: traceOf({ threads: 4, sustained: true }) },
      { id: 'pinned', trace: traceOf({ threads: 4, pinned: [0] }) },
    ]
    expect(threadSeries(all, traceOf()).map((s) => [s.backend, s.runs.map((r) => [r.threads, r.total.length])])).toEqual([
      [
        'wasm-simd',
        [
          [1, 40],
          [2, 1],
        ],
      ],
      ['onnxruntime', [[1, 40]]],
    ])
  })

  it('are aligned by layer; a layer that nobody timed has no row', () => {
    const layer = (index: number, name: string) => ({ index, name }) as Parameters<typeof layerBarRows>[0][number]
    const rate = (ms: number) => ({ ms, macs: 1, bytes: 1, gmacs: 0, ofPeak: 0, intensity: 1 })
    const machines = [
      new Map([['a', rate(3)]]),
      new Map([
        ['a', rate(1)],
        ['c', rate(2)],
      ]),
    ]
    expect(layerBarRows([layer(0, 'a'), layer(1, 'b'), layer(2, 'c')], machines)).toEqual([
      { index: 0, name: 'a', values: [3, 1] },
      { index: 2, name: 'c', values: [null, 2] },
    ])
  })

  it('are looked at along time, in minutes where they are long', () => {
    const look = (at: number, frequency: number | null) => ({ at, temperature: 50, frequency, throttled: [], load: null, ms: 4 })
    expect(conditionLine([look(0, 1e9), look(2000, null)], 'frequency')).toEqual({ points: [{ x: 0, y: 1000 }], minutes: false })
    expect(conditionLine([look(0, 1e9), look(600_000, 1e9)], 'ms').points.at(-1)).toEqual({ x: 10, y: 4 })
  })

  it('stand beside the table of the paper where it has the model and the input', () => {
    expect(paperRow('shufflenet-v1-g3-0.5x')?.ms['224x224']).toBe(15.2)
    expect(paperRow('shufflenet-v1-g3-0.5x-imagenette')?.model).toBe('ShuffleNet 0.5× (g=3)')
    expect(paperRow('shufflenet-v1-g8-1.0x')).toBeUndefined()
    expect([paperInput([1, 3, 224, 224]), paperInput([1, 3, 480, 640]), paperInput([1, 3, 160, 160])]).toEqual(['224x224', '480x640', undefined])
  })
})

describe('badges', () => {
  it('name what is known, and mark what spoils a figure', () => {
    const badges = badgesOf(translator('en'), { ...pi, emulated: true })
    expect(badges.map((b) => b.text)).toEqual([
      'emulated',
      'Raspberry Pi 4 Model B',
      '4 × Cortex-A72, 1500 MHz',
      'aarch64',
      'asimd',
      '4.00 GiB',
      'ondemand',
      'Debian 12',
    ])
    expect(badges.filter((b) => b.strong).map((b) => b.key)).toEqual(['emulated', 'governor'])
    expect(spans([3, 0, 1, 6])).toBe('0-1,3,6')
  })
})
