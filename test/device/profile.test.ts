/** A model on a real arm64 userland: what is pushed, what it answers, what is measured, and that nothing is pushed twice. */

import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ProfileRequest } from '../../electron/ipc/contract.ts'
import { devicePackages } from '../../electron/services/devicePackages.ts'
import { type DevicesService, devicesService } from '../../electron/services/devices.ts'
import { type PreparedSubject, prepareSubject } from '../../electron/services/subject.ts'
import { fuse, makePlan, openModel, recognise, verdictOf } from '../../engine/index.ts'
import { openTo, rejection } from '../electron/remote/open.ts'
import { type Device, startDevice } from './device.ts'
import { deviceRoot } from './root.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const MODEL = 'shufflenet-v1-g3-0.5x-imagenette.safetensors'
const root = await deviceRoot()
const path = 'path' in root ? root.path : ''

const request: ProfileRequest = {
  backends: ['wasm'],
  threads: [1, 2],
  warmup: 1,
  runs: 20,
  budgetMs: null,
  layerRuns: 2,
  sustainedMs: null,
  pinned: null,
  precision: 'f32',
  node: null,
}

describe.skipIf(path === '')(`a profile on an arm64 device${'missing' in root ? ` (skipped: ${root.missing})` : ''}`, () => {
  let device: Device
  let devices: DevicesService
  let subject: PreparedSubject
  let steps = 0
  const target = { target: 'arm64', identity: null, knownHosts: null }
  const options = (signal?: AbortSignal) => ({
    prompts: { hostKey: () => Promise.resolve(false), secret: () => Promise.resolve(undefined) },
    acceptNew: false,
    ...(signal && { signal }),
  })

  beforeAll(async () => {
    device = await startDevice(path)
    // Beside the device's root: what comes from npm is fetched once.
    const userData = join(dirname(path), 'user')
    devices = devicesService({ userData, root: ROOT, connect: () => openTo(device), packages: devicePackages(userData) })
    const model = await openModel({ name: MODEL, bytes: readFileSync(join(ROOT, 'assets/models', MODEL)) })
    steps = makePlan(fuse(recognise(model.graph))).steps.length
    subject = await prepareSubject(ROOT, model)
  })
  afterAll(() => device?.stop())

  async function left(): Promise<string[]> {
    const connection = await openTo(device)
    const { stdout } = await connection.exec(['ps', '-eo', 'args'])
    await connection.close()
    return stdout.split('\n').filter((line) => line.includes('runner.mjs'))
  }

  it('is known as emulated by a probe, which leaves nothing there', async () => {
    const { device: found, condition } = await devices.probe(target, options())
    expect(found).toMatchObject({ arch: 'aarch64', emulated: true, distribution: expect.stringContaining('Debian') })
    expect(condition.load).toBeGreaterThanOrEqual(0)
  })

  it('pushes Node, runner and model, and answers as the host does; the second run pushes nothing', async () => {
    const phases = new Set<string>()
    const first = await devices.profile(target, subject, request, { ...options(), onProgress: ({ phase }) => phases.add(phase) })
    expect(first.sent).toBeGreaterThan(50 * 2 ** 20)
    expect([...phases]).toEqual(expect.arrayContaining(['uploading', 'loading', 'warmup', 'runs', 'layers']))
    expect(first.traces.map(({ trace }) => trace.threads)).toEqual([1, 2])
    for (const { trace } of first.traces) {
      expect(trace.check?.sameTop).toBe(true)
      expect(trace.check?.difference).toBeLessThan(1e-4)
      expect(trace.total).toHaveLength(20)
      expect(trace.steps).toHaveLength(steps)
      expect(trace.steps.every((s) => s.samples.length === 2)).toBe(true)
      expect(trace.backend).toBe('wasm-relaxed-simd')
      expect(trace.modelHash).toBe(subject.modelHash)
      expect(verdictOf(trace).kind).toBe('emulated')
    }
    const second = await devices.profile(target, subject, { ...request, threads: [1], layerRuns: 0 }, options())
    expect(second.sent).toBe(0)
    expect((await devices.traces.list()).some(({ id }) => id === second.traces[0]?.id)).toBe(true)
    expect(await left()).toEqual([])
  })

  it('measures onnxruntime beside ours', async () => {
    const { traces } = await devices.profile(target, subject, { ...request, backends: ['wasm', 'ort'], threads: [1], layerRuns: 0 }, options())
    expect(traces.map(({ trace }) => trace.backend)).toEqual(['wasm-relaxed-simd', 'onnxruntime-node'])
    expect(traces[1]?.trace.check?.difference).toBeLessThan(1e-4)
    expect(traces[1]?.trace.check?.sameTop).toBe(true)
  })

  it('leaves nothing running when it is cancelled in the middle of runs', async () => {
    const stop = new AbortController()
    const onProgress = ({ phase }: { phase: string }) => {
      if (phase === 'runs') stop.abort()
    }
    const error = await rejection(devices.profile(target, subject, { ...request, runs: 10_000 }, { ...options(stop.signal), onProgress }))
    expect(error).toMatchObject({ code: 'cancelled' })
    await expect.poll(left, { timeout: 60_000 }).toEqual([])
  })

  it('says what is missing where cores are to be chosen and cannot be', async () => {
    const error = await rejection(devices.profile(target, subject, { ...request, pinned: [900] }, options()))
    expect(error).toMatchObject({ code: 'device' })
  })
})
