/** The link to a real arm64 userland: what goes wrong there ends in words, with nothing left behind. */
import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Connection, homeOf, upload } from '../../electron/remote/index.ts'
import { openTo, rejection, until } from '../electron/remote/open.ts'
import { type Device, startDevice } from './device.ts'
import { deviceRoot } from './root.ts'

const root = await deviceRoot()
const path = 'path' in root ? root.path : ''

describe.skipIf(path === '')(`an arm64 device${'missing' in root ? ` (skipped: ${root.missing})` : ''}`, () => {
  let device: Device
  let connection: Connection
  beforeAll(async () => {
    device = await startDevice(path, {
      extra: ['Banner /etc/shufflescope-test/banner'],
      before: 'mkdir -p "$ROOT/small" "$ROOT/fixed"; mount -t tmpfs -o size=1m tmpfs "$ROOT/small"; mount -t tmpfs -o ro tmpfs "$ROOT/fixed"',
    })
    writeFileSync(join(device.changes, 'etc/shufflescope-test/banner'), '\x1b[2J\x07Welcome\n'.repeat(500))
    connection = await openTo(device)
  })
  afterAll(async () => {
    await connection?.close()
    await device?.stop()
  })

  /** Processes of the device that `word` is in, but for the search itself. */
  async function left(word: string): Promise<string[]> {
    const { stdout } = await connection.exec(['ps', '-eo', 'args'])
    return stdout.split('\n').filter((line) => line.includes(word))
  }
  const nap = () => `7${Math.floor(Math.random() * 1e9)}`

  it('is one', async () => {
    expect((await connection.exec(['uname', '-m'])).stdout).toBe('aarch64\n')
    expect(await homeOf(connection)).toBe('/root')
  })

  it('refuses wrong keys, unknown and changed hosts', async () => {
    expect(await rejection(openTo(device, { identity: device.wrongKey }))).toMatchObject({
      code: 'device',
      why: expect.stringMatching(/did not let the user in/),
    })
    const empty = join(device.folder, 'empty')
    writeFileSync(empty, '')
    expect(await rejection(openTo(device, { knownHosts: empty }))).toMatchObject({ code: 'device', why: expect.stringMatching(/is not known/) })
    await (await openTo(device, { knownHosts: empty, acceptNew: true })).close()
    await (await openTo(device, { knownHosts: empty })).close()
    writeFileSync(empty, `[127.0.0.1]:${device.port} ${readFileSync(`${device.wrongKey}.pub`, 'utf8')}`)
    expect(await rejection(openTo(device, { knownHosts: empty, acceptNew: true }))).toMatchObject({
      code: 'device',
      why: expect.stringMatching(/has changed/),
    })
  })

  it('takes file names as they are', async () => {
    const to = '/root/-a b/it\'s\n"new"/$(id)'
    await upload(connection, { data: Buffer.from('content'), to })
    expect((await connection.exec(['cat', '--', to])).stdout).toBe('content')
  })

  it('says that its disk is full or read-only', async () => {
    const data = randomBytes(3_000_000)
    expect(await rejection(upload(connection, { data, to: '/small/file' }))).toMatchObject({ code: 'device', why: 'the disk of the device is full' })
    expect(await rejection(upload(connection, { data, to: '/fixed/.cache/file' }))).toMatchObject({
      code: 'device',
      why: expect.stringMatching(/read-only/),
    })
    expect((await connection.exec(['sh', '-c', 'ls -A /fixed; test ! -e /small/file'])).code).toBe(0)
  })

  it('sshd killed in mid-upload: the next one goes on', async () => {
    const data = randomBytes(20_000_000)
    const own = await openTo(device)
    let killed = false
    const cut = upload(own, {
      data,
      to: '/root/big',
      onProgress: (bytes) => {
        if (killed || bytes < 8_000_000) return
        killed = true
        device.kill()
      },
    })
    expect(await rejection(cut)).toMatchObject({ code: 'device' })
    await device.up()
    connection = await openTo(device)
    expect((await connection.exec(['test', '-e', '/root/big'])).code).toBe(1)
    expect(await until(async () => (await left('cat')).length === 0)).toBe(true)
    const { sent } = await upload(connection, { data, to: '/root/big' })
    expect(sent).toBeLessThan(data.length)
    expect((await connection.exec(['sha256sum', '/root/big'])).stdout.startsWith((await upload(connection, { data, to: '/root/big' })).sha256)).toBe(
      true,
    )
  })

  it('sshd killed in mid-command: the command dies too', async () => {
    const time = nap()
    const own = await openTo(device)
    const failed = rejection(own.exec(['sleep', time]))
    expect(await until(async () => (await left(time)).length > 0)).toBe(true)
    device.kill()
    expect(await failed).toMatchObject({ code: 'device', why: 'the link dropped' })
    await device.up()
    connection = await openTo(device)
    expect(await until(async () => (await left(time)).length === 0)).toBe(true)
  })

  it('has nothing left when cancelled at 20 random moments', async () => {
    const time = nap()
    await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        await new Promise((resolve) => setTimeout(resolve, i * 200))
        const signal = AbortSignal.timeout(Math.floor(Math.random() * 4000))
        expect(await rejection(connection.exec(['sleep', time], { signal }))).toMatchObject({ code: 'cancelled' })
      }),
    )
    expect(await until(async () => (await left(time)).length === 0, 60_000)).toBe(true)
  })

  it('100 MB of noise is stopped', async () => {
    expect(await rejection(connection.exec(['head', '-c', '100000000', '/dev/zero']))).toMatchObject({
      code: 'device',
      why: expect.stringMatching(/more than 1 MiB/),
    })
    expect((await connection.exec(['echo', 'x'])).stdout).toBe('x\n')
  })
})
