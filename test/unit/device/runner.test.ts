/** The program for devices, started here as it is there: it measures, its output is the host's, and it ends with its input. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DeviceEvent, type Job, LINE_MARK } from '../../../electron/device/messages.ts'
import { readEvent } from '../../../electron/remote/profile.ts'
import { inputBytes } from '../../../electron/services/subject.ts'
import { buildZooModel, evaluateGraph, fuse, makePlan, recognise, ScopeError, writePlan } from '../../../engine/index.ts'
import { randomTensor, relativeError } from '../../ops/harness.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
const RUNNER = join(ROOT, 'dist/device/runner.mjs')
const SHAPE = [1, 3, 64, 64]

let folder = ''
let expected: ArrayLike<number> = []
let steps = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shufflescope-device-'))
  const { graph } = buildZooModel('shufflenet-v1-g3-0.25x', { inputSize: [64, 64], classes: 10 })
  const plan = makePlan(fuse(recognise(graph)))
  steps = plan.steps.length
  const input = randomTensor(SHAPE, 6)
  expected = evaluateGraph(graph, [input]).get(graph.outputs[0] ?? 0)?.data ?? []
  await writeFile(join(folder, 'model.plan'), writePlan(plan))
  await writeFile(join(folder, 'input.f32'), inputBytes(input))
})
afterAll(() => rm(folder, { recursive: true }))

const job = (changes: Partial<Job> = {}): Job => ({
  schema: 1,
  backend: 'wasm',
  plan: join(folder, 'model.plan'),
  input: join(folder, 'input.f32'),
  inputShape: SHAPE,
  module: join(ROOT, 'dist/wasm'),
  threads: [1, 2],
  warmup: 2,
  runs: 25,
  budgetMs: null,
  layerRuns: 4,
  sustainedMs: null,
  pinned: null,
  ...changes,
})

interface Ended {
  readonly events: readonly DeviceEvent[]
  readonly code: number | null
}

/** `onEvent` may close its input, which is what the end of a link does. */
function start(what: unknown, onEvent: (event: DeviceEvent, close: () => void) => void = () => undefined): Promise<Ended> {
  const child = spawn(process.execPath, [RUNNER, 'run'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const events: DeviceEvent[] = []
  let rest = ''
  child.stdin.on('error', () => undefined)
  child.stdin.write(`${JSON.stringify(what)}\n`)
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const event = readEvent(line)
      if (!event) continue
      events.push(event)
      onEvent(event, () => child.stdin.end())
    }
  })
  return new Promise((done) => child.once('close', (code) => done({ events, code })))
}

const of = <T extends DeviceEvent['type']>(events: readonly DeviceEvent[], type: T) =>
  events.filter((e): e is Extract<DeviceEvent, { type: T }> => e.type === type)

describe('the program on a device', () => {
  it('measures each count of threads, every step, and gives the output of the graph in scalar code', async () => {
    const { events, code } = await start(job())
    expect(code).toBe(0)
    expect(of(events, 'hello')).toHaveLength(1)
    const measured = of(events, 'measured')
    expect(measured.map((m) => m.threads)).toEqual([1, 2])
    for (const m of measured) {
      expect(m.total).toHaveLength(25)
      expect(m.steps).toHaveLength(steps)
      expect(m.steps.every((s) => s.samples.length === 4)).toBe(true)
      expect(m.peakBytes).toBeGreaterThan(2 ** 20)
    }
    for (const { data } of of(events, 'output')) {
      const bytes = Buffer.from(data, 'base64')
      const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
      expect(relativeError(values, expected)).toBeLessThan(1e-4)
    }
    const looks = of(events, 'condition').filter((e) => e.threads === 1)
    expect(looks[0]?.condition.at).toBe(-1)
    expect(looks.length).toBeGreaterThanOrEqual(3)
    expect(events.at(-1)).toEqual({ type: 'end' })
  })

  it('runs for a time in place of a number, and goes on for more', async () => {
    const { events } = await start(job({ threads: [1], budgetMs: 300, layerRuns: 0, sustainedMs: 400 }))
    const [first, second] = of(events, 'measured')
    const sum = (samples: readonly number[]): number => samples.reduce((a, b) => a + b, 0)
    expect(first?.sustained).toBe(false)
    expect(sum(first?.total ?? [])).toBeLessThanOrEqual(400)
    expect(second?.sustained).toBe(true)
    expect(sum(second?.total ?? [])).toBeGreaterThan(10)
  })

  it('ends when its input does, in the middle of minutes of runs', async () => {
    const { events, code } = await start(job({ threads: [1], sustainedMs: 600_000 }), (event, close) => {
      if (event.type === 'progress' && event.phase === 'sustained') close()
    })
    expect(code).toBe(3)
    expect(of(events, 'end')).toEqual([])
  })

  it.each([
    ['no job', 'nonsense'],
    ['a plan that is none', { plan: join(ROOT, 'package.json') }],
    ['an input of another size', { inputShape: [1, 3, 65, 64] }],
    ['a plan that is not there', { plan: '/nowhere' }],
  ])('says in words what it cannot do: %s', async (_name, changes) => {
    const { events, code } = await start(typeof changes === 'string' ? changes : { ...job(), ...changes })
    expect(code).toBe(1)
    const [failed] = of(events, 'failed')
    expect(failed?.why.length).toBeGreaterThan(5)
  })
})

describe('what a device says', () => {
  it('counts only as ours with the mark, and must be as we speak', () => {
    expect(readEvent('Welcome to Debian')).toBeUndefined()
    expect(readEvent(`${LINE_MARK}{"type":"end"}`)).toEqual({ type: 'end' })
    for (const bad of [
      '',
      '{',
      '[]',
      '{"type":"launch"}',
      '{"type":"progress","phase":"runs","threads":1,"done":-1,"total":1}',
      '{"type":"measured","threads":1e9}',
    ])
      expect(() => readEvent(`${LINE_MARK}${bad}`), bad).toThrow(ScopeError)
  })

  it('comes into a message without control characters', () => {
    try {
      readEvent(`${LINE_MARK}\u001b[31m${'x'.repeat(10_000)}`)
      expect.unreachable()
    } catch (thrown) {
      expect((thrown as ScopeError).message).not.toMatch(/\p{Cc}/u)
      expect((thrown as ScopeError).message.length).toBeLessThan(400)
    }
  })
})
