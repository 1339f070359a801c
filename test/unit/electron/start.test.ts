/** Finding Electron's program: present, installed by its own installer, or not to be had, with words. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { electronHindrance, installElectron, installedElectron } from '../../../scripts/electron.mjs'
import { temporaryFolder } from './folder.ts'

const root = temporaryFolder()
let folder = ''
let count = 0
beforeEach(() => {
  folder = join(root, String(++count))
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), '{"version":"45.0.0"}')
})

/** Answers `/answering...` at once and everything else never. */
const server = createServer((request, response) => {
  if (request.url?.startsWith('/answering')) response.writeHead(404).end()
})
beforeAll(() => new Promise<void>((done) => server.listen(0, '127.0.0.1', done)))
afterAll(() => {
  server.close()
  server.closeAllConnections()
})
const mirror = (name: string) => ({ ...process.env, ELECTRON_MIRROR: `http://127.0.0.1:${(server.address() as AddressInfo).port}/${name}/` })
const installer = (script: string) => writeFileSync(join(folder, 'install.js'), script)
const DELIVER =
  "const fs = require('node:fs'); fs.mkdirSync(__dirname + '/dist'); fs.writeFileSync(__dirname + '/dist/electron', ''); fs.writeFileSync(__dirname + '/path.txt', 'electron')"
const HANG = 'setInterval(() => {}, 1000)'

describe('what hinders Electron', () => {
  it.each([
    [{ platform: 'linux', environment: {}, root: false }, 'no display'],
    [{ platform: 'linux', environment: { DISPLAY: ':0' }, root: true }, 'root'],
    [{ platform: 'linux', environment: { WAYLAND_DISPLAY: 'wayland-0' }, root: false }, undefined],
    [{ platform: 'win32', environment: {}, root: false }, undefined],
    [{ platform: 'darwin', environment: {}, root: true }, undefined],
  ])('%j: %s', (host, words) => {
    const why = electronHindrance(host)
    if (words === undefined) expect(why).toBeUndefined()
    else expect(why).toContain(words)
  })
})

describe('Electron', () => {
  it('is not there before it is installed, and there afterwards', async () => {
    expect(installedElectron(folder, {})).toBeUndefined()
    installer(DELIVER)
    expect(await installElectron(folder, { environment: mirror('answering') })).toEqual({ path: join(folder, 'dist/electron') })
    expect(installedElectron(folder, {})).toBe(join(folder, 'dist/electron'))
  })

  it('comes out of the cache although the server is silent', async () => {
    installer(`setTimeout(() => { ${DELIVER} }, 100)`)
    expect(await installElectron(folder, { environment: mirror('silent'), answerMs: 5000 })).toEqual({ path: join(folder, 'dist/electron') })
  })

  it('is given up when the server does not answer in time', async () => {
    installer(HANG)
    const started = performance.now()
    expect(await installElectron(folder, { environment: mirror('silent'), answerMs: 1000 })).toEqual({
      why: expect.stringMatching(/^127\.0\.0\.1:\d+ did not answer within 1 s$/),
    })
    expect(performance.now() - started).toBeLessThan(5000)
  })

  it('is given up when the server cannot be reached', async () => {
    installer(HANG)
    const environment = { ...process.env, ELECTRON_MIRROR: 'http://127.0.0.1:9/' }
    expect(await installElectron(folder, { environment })).toEqual({ why: '127.0.0.1:9 cannot be reached' })
  })

  it('is given up when the download takes too long', async () => {
    installer(HANG)
    expect(await installElectron(folder, { environment: mirror('answering'), downloadMs: 500 })).toEqual({
      why: expect.stringContaining('took more than'),
    })
  })

  it('is given up with the words of an installer that fails', async () => {
    installer("console.error('RangeError: no such artifact'); process.exit(1)")
    expect(await installElectron(folder, { environment: mirror('answering') })).toEqual({ why: 'its download failed (RangeError: no such artifact)' })
  })

  it('is not looked for where the package is not installed', async () => {
    expect(await installElectron(folder)).toEqual({ why: 'the electron package is not installed' })
  })
})
