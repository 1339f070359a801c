/** The browser shell as it is started, in a real Chromium: token, cookie, isolation, calls, strangers, ending. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PAGE_HEADERS } from '../../electron/services/pageFiles.ts'
import { CHROMIUM_FLAGS, chromiumPath } from '../fixtures/chromium.ts'
import { APP, layOutApp } from './app.ts'

const userData = mkdtempSync(join(tmpdir(), 'shufflescope-data-'))
let shell: ChildProcess
let browser: Browser
let page: Page
let address = ''
let stranger: Server

/** Starts the shell; resolves to the process and what it printed up to its second line, or to its end. */
function start(args: readonly string[]): Promise<{ child: ChildProcess; output: string; code: number | null }> {
  const child = spawn(process.execPath, [join(APP, 'dist/node/browser.js'), '--no-open', `--user-data-dir=${userData}`, ...args])
  let output = ''
  return new Promise((done) => {
    const take = (data: Buffer) => {
      output += data
      if (output.split('\n').length > 2) done({ child, output, code: null })
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    child.once('close', (code) => done({ child, output, code }))
  })
}

beforeAll(async () => {
  await layOutApp()
  const started = await start([])
  shell = started.child
  address = /http:\/\/127\.0\.0\.1:\d+\/\?token=[0-9a-f]{64}/.exec(started.output)?.[0] ?? started.output
  browser = await chromium.launch({ executablePath: chromiumPath(), args: [...CHROMIUM_FLAGS] })
  page = await (await browser.newContext()).newPage()
  await page.goto(address)
  await page.waitForFunction(() => window.backend !== undefined)
  stranger = createServer((_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<title>stranger</title>'))
  await new Promise<void>((done) => stranger.listen(0, '127.0.0.1', done))
})

afterAll(async () => {
  await browser.close()
  shell.kill()
  stranger.close()
  rmSync(userData, { recursive: true, force: true })
})

describe('the browser shell', () => {
  it('takes the token out of the address and leaves a cookie that scripts do not see', async () => {
    const { origin } = new URL(address)
    expect(page.url()).toBe(`${origin}/`)
    expect(await page.evaluate(() => document.cookie)).toBe('')
    expect(await page.context().cookies()).toMatchObject([{ httpOnly: true, sameSite: 'Strict' }])
  })

  it('is isolated across origins and runs no script but its own', async () => {
    expect(await page.evaluate(() => [crossOriginIsolated, isSecureContext])).toEqual([true, true])
    const ran = await page.evaluate(() => {
      const script = document.createElement('script')
      script.textContent = 'window.inlineRan = true'
      document.body.append(script)
      return 'inlineRan' in window
    })
    expect(ran).toBe(false)
  })

  it('carries the headers on every answer', async () => {
    const answers = await page.evaluate(
      (names) =>
        Promise.all(
          ['/index.html', '/nothing.js'].map(async (path) => {
            const { status, headers } = await fetch(path)
            return [status, Object.fromEntries(names.map((name) => [name, headers.get(name)]))] as const
          }),
        ),
      Object.keys(PAGE_HEADERS),
    )
    expect(answers).toEqual([
      [200, PAGE_HEADERS],
      [404, PAGE_HEADERS],
    ])
  })

  it.each(['/../secret.txt', '/..%2f..%2fsecret.txt', '/%2e%2e%2f%2e%2e%2fsecret.txt', '/..%5c..%5csecret.txt'])('has no %s', async (path) => {
    expect(await page.evaluate((p) => fetch(p).then(({ status }) => status), path)).toBe(404)
  })

  it('has the same api, without the channels that need a path', async () => {
    const outcome = await page.evaluate(async () => {
      const { backend } = window
      const error = await backend?.call('files.open', ['any']).catch((thrown: unknown) => ({ ...(thrown as object) }))
      return { shell: backend?.shell, info: await backend?.call('app.info', []), token: backend?.tokenForFile === undefined, error }
    })
    expect(outcome).toMatchObject({
      shell: 'browser',
      info: { shell: 'browser', version: '9.8.7', dialogs: false },
      token: true,
      error: { code: 'unsupported' },
    })
  })

  it('carries the same bytes as lie on disk', async () => {
    const bytes = await page.evaluate(async () => [...((await window.backend?.call('samples.bytes', ['cat']))?.bytes ?? [])])
    expect(Buffer.compare(Buffer.from(bytes), readFileSync(join(APP, 'assets/samples/cat.jpg')))).toBe(0)
  })

  it('refuses bad arguments', async () => {
    const error = await page.evaluate(() =>
      window.backend?.call('models.bytes', [7 as never]).catch((thrown: unknown) => ({ ...(thrown as object) })),
    )
    expect(error).toMatchObject({ code: 'bad-input', what: 'models.bytes' })
  })

  it('tells every page when a setting changes', async () => {
    const second = await page.context().newPage()
    await second.goto(new URL('/', address).href)
    await second.waitForFunction(() => window.backend !== undefined)
    await page.evaluate(() => window.backend?.call('settings.set', [{ theme: 'dark' }]))
    await second.waitForFunction(() => window.seen.length > 0)
    expect(await second.evaluate(() => window.seen)).toEqual([{ event: 'settings.changed', value: { theme: 'dark', language: 'system' } }])
    await second.close()
  })

  it('does not let another browser in, not even with the used link', async () => {
    const context = await browser.newContext()
    const other = await context.newPage()
    for (const url of [new URL('/', address).href, address]) expect((await other.goto(url))?.status()).toBe(401)
    await context.close()
  })

  it('does not let another site in the same browser in', async () => {
    const other = await page.context().newPage()
    await other.goto(`http://127.0.0.1:${(stranger.address() as AddressInfo).port}/`)
    const outcome = await other.evaluate(async (own) => {
      const read = await fetch(own, { credentials: 'include' }).then(
        () => 'read',
        () => 'refused',
      )
      const socket = await new Promise((done) => {
        const connection = new WebSocket(`${own.replace('http:', 'ws:')}socket`)
        connection.onopen = () => done('open')
        connection.onerror = () => done('refused')
      })
      return [read, socket]
    }, new URL('/', address).href)
    expect(outcome).toEqual(['refused', 'refused'])
    await other.close()
  })

  it.each([
    [['--port', 'x'], 2, /^error: Start: "x" is not a port/],
    [['--colour'], 2, /^error: Start: .*--colour/],
  ])('refuses %j in words', async (args, code, words) => {
    const ended = await start(args)
    expect(ended.code).toBe(code)
    expect(ended.output).toMatch(words)
  })

  it('says when its port is taken', async () => {
    const ended = await start(['--port', new URL(address).port])
    expect(ended.code).toBe(4)
    expect(ended.output).toMatch(/^error: Local server: port \d+ is in use\. /)
  })

  it('ends at Ctrl-C, and the page is told', async () => {
    const ended = new Promise((done) => shell.once('exit', done))
    shell.kill('SIGINT')
    expect(await ended).toBe(0)
    const error = await page.evaluate(() => window.backend?.call('models.list', []).catch((thrown: unknown) => ({ ...(thrown as object) })))
    expect(error).toMatchObject({ code: 'device', what: 'Back end', why: 'the connection to it ended' })
  })
})
