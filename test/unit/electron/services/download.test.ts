/** Downloads from a local server that stalls, cuts, lies and resumes. */
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { type DownloadRequest, download, partialBytes, partOf } from '../../../../electron/services/download.ts'
import { temporaryFolder } from '../folder.ts'
import { weightsServer } from './weightsServer.ts'

const root = temporaryFolder()
const server = weightsServer()
const body = new Uint8Array(randomBytes(300_000))
const sha256Prefix = createHash('sha256').update(body).digest('hex').slice(0, 8)

let folder = ''
let count = 0
beforeEach(async () => {
  folder = join(root, String(++count))
  await mkdir(folder)
  server.ranges.length = 0
})

type Progress = Parameters<DownloadRequest['progress']>[0]

function get(change: Partial<DownloadRequest> = {}, silenceMs = 5000): Promise<void> {
  const request = {
    url: server.url('weights.pth'),
    what: 'Test weights',
    target: join(folder, 'weights.pth'),
    sha256Prefix,
    maxBytes: 1e6,
    signal: new AbortController().signal,
    progress: () => undefined,
    ...change,
  }
  return download(request, { fetch, silenceMs })
}
/** Bytewise, since a deep comparison of this many elements takes seconds. */
const expectWhole = () => expect(Buffer.compare(readFileSync(target()), body)).toBe(0)
const target = () => join(folder, 'weights.pth')

describe('a download', () => {
  it('puts the whole file in place, reports its progress and leaves nothing else', async () => {
    server.behave({ body })
    const seen: Progress[] = []
    await get({ progress: (progress) => seen.push(progress) })
    expectWhole()
    expect(readdirSync(folder)).toEqual(['weights.pth'])
    expect(seen[0]).toEqual({ received: 0, total: body.length })
    expect(seen.at(-1)).toEqual({ received: body.length, total: body.length })
    expect(seen.map((p) => p.received)).toEqual([...seen.map((p) => p.received)].sort((a, b) => a - b))
  })

  it('works where the server does not say how long the file is', async () => {
    server.behave({ body, chunked: true })
    await get()
    expectWhole()
  })

  it('continues after a broken connection with the bytes that are missing', async () => {
    server.behave({ body, cut: 100_000 })
    await expect(get()).rejects.toMatchObject({ code: 'device', what: 'Test weights', why: expect.stringContaining('what has arrived is kept') })
    expect(existsSync(target())).toBe(false)
    const kept = await partialBytes(target())
    expect(kept).toBeGreaterThan(0)
    server.behave({ body })
    const seen: Progress[] = []
    await get({ progress: (progress) => seen.push(progress) })
    expect(server.ranges).toEqual([undefined, `bytes=${kept}-`])
    expect(seen[0]).toEqual({ received: kept, total: body.length })
    expectWhole()
    expect(readdirSync(folder)).toEqual(['weights.pth'])
  })

  it.each([
    ['the file on the server changed', { etag: '"two"' }],
    ['the server does not do ranges', { ranges: false }],
  ])('starts again where %s', async (_name, change) => {
    server.behave({ body: new Uint8Array(body.length), cut: 100_000 })
    await expect(get()).rejects.toMatchObject({ code: 'device' })
    server.behave({ body, ...change })
    await get()
    expectWhole()
  })

  it('starts again from a .part file that is longer than the file', async () => {
    server.behave({ body, cut: 1000 })
    await expect(get()).rejects.toMatchObject({ code: 'device' })
    writeFileSync(partOf(target()), new Uint8Array(body.length + 5))
    server.behave({ body })
    await get()
    expectWhole()
  })

  it('does not trust a .part file without a validator', async () => {
    server.behave({ body, etag: null })
    writeFileSync(partOf(target()), new Uint8Array(5000))
    await get()
    expect(server.ranges).toEqual([undefined])
    expectWhole()
  })

  it('refuses a file with another hash and keeps nothing of it', async () => {
    server.behave({ body: new Uint8Array(1000) })
    await expect(get()).rejects.toMatchObject({ code: 'check-failed', why: expect.stringContaining(sha256Prefix) })
    expect(readdirSync(folder)).toEqual([])
  })

  it('ends in words when the server falls silent, and can be continued', async () => {
    server.behave({ body, stall: 50_000 })
    const started = performance.now()
    await expect(get({}, 300)).rejects.toMatchObject({ code: 'device', why: expect.stringContaining('sent nothing for') })
    expect(performance.now() - started).toBeLessThan(3000)
    server.behave({ body })
    await get()
    expectWhole()
  })

  it('can be cancelled and continued', async () => {
    server.behave({ body, stall: 50_000 })
    const controller = new AbortController()
    const call = get({ signal: controller.signal, progress: ({ received }) => received === 0 && setTimeout(() => controller.abort(), 100) })
    await expect(call).rejects.toMatchObject({ code: 'cancelled' })
    expect(await partialBytes(target())).toBe(50_000)
    server.behave({ body })
    await get()
    expect(server.ranges.at(-1)).toBe('bytes=50000-')
    expectWhole()
  })

  it.each([404, 500])('says what the server answered (%i)', async (status) => {
    server.behave({ status })
    await expect(get()).rejects.toMatchObject({ code: 'device', why: `the server answered ${status}` })
  })

  it.each([{ chunked: false }, { chunked: true }])('stops at more bytes than were allowed (chunked: $chunked)', async (change) => {
    server.behave({ body, ...change })
    await expect(get({ maxBytes: 1000 })).rejects.toMatchObject({ code: 'device', why: expect.stringContaining('more than 1000 B') })
    expect(existsSync(target())).toBe(false)
  })

  it('says so where nothing listens', async () => {
    await expect(get({ url: 'http://127.0.0.1:9/weights.pth' })).rejects.toMatchObject({ code: 'device' })
  })

  it('says so where the name cannot be looked up, as on a machine that is offline', async () => {
    await expect(get({ url: 'https://weights.invalid/a.pth' })).rejects.toMatchObject({ code: 'device', hint: expect.stringContaining('online') })
  })

  it('says so where the disk refuses', async () => {
    writeFileSync(join(folder, 'file'), '')
    server.behave({ body })
    await expect(get({ target: join(folder, 'file', 'weights.pth') })).rejects.toMatchObject({
      code: 'bad-input',
      why: expect.not.stringContaining('ENOTDIR'),
    })
  })
})
