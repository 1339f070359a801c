/** Lays out a small application of our real main and preload with the test page, and starts it in the double or in real Electron. */
import { type ChildProcess, fork } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { _electron, chromium, type Page } from 'playwright'
import { build } from 'vite'

export const ROOT = resolve(import.meta.dirname, '../..')
/** Inside node_modules, so that the copied bundles find their packages. */
const CACHE = join(ROOT, 'node_modules/.cache/shufflescope-electron-test')
export const APP = join(CACHE, 'app')
export const PAGE = join(APP, 'dist/renderer')
export const PRELOAD = join(APP, 'dist/electron/preload.cjs')
const DOUBLE = join(CACHE, 'double')

/** The module that main-process code passed to `evaluate` gets. */
type ElectronModule = typeof import('electron')

export interface Running {
  readonly page: Page
  /** All pages of windows that there are. */
  pages(): Page[]
  /** Runs a self-contained function in the main process. */
  evaluate<A, R>(work: (electron: ElectronModule, arg: A) => R | Promise<R>, arg: A): Promise<R>
  /** Chooses a file from disk in the page's file input. */
  chooseFile(path: string): Promise<void>
  /** Starts a second instance on the same user data with these arguments; resolves to its exit code. */
  second(args: readonly string[]): Promise<number | null>
  close(): Promise<void>
}

/** Why real Electron cannot be tested here; undefined where it can. */
export function electronMissing(): string | undefined {
  return electronBinary() ? undefined : 'its binary is not installed (npx install-electron)'
}

function electronBinary(): string | undefined {
  const folder = join(ROOT, 'node_modules/electron')
  const names = { darwin: 'dist/Electron.app/Contents/MacOS/Electron', win32: 'dist/electron.exe' }
  const path = join(folder, names[process.platform as 'darwin' | 'win32'] ?? 'dist/electron')
  return existsSync(path) ? path : undefined
}

/** `dist/electron` and `dist/node` must have been built. */
export async function layOutApp(): Promise<void> {
  rmSync(APP, { recursive: true, force: true })
  mkdirSync(join(APP, 'assets/models'), { recursive: true })
  writeFileSync(join(APP, 'package.json'), JSON.stringify({ name: 'shufflescope', version: '9.8.7', type: 'module', main: 'dist/electron/main.js' }))
  writeFileSync(join(APP, 'secret.txt'), 'secret')
  cpSync(join(ROOT, 'dist/electron'), join(APP, 'dist/electron'), { recursive: true })
  cpSync(join(ROOT, 'dist/node'), join(APP, 'dist/node'), { recursive: true })
  cpSync(join(ROOT, 'assets/samples'), join(APP, 'assets/samples'), { recursive: true })
  await build({
    root: join(ROOT, 'test/electron/page'),
    configFile: false,
    logLevel: 'error',
    build: { outDir: PAGE, emptyOutDir: true, target: 'es2023' },
  })
}

async function buildDouble(): Promise<void> {
  const source = join(ROOT, 'test/electron/double')
  const common = { configFile: false, logLevel: 'error', publicDir: false } as const
  await build({
    ...common,
    root: ROOT,
    build: {
      ssr: true,
      outDir: DOUBLE,
      target: 'node20',
      rolldownOptions: {
        input: { launcher: join(source, 'launcher.ts'), electron: join(source, 'electron.ts') },
        output: { entryFileNames: '[name].js', chunkFileNames: '[name].js' },
      },
    },
  })
  for (const name of ['mainWorld', 'isolatedWorld'])
    await build({
      ...common,
      build: {
        outDir: DOUBLE,
        emptyOutDir: false,
        minify: false,
        lib: { entry: join(source, `page/${name}.ts`), formats: ['iife'], name, fileName: () => `${name}.js` },
      },
    })
  writeFileSync(join(DOUBLE, 'package.json'), '{"type":"module"}')
  // Node 22.15 and later have hooks in the same thread; Node 20 has those of a thread of its own.
  const hook = `(name, context, next) => (name === 'electron' ? { url: '${new URL(`file://${DOUBLE}/electron.js`).href}', shortCircuit: true } : next(name, context))`
  writeFileSync(join(DOUBLE, 'hooks.js'), `export const resolve = ${hook}\n`)
  const start = `import * as module from 'node:module'\nif (module.registerHooks) module.registerHooks({ resolve: ${hook} })\nelse module.register('./hooks.js', import.meta.url)\n`
  writeFileSync(join(DOUBLE, 'register.js'), start)
}

