/** Bundles on a device: once per content, many small files at once, incomplete ones never trusted, old ones removed. */
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BundleFile, type Connection, cacheFolder, deploy, makeBundle } from '../../../electron/remote/index.ts'
import { packFiles } from '../../../electron/remote/pack.ts'
import { openTo, rejection } from './open.ts'
import { type Sshd, sshdMissing, startSshd } from './sshd.ts'

const missing = sshdMissing()
const mounts = process.getuid?.() === 0 && process.platform === 'linux'
const text = (words: string) => new TextEncoder().encode(words)

describe('an archive of small files', () => {
  it('is unpacked by GNU tar to the same files', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'shufflescope-pack-'))
    const files = [
      { name: 'a b/it\'s "x"', data: randomBytes(700), executable: true },
      { name: `${'long/'.repeat(30)}name`, data: randomBytes(512) },
      { name: 'empty', data: new Uint8Array(0) },
      { name: '-rf', data: randomBytes(1) },
    ]
    const { status, stderr } = spawnSync('tar', ['-xf', '-', '-C', folder], { input: await packFiles(files) })
    expect([status, stderr.toString()]).toEqual([0, ''])
    for (const { name, data } of files) expect(readFileSync(join(folder, name)).equals(data), name).toBe(true)
    expect(statSync(join(folder, 'a b/it\'s "x"')).mode & 0o777).toBe(0o700)
    rmSync(folder, { recursive: true })
    await expect(packFiles([{ name: 'x'.repeat(300), data: text('') }])).rejects.toThrow('does not fit')
  })
})

describe.skipIf(missing !== undefined)(`bundles${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let sshd: Sshd
  let connection: Connection
  let home: string
  beforeAll(async () => {
    sshd = await startSshd()
    connection = await openTo(sshd)
  })
  afterAll(async () => {
    await connection?.close()
    await sshd?.stop()
  })
  let count = 0
  const newHome = () => {
    home = join(sshd.folder, `home ${count++}`)
    mkdirSync(home)
  }
  const files = (): BundleFile[] => [
    ...Array.from({ length: 40 }, (_, i) => ({ name: `node_modules/p${i % 4}/file ${i}.js`, data: randomBytes(10 + i * 100) })),
    { name: 'run', data: text('#!/bin/sh\necho ran\n'), executable: true },
    { name: 'large', data: randomBytes(2_000_000) },
  ]

  it('arrive whole, and are not sent again', async () => {
    newHome()
    const pushed = files()
    const bundles = [await makeBundle('many', pushed), await makeBundle('one', [{ name: 'only', data: text('x') }])]
    const told: [number, number][] = []
    const { folders, sent } = await deploy(connection, home, bundles, { onProgress: (done, total) => told.push([done, total]) })
    const total = bundles.flatMap((b) => b.files).reduce((sum, f) => sum + f.bytes, 0)
    expect(sent).toBeGreaterThanOrEqual(total)
    expect(told.at(-1)).toEqual([total, total])
    expect(told.map(([done]) => done)).toEqual(told.map(([done]) => done).toSorted((a, b) => a - b))
    for (const { name, data } of pushed) expect(readFileSync(join(folders[0] ?? '', name)).equals(data as Uint8Array), name).toBe(true)
    expect(spawnSync(join(folders[0] ?? '', 'run')).stdout.toString()).toBe('ran\n')
    expect(readdirSync(folders[0] ?? '').sort()).toEqual(['.complete', 'large', 'node_modules', 'run'])
    expect(await deploy(connection, home, bundles)).toEqual({ folders, sent: 0 })
  })

  it('are made whole where a file is gone, cut, or the mark is another', async () => {
    newHome()
    const bundle = await makeBundle('many', files())
    const { folders } = await deploy(connection, home, [bundle])
    const [folder = ''] = folders
    for (const harm of [
      () => rmSync(join(folder, 'node_modules/p1'), { recursive: true }),
      () => truncateSync(join(folder, 'large'), 5),
      () => rmSync(join(folder, '.complete')),
      () => writeFileSync(join(folder, '.complete'), `${bundle.manifest}x`),
    ]) {
      harm()
      expect((await deploy(connection, home, [bundle])).sent).toBeGreaterThan(0)
      for (const { name, data } of bundle.files) expect(readFileSync(join(folder, name)).equals(data as Uint8Array), name).toBe(true)
    }
  })

  it('never count as there when cut at 20 random moments', async () => {
    newHome()
    for (let i = 0; i < 20; i++) {
      const bundle = await makeBundle('cut', files())
      const signal = AbortSignal.timeout(Math.floor(Math.random() * 250))
      const cut = await deploy(connection, home, [bundle], { signal }).then(
        () => null,
        (error) => error,
      )
      if (cut) expect(cut).toMatchObject({ code: 'cancelled' })
      const { folders } = await deploy(connection, home, [bundle])
      for (const { name, data } of bundle.files) expect(readFileSync(join(folders[0] ?? '', name)).equals(data as Uint8Array), name).toBe(true)
    }
  })

  it('that no profile has used for a month are removed, and nothing else', async () => {
    newHome()
    const cache = cacheFolder(home)
    const old = new Date(Date.now() - 40 * 86_400_000)
    const [kept] = (await deploy(connection, home, [await makeBundle('kept', files())])).folders
    const [stale] = (await deploy(connection, home, [await makeBundle('stale', files())])).folders
    mkdirSync(join(cache, 'notes-of-the-owner'))
    for (const folder of [kept, stale, join(cache, 'notes-of-the-owner')]) utimesSync(folder ?? '', old, old)
    const bundles = [await makeBundle('new', files())]
    await deploy(connection, home, bundles)
    expect(readdirSync(cache).some((f) => f.startsWith('stale-') || f.startsWith('kept-'))).toBe(false)
    expect(existsSync(join(cache, 'notes-of-the-owner'))).toBe(true)
    // What is in use is not old, whenever it was pushed.
    const [folder = ''] = (await deploy(connection, home, bundles)).folders
    utimesSync(folder, old, old)
    await deploy(connection, home, [...bundles, await makeBundle('newer', files())])
    expect(existsSync(folder)).toBe(true)
  })

  it.skipIf(!mounts)('say in words that the disk is full while it unpacks, and are not trusted (skipped where mounting needs root)', async () => {
    newHome()
    expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=200k', 'tmpfs', home]).status).toBe(0)
    try {
      // The archive fits, but not what is in it beside it.
      const bundle = await makeBundle('many', [
        { name: 'a', data: randomBytes(60_000) },
        { name: 'b', data: randomBytes(60_000) },
      ])
      expect(await rejection(deploy(connection, home, [bundle]))).toMatchObject({ code: 'device', why: 'the disk of the device is full' })
      expect(existsSync(join(cacheFolder(home), bundle.folder, '.complete'))).toBe(false)
      expect(spawnSync('mount', ['-o', 'remount,size=10m', home]).status).toBe(0)
      const { folders } = await deploy(connection, home, [bundle])
      for (const { name, data } of bundle.files) expect(readFileSync(join(folders[0] ?? '', name)).equals(data as Uint8Array)).toBe(true)
    } finally {
      spawnSync('umount', [home])
    }
  })
})
