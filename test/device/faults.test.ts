/** What goes wrong while a model is measured on a device: an error in words, nothing left running, nothing half-written trusted. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { ProfileProgress } from '../../electron/remote/index.ts'
import { obtainNode } from '../../electron/remote/index.ts'
import type { DevicesService, Packages } from '../../electron/services/devices.ts'
import type { PreparedSubject } from '../../electron/services/subject.ts'
import { openTo, rejection, until } from '../electron/remote/open.ts'
import { type Device, startDevice } from './device.ts'
import { deviceRoot } from './root.ts'
import { alone, bundledSubject, packagesBeside, REQUEST, runsOn, serviceOn, TARGET } from './subject.ts'

const root = await deviceRoot()
const path = 'path' in root ? root.path : ''
const QUICK = { ...REQUEST, threads: [1], runs: 3, layerRuns: 0 }
const ENDLESS = { ...QUICK, runs: 100_000 }

describe.skipIf(path === '')(`faults of a profile on an arm64 device${'missing' in root ? ` (skipped: ${root.missing})` : ''}`, () => {
  let device: Device
  let devices: DevicesService
  let packages: Packages
  let subject: PreparedSubject
  let userData: string
  /** On the host; mounted into devices as their own Node, so that not every test pushes one. */
  let node: string

  beforeAll(async () => {
    userData = mkdtempSync(join(tmpdir(), 'shufflescope-faults-'))
    packages = packagesBeside(path)
    node = await packages.node('aarch64', null)
    ;({ subject } = await bundledSubject())
  })
  afterAll(() => rmSync(userData, { recursive: true, force: true }))
  afterEach(() => device?.stop())

  async function start(before = '', withNode = true): Promise<void> {
    const mount = `touch "$ROOT/usr/local/bin/node"; mount --bind '${node}' "$ROOT/usr/local/bin/node"`
    device = await startDevice(path, { before: [withNode ? mount : '', before].filter(Boolean).join('\n') })
    devices = serviceOn(() => device, packages, userData)
  }
  const profile = (request = QUICK, signal?: AbortSignal, onProgress?: (progress: ProfileProgress) => void) =>
    devices.profile(TARGET, subject, request, { ...alone(signal), ...(onProgress && { onProgress }) })
  /** What the device holds under ~/.cache/shufflescope. */
  const cache = () => join(device.changes, 'root/.cache/shufflescope')
  const complete = () => (existsSync(cache()) ? readdirSync(cache()).filter((f) => existsSync(join(cache(), f, '.complete'))) : [])
  const nothingLeft = () => until(async () => (await runsOn(device)).length === 0, 60_000)

  it('no Node there, and no network here to fetch one', async () => {
    await start('', false)
    const offline: Packages = {
      ...packages,
      node: (arch, file, signal) =>
        obtainNode(arch, {
          cacheFolder: join(userData, 'empty'),
          fetch: () => Promise.reject(Object.assign(new TypeError('fetch failed'), { cause: { code: 'ENOTFOUND' } })),
          ...(file !== null && { file }),
          ...(signal && { signal }),
        }),
    }
    devices = serviceOn(() => device, offline, userData)
    const error = await rejection(profile())
    expect(error).toMatchObject({
      code: 'device',
      why: expect.stringMatching(/could not be reached|not found|network|registry/),
      hint: expect.stringContaining('--node'),
    })
    expect(existsSync(cache())).toBe(false)
    // With a file of the user's there is nothing to fetch.
    expect((await profile({ ...QUICK, node })).sent).toBeGreaterThan(50 * 2 ** 20)
  })

  it('a home folder that is read-only', async () => {
    await start('mount -t tmpfs -o ro tmpfs "$ROOT/root"')
    expect(await rejection(profile())).toMatchObject({ code: 'device', why: expect.stringMatching(/read-only/) })
  })

  it('a disk that is full', async () => {
    await start('mount -t tmpfs -o size=300k tmpfs "$ROOT/root"')
    expect(await rejection(profile())).toMatchObject({ code: 'device', why: 'the disk of the device is full' })
    const connection = await openTo(device)
    expect((await connection.exec(['find', '/root', '-name', '.complete'])).stdout).toBe('')
    await connection.close()
  })

  it('sshd killed while it receives: nothing counts as there, and the next profile goes on', async () => {
    await start()
    let killed = false
    const cut = profile(QUICK, undefined, ({ phase, done }) => {
      if (phase !== 'uploading' || done < 300_000 || killed) return
      killed = true
      device.kill()
    })
    expect(await rejection(cut)).toMatchObject({ code: 'device', why: expect.stringMatching(/link/) })
    expect(killed).toBe(true)
    expect(complete().some((folder) => folder.startsWith('model-'))).toBe(false)
    await device.up()
    expect((await profile()).traces[0]?.trace.check?.sameTop).toBe(true)
    expect((await profile()).sent).toBe(0)
  })

  it('sshd killed while a model runs: the run ends there too, and the next profile is right', async () => {
    await start()
    let killed = false
    const cut = profile(ENDLESS, undefined, ({ phase, done }) => {
      if (phase !== 'runs' || done < 2 || killed) return
      killed = true
      device.kill()
    })
    expect(await rejection(cut)).toMatchObject({ code: 'device', why: 'the link dropped' })
    await device.up()
    expect(await nothingLeft()).toBe(true)
    expect(await profile()).toMatchObject({ sent: 0, traces: [{ trace: { check: { sameTop: true } } }] })
  })

  it('a run left by a crash is ended; one that is at work is named', async () => {
    await start()
    await profile()
    const runner = `/root/.cache/shufflescope/${complete().find((f) => f.startsWith('runner-'))}/runner.mjs`
    const connection = await openTo(device)
    // Holds the run's standard input open, and lets go of both.
    const leave = `(sleep 7000 | exec /usr/local/bin/node ${runner} run) >/dev/null 2>&1 </dev/null &`
    await connection.exec(['setsid', 'sh', '-c', leave])
    const left = async () => (await runsOn(device)).filter((line) => /node \S+runner\.mjs run$/.test(line)).length
    expect(await until(async () => (await left()) === 1)).toBe(true)
    // Its shell, if it is still there, is what a crash would have taken with it.
    await connection.exec(['sh', '-c', "for p in $(ps -eo pid,args | awk '/sleep 7000/ && /sh -c/ {print $1}'); do kill -9 $p; done"])
    await connection.close()
    expect((await profile()).traces[0]?.trace.check?.sameTop).toBe(true)
    expect(await left()).toBe(0)

    const stop = new AbortController()
    let running = (): void => undefined
    const begun = new Promise<void>((resolve) => {
      running = resolve
    })
    const first = rejection(profile(ENDLESS, stop.signal, ({ phase }) => phase === 'runs' && running()))
    await begun
    expect(await rejection(profile())).toMatchObject({ code: 'device', why: expect.stringMatching(/another one is running here \(process \d+\)/) })
    stop.abort()
    expect(await first).toMatchObject({ code: 'cancelled' })
    expect(await nothingLeft()).toBe(true)
  })

  it('a clock that is wrong, and is set right between two profiles', async () => {
    await start('echo /usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1 >"$ROOT/etc/ld.so.preload"; echo -9000d >"$ROOT/etc/faketimerc"')
    const connection = await openTo(device)
    expect(Number((await connection.exec(['date', '+%Y'])).stdout)).toBeLessThan(new Date().getFullYear() - 20)
    await connection.close()
    const { traces } = await profile()
    const { trace } = traces[0] ?? {}
    expect(trace?.check?.sameTop).toBe(true)
    expect(Math.abs(Date.parse(trace?.taken ?? '') - Date.now())).toBeLessThan(600_000)
    expect(trace?.device?.clock).toBeLessThan(Date.now() - 20 * 365 * 86_400_000)
    expect((await devices.traces.list()).some(({ id }) => id === traces[0]?.id)).toBe(true)
    writeFileSync(join(device.changes, 'etc/faketimerc'), '+0\n')
    expect((await profile()).sent).toBe(0)
    writeFileSync(join(device.changes, 'etc/faketimerc'), '+9000d\n')
    expect((await profile()).sent).toBe(0)
  })

  it('cancelled at 20 random moments: nothing is left, and the next profile is right', { timeout: 600_000 }, async () => {
    await start()
    for (let i = 0; i < 20; i++) {
      const outcome = await rejection(profile(ENDLESS, AbortSignal.timeout(Math.floor(Math.random() * 5000))))
      expect(outcome).toMatchObject({ code: 'cancelled' })
    }
    expect(await nothingLeft()).toBe(true)
    expect(await profile()).toMatchObject({ traces: [{ trace: { check: { sameTop: true } } }] })
  })

  it('a device that lies is refused in words, whatever it says', async () => {
    // Its Node says what a file of the test holds.
    const fake = '#!/bin/sh\ncase "$1" in --version) echo v22.1.0;; *) cat /etc/shufflescope-test/says; sleep 1;; esac\n'
    await start(`printf '%s' '${fake}' >"$ROOT/usr/local/bin/node"; chmod 755 "$ROOT/usr/local/bin/node"`, false)
    const { LINE_MARK } = await import('../../electron/device/messages.ts')
    const line = (event: unknown) => `${LINE_MARK}${typeof event === 'string' ? event : JSON.stringify(event)}\n`
    mkdirSync(join(device.changes, 'etc/shufflescope-test'), { recursive: true })
    const says = async (text: string | Buffer) => {
      writeFileSync(join(device.changes, 'etc/shufflescope-test/says'), text)
      const error = await rejection(profile())
      expect(error).toMatchObject({ code: 'device' })
      const { what, why, hint } = error as unknown as Record<'what' | 'why' | 'hint', string>
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
      expect(`${what}${why}${hint}`).not.toMatch(/[\x00-\x1f\x7f-\x9f]/)
      expect(why.length).toBeLessThan(1000)
      return why
    }
    expect(await says('')).toMatch(/ended with code 0/)
    expect(await says(line({ type: 'end' }))).toMatch(/ended with code 0/)
    expect(await says(line('{"type":'))).toMatch(/makes no sense/)
    expect(await says(line({ type: 'failed', what: '\x1b[2J\x07', why: 'a\nb\x9b31m'.repeat(100), hint: '\r' }))).toMatch(/^a/)
    const measured = {
      type: 'measured',
      threads: 1,
      backend: 'x',
      total: [1],
      steps: [],
      machine: null,
      arenaBytes: 1,
      peakBytes: 1,
      sustained: false,
    }
    expect(await says(line(measured))).toMatch(/before what it runs on/)
    expect(await says(line({ ...measured, total: [1e300] }))).toMatch(/"total\.0" is wrong/)
    expect(await says(line({ ...measured, total: ['1'] }))).toMatch(/"total\.0" is wrong/)
    expect(await says(line({ type: 'hello', cores: 1e9 }))).toMatch(/makes no sense/)
    expect(await says(line({ type: 'progress', phase: 'never', threads: 1, done: 0, total: 0 }))).toMatch(/makes no sense/)
    expect(await says(Buffer.alloc(100_000_000, 'x'))).toMatch(/line|more than/)
    expect(await says('\x1b]0;title\x07\n'.repeat(100_000))).toMatch(/ended with code 0/)
  })
})