let built: Promise<void> | undefined

/** Resolves when the page can be used; by default when the test page has its back end. */
type Ready = (page: Page) => Promise<unknown>
const testPageReady: Ready = (page) => page.waitForFunction(() => window.backend !== undefined)

/** Starts an application in the double: its folder (with package.json), and the arguments that follow on its command line. */
export async function startDouble(app = APP, args: readonly string[] = [], ready = testPageReady): Promise<Running> {
  built ??= buildDouble()
  await built
  const userData = mkdtempSync(join(tmpdir(), 'shufflescope-data-'))
  const child = forkDouble(app, userData, args)
  const requests = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  let count = 0
  const ended = new Promise<void>((done) => child.once('exit', () => done()))
  const address = await new Promise<string>((done, fail) => {
    child.on('message', (message: { ready: string } | { id: number; ok: boolean; value: unknown }) => {
      if ('ready' in message) return done(message.ready)
      const request = requests.get(message.id)
      requests.delete(message.id)
      if (message.ok) request?.resolve(message.value)
      else request?.reject(new Error(String(message.value)))
    })
    child.once('exit', (code) => fail(new Error(`The application ended with code ${code} before it was ready`)))
  })
  const ask = (request: object) =>
    new Promise<unknown>((resolve, reject) => {
      requests.set(++count, { resolve, reject })
      child.send({ id: count, ...request }, (error) => error && reject(error))
    })
  const browser = await chromium.connectOverCDP(address)
  const pages = () => (browser.contexts()[0]?.pages() ?? []).filter((page) => page.url() !== 'about:blank')
  const page = await until(() => pages()[0])
  await ready(page)

  return {
    page,
    pages,
    evaluate: async (work, arg) => (await ask({ kind: 'evaluate', source: work.toString(), arg })) as never,
    async chooseFile(path) {
      const { size, mtimeMs } = statSync(path)
      await ask({ kind: 'file', file: { name: basename(path), size, lastModified: Math.trunc(mtimeMs), path } })
      await page.setInputFiles('#file', path)
    },
    second: (more) => new Promise((done) => forkDouble(app, userData, more).once('exit', done)),
    async close() {
      await browser.close()
      if (child.connected) child.disconnect()
      await ended
      rmSync(userData, { recursive: true, force: true })
    },
  }
}

function forkDouble(app: string, userData: string, args: readonly string[]): ChildProcess {
  return fork(join(DOUBLE, 'launcher.js'), [app, `--user-data-dir=${userData}`, ...args], {
    execArgv: ['--import', new URL(`file://${DOUBLE}/register.js`).href],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
}

/** Starts the application in real Electron; `electronMissing` must be undefined. */
export async function startElectron(app = APP, more: readonly string[] = [], ready = testPageReady): Promise<Running> {
  const executablePath = electronBinary()
  const userData = mkdtempSync(join(tmpdir(), 'shufflescope-data-'))
  // Root on Linux cannot use Chromium's sandbox.
  const args = [app, `--user-data-dir=${userData}`, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), ...more]
  const electron = await _electron.launch({ args, ...(executablePath && { executablePath }) })
  const page = await electron.firstWindow()
  await ready(page)
  return {
    page,
    pages: () => electron.windows(),
    evaluate: (work, arg) => electron.evaluate(work as never, arg),
    chooseFile: (path) => page.setInputFiles('#file', path),
    second: (more) =>
      new Promise((done) => fork(executablePath ?? '', [...args, ...more], { execPath: executablePath ?? '', stdio: 'ignore' }).once('exit', done)),
    async close() {
      await electron.close()
      rmSync(userData, { recursive: true, force: true })
    },
  }
}

/** The first defined value of `look`, asked again until there is one. Throws after 20 s. */
export async function until<T>(look: () => T | undefined | Promise<T | undefined>, what = 'a value'): Promise<T> {
  const end = performance.now() + 20_000
  for (;;) {
    const value = await look()
    if (value !== undefined) return value
    if (performance.now() > end) throw new Error(`Waited 20 s for ${what}`)
    await new Promise((done) => setTimeout(done, 20))
  }
}
