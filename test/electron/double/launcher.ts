/**
 * What the `electron` executable is to Electron: starts Chromium, then the application's main script with the double for 'electron'.
 * Arguments: the application's folder, then its own. Talks to the test over the process's message channel.
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { runInThisContext } from 'node:vm'
import { chromium } from 'playwright'
import { CHROMIUM_FLAGS, chromiumPath } from '../../fixtures/chromium.ts'
import { app } from './app.ts'
import * as electron from './electron.ts'
import { startProtocolServer } from './protocol.ts'
import { BrowserWindow, decideOpenFrom, startWindows } from './window.ts'

const [folder = '', ...rest] = process.argv.slice(2)
const path = resolve(folder)
const { name, version, main } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as { name: string; version: string; main: string }
const userData = rest.find((argument) => argument.startsWith('--user-data-dir='))?.slice('--user-data-dir='.length)
if (!userData) throw new Error('The double needs --user-data-dir=')

// Electron's own executable takes no script, so argv has the folder in its place.
process.argv = [process.argv[0] ?? 'electron', folder, ...rest]
app.describe({ name, version, path, userData })

type Request =
  | { id: number; kind: 'evaluate'; source: string; arg: unknown }
  | { id: number; kind: 'file'; file: Parameters<BrowserWindow['webContents']['fileChosen']>[0] }

process.on('message', (request: Request) => {
  answer(request).then(
    (value) => process.send?.({ id: request.id, ok: true, value }),
    (error: unknown) => process.send?.({ id: request.id, ok: false, value: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  )
})
// The test is gone; so is the reason to run.
process.on('disconnect', () => void app.exit(1))

async function answer(request: Request): Promise<unknown> {
  if (request.kind === 'evaluate') return runInThisContext(`(${request.source})`)(electron, request.arg)
  await Promise.all(BrowserWindow.getAllWindows().map((window) => window.webContents.fileChosen(request.file)))
}

await import(pathToFileURL(join(path, main)).href)
// A second instance quits before it is ready.
if (!app.isQuitting) await start()

async function start(): Promise<void> {
  const port = await freePort()
  const context = await chromium.launchPersistentContext(join(app.description.userData, `chromium-${process.pid}`), {
    executablePath: chromiumPath(),
    args: [...CHROMIUM_FLAGS, `--remote-debugging-port=${port}`],
    viewport: null,
  })
  const stopServer = await startProtocolServer(decideOpenFrom)
  app.onQuit(
    async () => {
      for (const window of BrowserWindow.getAllWindows()) if (!(await window.tryClose())) return false
      return true
    },
    async () => {
      stopServer()
      await context.close()
    },
  )
  await startWindows(context)
  app.becomeReady()
  process.send?.({ ready: `http://127.0.0.1:${port}` })
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => done(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
