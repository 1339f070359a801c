/** Files on a device: whole and checked, or not there. */
import { spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Connection, homeOf, upload } from '../../../electron/remote/index.ts'
import { partName } from '../../../electron/remote/upload.ts'
import { openTo, rejection } from './open.ts'
import { type Sshd, sshdMissing, startSshd } from './sshd.ts'

const missing = sshdMissing()
const mounts = process.getuid?.() === 0 && process.platform === 'linux'
const sha = (data: Uint8Array) => createHash('sha256').update(data).digest('hex')

describe.skipIf(missing !== undefined)(`uploads${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let sshd: Sshd
  let connection: Connection
  const data = randomBytes(6_000_000)
  beforeAll(async () => {
    sshd = await startSshd()
    connection = await openTo(sshd)
  })
  afterAll(async () => {
    await connection?.close()
    await sshd?.stop()
  })
  let count = 0
  const place = (name = 'file') => join(sshd.home, `place-${count++}`, name)
  const partOf = (to: string, bytes: Uint8Array = data) => join(to, '..', partName(to.split('/').at(-1) ?? '', sha(bytes)))

  it('finds the home folder', async () => {
    expect(await homeOf(connection)).toBe(sshd.home)
  })

  it.each(['plain', 'with space', "it's", '"quoted"', 'new\nline', '-rf', '--', '$(id)', '*', 'é🦊', 'x'.repeat(255)])(
    'puts a file there whole, whatever its name: %j',
    async (name) => {
      const to = place(name)
      const told: number[] = []
      const small = data.subarray(0, 200_000)
      expect(await upload(connection, { data: small, to, executable: true, onProgress: (bytes, total) => told.push(bytes, total) })).toEqual({
        bytes: 200_000,
        sha256: sha(small),
        sent: 200_000,
      })
      expect(readFileSync(to).equals(small)).toBe(true)
      expect([statSync(to).mode & 0o777, statSync(join(to, '..')).mode & 0o777]).toEqual([0o700, 0o700])
      expect(readdirSync(join(to, '..'))).toEqual([name])
      expect(told.at(-2)).toBe(200_000)
      expect(told.filter((_, i) => i % 2 === 0)).toEqual(told.filter((_, i) => i % 2 === 0).toSorted((a, b) => a - b))
      expect(new Set(told.filter((_, i) => i % 2 === 1))).toEqual(new Set([200_000]))
    },
  )

  it('sends nothing when it is there, and replaces what is not it', async () => {
    const to = place()
    await upload(connection, { data, to })
    expect((await upload(connection, { data, to })).sent).toBe(0)
    const local = join(sshd.folder, 'local')
    writeFileSync(local, 'other')
    expect((await upload(connection, { data: local, to })).sent).toBe(5)
    expect(readFileSync(to, 'utf8')).toBe('other')
    expect((await upload(connection, { data: new Uint8Array(0), to })).bytes).toBe(0)
    expect(statSync(to).size).toBe(0)
    expect(await rejection(upload(connection, { data: '/not/there', to }))).toMatchObject({ code: 'bad-input' })
    expect(await rejection(upload(connection, { data, to, sha256: '00' }))).toMatchObject({ code: 'check-failed' })
    expect(await rejection(upload(connection, { data, to: 'not/absolute' }))).toMatchObject({ code: 'bad-input' })
  })

  it('goes on where it was cut', async () => {
    const to = place()
    const controller = new AbortController()
    const local = join(sshd.folder, 'big')
    writeFileSync(local, data)
    const cut = upload(connection, { data: local, to, signal: controller.signal, onProgress: (bytes) => bytes > 3_000_000 && controller.abort() })
    expect(await rejection(cut)).toMatchObject({ code: 'cancelled' })
    expect(existsSync(to)).toBe(false)
    await new Promise((resolve) => setTimeout(resolve, 1000))
    const there = statSync(partOf(to)).size
    expect(there).toBeGreaterThan(0)
    const result = await upload(connection, { data: local, to })
    expect(result.sent).toBe(data.length - there)
    expect(readFileSync(to).equals(data)).toBe(true)
  })

  it('trusts nothing half-written when cancelled at 20 random moments', async () => {
    const to = place()
    for (let i = 0; i < 20; i++) {
      const signal = AbortSignal.timeout(Math.floor(Math.random() * 600))
      const error = await upload(connection, { data, to, signal }).then(
        () => undefined,
        (thrown) => thrown,
      )
      if (error) expect(error).toMatchObject({ code: 'cancelled' })
      if (existsSync(to)) expect(sha(readFileSync(to))).toBe(sha(data))
    }
    await upload(connection, { data, to })
    expect(readFileSync(to).equals(data)).toBe(true)
    expect(readdirSync(join(to, '..'))).toEqual(['file'])
  })

  it.each([
    ['damaged', (part: string) => writeFileSync(part, randomBytes(1000))],
    ['too long', (part: string) => writeFileSync(part, Buffer.concat([data, data]))],
    ['whole already', (part: string) => writeFileSync(part, data)],
    ['a folder', (part: string) => mkdirSync(join(part, 'x'), { recursive: true })],
    ['a link elsewhere', (part: string) => symlinkSync(join(sshd.folder, 'elsewhere'), part)],
  ])('is not led astray by a part that is %s', async (_, spoil) => {
    const to = place()
    mkdirSync(join(to, '..'))
    spoil(partOf(to))
    await upload(connection, { data, to })
    expect(readFileSync(to).equals(data)).toBe(true)
    expect(readdirSync(join(to, '..'))).toEqual(['file'])
    expect(existsSync(join(sshd.folder, 'elsewhere'))).toBe(false)
  })

  it('removes parts that are older than a day, and nothing else', async () => {
    const to = place()
    const folder = join(to, '..')
    mkdirSync(folder)
    const names = [partName('old', sha(data)), partName('young', sha(data)), 'mine.part']
    for (const name of names) writeFileSync(join(folder, name), 'x')
    const before = Date.now() / 1000 - 3 * 24 * 3600
    for (const name of [names[0] ?? '', 'mine.part']) utimesSync(join(folder, name), before, before)
    await upload(connection, { data, to })
    expect(readdirSync(folder).sort()).toEqual(['file', 'mine.part', names[1]].sort())
  })

  it('says what is in the way', async () => {
    const to = place()
    mkdirSync(to, { recursive: true })
    expect(await rejection(upload(connection, { data, to }))).toMatchObject({ code: 'device', why: expect.stringMatching(/a folder on the device/) })
    writeFileSync(join(to, 'file'), '')
    expect(await rejection(upload(connection, { data, to: join(to, 'file', 'x') }))).toMatchObject({
      code: 'device',
      why: expect.stringMatching(/a file on the device/),
    })
  })

  describe.skipIf(!mounts)(`disks${mounts ? '' : ' (skipped: mounting needs root)'}`, () => {
    const withDisk = async (options: string, work: (folder: string) => Promise<void>) => {
      const folder = join(sshd.folder, `disk-${count++}`)
      mkdirSync(folder)
      expect(spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]).status).toBe(0)
      try {
        await work(folder)
      } finally {
        spawnSync('umount', [folder])
      }
    }

    it('a full disk is an error in words, and what fits goes on later', () =>
      withDisk('size=2m', async (folder) => {
        const to = join(folder, 'file')
        expect(await rejection(upload(connection, { data, to }))).toMatchObject({ code: 'device', why: 'the disk of the device is full' })
        expect(existsSync(to)).toBe(false)
        expect(spawnSync('mount', ['-o', 'remount,size=20m', folder]).status).toBe(0)
        expect((await upload(connection, { data, to })).sent).toBeLessThan(data.length)
        expect(readFileSync(to).equals(data)).toBe(true)
      }))

    it('a read-only disk is an error in words', () =>
      withDisk('ro', async (folder) => {
        expect(await rejection(upload(connection, { data, to: join(folder, 'a/file') }))).toMatchObject({
          code: 'device',
          why: expect.stringMatching(/read-only/),
        })
      }))
  })
})
