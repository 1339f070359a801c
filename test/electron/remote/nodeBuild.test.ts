/** Packages for devices, from a registry on loopback: only what is pinned is kept. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { c as pack } from 'tar'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { nodeMachine, obtainNode, obtainPackage, type PinnedPackage } from '../../../electron/remote/index.ts'
import { rejection } from './open.ts'

const folder = mkdtempSync(join(tmpdir(), 'shufflescope-packages-'))
let server: Server
let registry = ''
let tarball: Buffer
let asked: string[] = []
let answer: (response: ServerResponse) => void
let pinned: PinnedPackage
let cacheFolder = ''

beforeAll(async () => {
  mkdirSync(join(folder, 'package/bin'), { recursive: true })
  writeFileSync(join(folder, 'package/bin/node'), 'a program')
  writeFileSync(join(folder, 'package/README'), 'words')
  await pack({ gzip: true, file: join(folder, 'p.tgz'), cwd: folder }, ['package'])
  tarball = readFileSync(join(folder, 'p.tgz'))
  const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`
  pinned = { name: '@scope/thing', version: '1.2.3', integrity, maxBytes: 100_000 }
  server = createServer((request, response) => {
    asked.push(request.url ?? '')
    answer(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  registry = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/npm`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
  rmSync(folder, { recursive: true, force: true })
})
beforeEach(() => {
  asked = []
  answer = (response) => response.setHeader('content-length', tarball.length).end(tarball)
  cacheFolder = mkdtempSync(join(folder, 'cache-'))
})
const wanted = (path: string) => path === 'bin/node'
const nothingKept = () => expect(readdirSync(cacheFolder)).toEqual([])

describe('a package', () => {
  it('is downloaded once, and unpacked as far as it is wanted', async () => {
    const told: (number | null)[] = []
    const at = await obtainPackage(pinned, wanted, { cacheFolder, registry, onProgress: (bytes, total) => told.push(bytes, total) })
    expect(readFileSync(join(at, 'bin/node'), 'utf8')).toBe('a program')
    expect(readdirSync(at)).toEqual(['bin'])
    expect(told.slice(-2)).toEqual([tarball.length, tarball.length])
    expect(asked).toEqual(['/npm/@scope/thing/-/thing-1.2.3.tgz'])
    expect(await obtainPackage(pinned, wanted, { cacheFolder, registry })).toBe(at)
    expect(asked).toHaveLength(1)
    expect(readdirSync(cacheFolder)).toHaveLength(1)
  })

  it('may be asked for twice at the same time', async () => {
    const [a, b] = await Promise.all([
      obtainPackage(pinned, wanted, { cacheFolder, registry }),
      obtainPackage(pinned, wanted, { cacheFolder, registry }),
    ])
    expect(a).toBe(b)
    expect(readdirSync(cacheFolder)).toHaveLength(1)
  })

  it('is not kept when it is another one', async () => {
    answer = (response) => response.end(Buffer.concat([tarball, Buffer.from('x')]))
    expect(await rejection(obtainPackage(pinned, wanted, { cacheFolder, registry }))).toMatchObject({ code: 'check-failed' })
    nothingKept()
  })

  it.each([
    ['is not there', (r: ServerResponse) => r.writeHead(404).end(), /answered 404/],
    [
      'breaks off',
      (r: ServerResponse) => void (r.writeHead(200, { 'content-length': 5000 }), r.write('x'), setTimeout(() => r.destroy(), 50)),
      /could not be downloaded/,
    ],
    ['never ends', (r: ServerResponse) => void (r.writeHead(200), r.write(Buffer.alloc(200_000))), /sends more than it should/],
    ['stalls', (r: ServerResponse) => void (r.writeHead(200), r.write('x')), /sent nothing for/],
  ])('that %s is an error of the network, and nothing is kept', async (_, how, words) => {
    answer = how
    const error = await rejection(obtainPackage(pinned, wanted, { cacheFolder, registry, silenceMs: 1000 }))
    expect(error).toMatchObject({ code: 'device' })
    expect(error.message).toMatch(words)
    nothingKept()
  })

  it('can be cancelled', async () => {
    answer = (response) => void response.writeHead(200)
    expect(await rejection(obtainPackage(pinned, wanted, { cacheFolder, registry, signal: AbortSignal.timeout(200) }))).toMatchObject({
      code: 'cancelled',
    })
    nothingKept()
  })

  it('without a registry is an error in words', async () => {
    const error = await rejection(obtainPackage(pinned, wanted, { cacheFolder, registry: 'http://127.0.0.1:9' }))
    expect(error).toMatchObject({ code: 'device' })
    nothingKept()
  })
})

describe('Node for a device', () => {
  it('is there for 64-bit and 32-bit ARM', () => {
    expect(['aarch64', 'arm64', 'armv7l', 'armv8l', 'armv6l', 'x86_64'].map(nodeMachine)).toEqual([
      'aarch64',
      'aarch64',
      'armv7l',
      'armv7l',
      undefined,
      undefined,
    ])
  })

  it('may be a file, if it is a program for the device', async () => {
    const file = join(folder, 'node')
    const header = Buffer.alloc(64)
    header.write('\x7fELF\x02\x01\x01', 'latin1')
    header.writeUInt16LE(183, 18)
    writeFileSync(file, header)
    expect(await obtainNode('aarch64', { cacheFolder, file })).toBe(file)
    expect(await rejection(obtainNode('armv7l', { cacheFolder, file }))).toMatchObject({
      code: 'bad-input',
      why: expect.stringMatching(/another processor/),
    })
    writeFileSync(file, '#!/bin/sh')
    expect(await rejection(obtainNode('aarch64', { cacheFolder, file }))).toMatchObject({ code: 'bad-input' })
    expect(await rejection(obtainNode('aarch64', { cacheFolder, file: '/not/there' }))).toMatchObject({ code: 'bad-input' })
    expect(await rejection(obtainNode('riscv64', { cacheFolder }))).toMatchObject({ code: 'unsupported' })
    expect(existsSync(cacheFolder)).toBe(true)
  })
})
