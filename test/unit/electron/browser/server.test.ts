/** The browser shell over raw HTTP and WebSocket: token, cookie, Host, Origin, traversal, headers, calls. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { type IncomingHttpHeaders, request } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { type BrowserShell, startBrowserShell } from '../../../../electron/browser/server.ts'
import { decodeFrame, encodeFrame } from '../../../../electron/ipc/wire.ts'
import { createServices } from '../../../../electron/services/index.ts'
import { PAGE_HEADERS } from '../../../../electron/services/pageFiles.ts'
import { temporaryFolder } from '../folder.ts'

const folder = temporaryFolder()
const page = join(folder, 'page')
mkdirSync(page)
writeFileSync(join(page, 'index.html'), '<!doctype html><title>page</title>')
writeFileSync(join(folder, 'secret.txt'), 'secret')

const services = createServices({ userData: join(folder, 'user'), assets: join(folder, 'assets'), version: '1', shell: 'browser', catalogue: [] })
let shell: BrowserShell
let cookie = ''

interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

/** Unlike fetch, sends the path and the headers as they are given. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port: shell.port, path, method, headers }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (text: string) => {
        body += text
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
    })
    call.once('error', reject)
    call.end()
  })
}

/** Code with which the upgrade was answered, 101 for an open socket. */
function upgrade(headers: Record<string, string>, path = '/socket'): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${shell.port}${path}`, { headers })
    socket.on('open', () => {
      resolve(101)
      socket.terminate()
    })
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0))
    socket.on('error', () => undefined)
  })
}

const origin = () => `http://127.0.0.1:${shell.port}`
const token = () => new URL(shell.url).searchParams.get('token') ?? ''

beforeAll(async () => {
  shell = await startBrowserShell({ page, services, port: 0 })
})
afterAll(() => shell.close())

describe('the local server', () => {
  it('lets nobody in without the token', async () => {
    expect((await get('/')).status).toBe(401)
    expect((await get('/?token=')).status).toBe(401)
    expect((await get(`/?token=${'0'.repeat(64)}`)).status).toBe(401)
    expect((await get('/', { cookie: `shufflescope-${shell.port}=${token()}` })).status).toBe(401)
  })

  it('does not give the cookie to another host or site that has the token', async () => {
    expect((await get(`/?token=${token()}`, { host: 'evil.example' })).status).toBe(403)
    expect((await get(`/?token=${token()}`, { origin: 'http://evil.example' })).status).toBe(403)
  })

  it('exchanges the token, once, for a cookie that scripts and other sites cannot use', async () => {
    const answer = await get(`/?token=${token()}`)
    expect(answer.status).toBe(303)
    expect(answer.headers.location).toBe('/')
    const [set = ''] = answer.headers['set-cookie'] ?? []
    expect(set).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/)
    cookie = set.split(';')[0] ?? ''
    expect(cookie).not.toContain(token())
    expect((await get(`/?token=${token()}`)).status).toBe(401)
  })

  it('serves the page to the cookie, with the headers on every answer', async () => {
    const answers = [await get('/', { cookie }), await get('/nothing', { cookie }), await get('/'), await get('/', { cookie }, 'POST')]
    expect(answers.map(({ status }) => status)).toEqual([200, 404, 401, 405])
    for (const { headers } of answers) expect(headers).toMatchObject(PAGE_HEADERS)
    expect(answers[0]?.body).toContain('<title>page</title>')
    expect((await get('/', { cookie }, 'HEAD')).body).toBe('')
  })

  it.each(['/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/..%5csecret.txt', '//../secret.txt'])('has no %s', async (path) => {
    expect(await get(path, { cookie })).toMatchObject({ status: 404, body: 'Not found\n' })
  })

  it.each(['evil.example', 'localhost', '127.0.0.1', '127.0.0.1:1'])('refuses the host %s', async (host) => {
    expect((await get('/', { cookie, host })).status).toBe(403)
  })

  it('refuses another origin', async () => {
    expect((await get('/', { cookie, origin: 'http://evil.example' })).status).toBe(403)
    expect((await get('/', { cookie, origin: 'null' })).status).toBe(403)
    expect((await get('/', { cookie, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' })).status).toBe(403)
  })

  it('opens the socket to its own page only', async () => {
    expect(await upgrade({ cookie, origin: origin() })).toBe(101)
    expect(await upgrade({ cookie })).toBe(403)
    expect(await upgrade({ cookie, origin: 'http://evil.example' })).toBe(403)
    expect(await upgrade({ origin: origin() })).toBe(401)
    expect(await upgrade({ cookie, origin: origin(), host: 'evil.example' })).toBe(403)
    expect(await upgrade({ cookie, origin: origin() }, '/')).toBe(404)
  })

  it('says when a port is taken', async () => {
    await expect(startBrowserShell({ page, services, port: shell.port })).rejects.toMatchObject({
      code: 'device',
      why: `port ${shell.port} is in use`,
    })
  })
})

describe('the socket', () => {
  async function open(): Promise<WebSocket & { next(): Promise<unknown> }> {
    const socket = new WebSocket(`ws://127.0.0.1:${shell.port}/socket`, { headers: { cookie, origin: origin() } })
    const waiting: ((message: unknown) => void)[] = []
    const arrived: unknown[] = []
    socket.on('message', (data: Buffer) => {
      const message = decodeFrame(data)
      const taker = waiting.shift()
      if (taker) taker(message)
      else arrived.push(message)
    })
    const next = () => (arrived.length > 0 ? Promise.resolve(arrived.shift()) : new Promise<unknown>((resolve) => waiting.push(resolve)))
    return Object.assign(socket, { next })
  }

  it('greets, answers calls, and tells events', async () => {
    const socket = await open()
    expect(await socket.next()).toMatchObject({ type: 'hello', channels: expect.arrayContaining(['models.list']) })
    socket.send(encodeFrame({ type: 'call', id: 'a', channel: 'app.info', args: [] }))
    expect(await socket.next()).toMatchObject({ type: 'result', id: 'a', envelope: { ok: true, value: { shell: 'browser', dialogs: false } } })
    socket.send(encodeFrame({ type: 'call', id: 'b', channel: 'settings.set', args: [{ theme: 'dark' }] }))
    expect(await socket.next()).toMatchObject({ type: 'event', event: 'settings.changed', value: { theme: 'dark' } })
    expect(await socket.next()).toMatchObject({ type: 'result', id: 'b', envelope: { ok: true } })
    socket.terminate()
  })

  it('refuses paths: the channel of the preload script is not there', async () => {
    const socket = await open()
    expect(await socket.next()).toMatchObject({ channels: expect.not.arrayContaining(['files.adopt']) })
    socket.send(encodeFrame({ type: 'call', id: 'a', channel: 'files.adopt', args: [join(folder, 'secret.txt')] }))
    expect(await socket.next()).toMatchObject({ envelope: { ok: false, error: { code: 'bad-input' } } })
    socket.terminate()
  })

  it.each([
    ['text', 'hello'],
    ['bytes that are no frame', new Uint8Array([1, 2, 3, 4, 5])],
    ['a frame that is no message', encodeFrame({ type: 'shout' })],
  ])('closes on %s, and the server lives on', async (_name, data) => {
    const socket = await open()
    await socket.next()
    const closed = new Promise<number>((resolve) => socket.on('close', resolve))
    socket.send(data)
    expect(await closed).toBe(1007)
    expect((await get('/', { cookie })).status).toBe(200)
  })
})
