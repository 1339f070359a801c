/** A model on a real arm64 userland: what is pushed, what it answers, what is measured, and that nothing is pushed twice. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DevicesService } from '../../electron/services/devices.ts'
import type { PreparedSubject } from '../../electron/services/subject.ts'
import { verdictOf } from '../../engine/index.ts'
import { rejection } from '../electron/remote/open.ts'
import { type Device, startDevice } from './device.ts'
import { deviceRoot } from './root.ts'
import { alone, bundledSubject, packagesBeside, REQUEST, runsOn, serviceOn, TARGET } from './subject.ts'

const root = await deviceRoot()
const path = 'path' in root ? root.path : ''

describe.skipIf(path === '')(`a profile on an arm64 device${'missing' in root ? ` (skipped: ${root.missing})` : ''}`, () => {
  let device: Device
  let devices: DevicesService
  let subject: PreparedSubject
  let steps = 0
  let userData: string

  beforeAll(async () => {
    device = await startDevice(path)
    userData = mkdtempSync(join(tmpdir(), 'shufflescope-profiles-'))
    devices = serviceOn(() => device, packagesBeside(path), userData)
    ;({ subject, steps } = await bundledSubject())
  })
  afterAll(async () => {
    await device?.stop()
    rmSync(userData, { recursive: true, force: true })
  })

  it('is known as emulated by a probe, which leaves nothing there', async () => {
    const { device: found, condition } = await devices.probe(TARGET, alone())
    expect(found).toMatchObject({ arch: 'aarch64', emulated: true, distribution: expect.stringContaining('Debian') })
    expect(condition.load).toBeGreaterThanOrEqual(0)
  })

  it('pushes Node, runner and model, and answers as the host does; the second run pushes nothing', async () => {
    const phases = new Set<string>()
    const first = await devices.profile(TARGET, subject, REQUEST, { ...alone(), onProgress: ({ phase }) => phases.add(phase) })
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
    const second = await devices.profile(TARGET, subject, { ...REQUEST, threads: [1], layerRuns: 0 }, alone())
    expect(second.sent).toBe(0)
    expect((await devices.traces.list()).some(({ id }) => id === second.traces[0]?.id)).toBe(true)
    expect(await runsOn(device)).toEqual([])
  })

  it('computes the same 8-bit integers as the host, to the bit', async () => {
    const { subject: bytes } = await bundledSubject('shufflenet-v1-g3-0.5x-imagenette-int8.safetensors')
    const { traces } = await devices.profile(TARGET, bytes, { ...REQUEST, precision: 'int8', layerRuns: 0 }, alone())
    expect(traces.map(({ trace }) => trace.threads)).toEqual([1, 2])
    for (const { trace } of traces) {
      expect(trace.precision).toBe('int8')
      expect(trace.check?.sameTop).toBe(true)
      expect(trace.check?.difference).toBe(0)
    }
  })

  it('measures onnxruntime beside ours', async () => {
    const { traces } = await devices.profile(TARGET, subject, { ...REQUEST, backends: ['wasm', 'ort'], threads: [1], layerRuns: 0 }, alone())
    expect(traces.map(({ trace }) => trace.backend)).toEqual(['wasm-relaxed-simd', 'onnxruntime-node'])
    expect(traces[1]?.trace.check?.difference).toBeLessThan(1e-4)
    expect(traces[1]?.trace.check?.sameTop).toBe(true)
  })

  it('leaves nothing running when it is cancelled in the middle of runs', async () => {
    const stop = new AbortController()
    const onProgress = ({ phase }: { phase: string }) => {
      if (phase === 'runs') stop.abort()
    }
    const error = await rejection(devices.profile(TARGET, subject, { ...REQUEST, runs: 10_000 }, { ...alone(stop.signal), onProgress }))
    expect(error).toMatchObject({ code: 'cancelled' })
    await expect.poll(() => runsOn(device), { timeout: 60_000 }).toEqual([])
  })

  it('says what is missing where cores are to be chosen and cannot be', async () => {
    const error = await rejection(devices.profile(TARGET, subject, { ...REQUEST, pinned: [900] }, alone()))
    expect(error).toMatchObject({ code: 'device' })
  })
})
