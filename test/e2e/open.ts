/** Starts the browser shell as a user does and opens it in Chromium. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type FileChooser, type Locator, type Page } from 'playwright'
import { CHROMIUM_FLAGS, chromiumPath } from '../fixtures/chromium.ts'

const ROOT = resolve(import.meta.dirname, '../..')

export interface OpenOptions extends BrowserContextOptions {
  readonly hash?: string
  readonly script?: string
  /** False: the page comes without the headers that isolate it, as from a server that does not send them. */
  readonly isolated?: boolean
}

const VIEWPORT = { width: 1440, height: 900 }

export interface App {
  readonly browser: Browser
  /** Holds what the shells keep, a folder for each. */
  readonly userData: string
  /** A new window on the application. */
  open(options?: OpenOptions): Promise<Page>
  /** The test is done with it. */
  leave(page: Page): Promise<void>
  close(): Promise<void>
}

interface Shell {
  readonly process: ChildProcess
  readonly url: string
}

async function startShell(userData: string): Promise<Shell> {
  const child = spawn(process.execPath, [join(ROOT, 'dist/node/browser.js'), '--no-open', '--user-data-dir', userData], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let printed = ''
  const url = await new Promise<string>((done, fail) => {
    child.stdout?.on('data', (data: Buffer) => {
      printed += data.toString()
      const found = /http:\/\/\S+/.exec(printed)
      if (found) done(found[0])
    })
    child.once('exit', (code) => fail(new Error(`the browser shell ended with code ${code}: ${printed}`)))
  })
  return { process: child, url }
}

/** What a window of a context that is there can be given. */
const OF_A_PAGE: ReadonlySet<string> = new Set(['hash', 'viewport', 'colorScheme', 'reducedMotion'])

/**
 * With `reuse`, a window that needs nothing special is the one of the test before, loaded anew: its process is there and has the
 * code of the page compiled. For tests that change no settings and mind no recent files.
 */
export async function startApp({ reuse = false } = {}): Promise<App> {
  const folder = await mkdtemp(join(tmpdir(), 'shufflescope-e2e-'))
  const shells: Promise<Shell>[] = []
  const nextShell = () => {
    const shell = startShell(join(folder, String(shells.length)))
    shells.push(shell)
    return shell
  }
  // The next window's shell starts while a test is at work in this one's.
  let next = nextShell()
  let shared: { readonly page: Page; readonly url: string; free: boolean } | undefined
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: [...CHROMIUM_FLAGS] })
  const newContext = (options: BrowserContextOptions = {}) => browser.newContext({ viewport: VIEWPORT, locale: 'en-US', ...options })
  return {
    browser,
    userData: folder,
    async open({ hash = '', script, isolated = true, ...options } = {}) {
      const plain = reuse && isolated && !script && Object.keys(options).every((key) => OF_A_PAGE.has(key))
      if (plain && shared?.free) {
        shared.free = false
        const { page, url } = shared
        await page.goto('about:blank')
        await page.setViewportSize(options.viewport ?? VIEWPORT)
        await page.emulateMedia({ colorScheme: options.colorScheme ?? 'light', reducedMotion: options.reducedMotion ?? 'no-preference' })
        await page.goto(`${url}${hash}`)
        await idle(page)
        return page
      }
      // The address works once, so every context has a shell of its own.
      const shell = await next
      next = nextShell()
      const context = await newContext(options)
      const page = await context.newPage()
      if (script) await page.addInitScript(script)
      if (!isolated) await withoutIsolation(context)
      await page.goto(`${shell.url}${hash}`)
      await idle(page)
      if (plain) shared = { page, url: new URL('/', shell.url).href, free: false }
      return page
    },
    async leave(page) {
      if (page === shared?.page) shared.free = true
      else await page.context().close()
    },
    async close() {
      await browser.close()
      for (const shell of shells) (await shell).process.kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Takes the isolating headers off the page as it arrives. What a route answers does not count as local, so it needs leave to call home. */
async function withoutIsolation(context: BrowserContext): Promise<void> {
  await context.grantPermissions(['local-network-access'])
  await context.route(
    (url) => url.protocol === 'http:',
    async (route) => {
      const response = await route.fetch()
      const { 'cross-origin-opener-policy': _, 'cross-origin-embedder-policy': __, ...headers } = response.headers()
      await route.fulfill({ response, headers })
    },
  )
}

/** Waits until the application says that nothing is under way. */
export async function idle(page: Page): Promise<void> {
  await page.waitForFunction(() => document.documentElement.dataset.idle === 'true', undefined, { timeout: 60_000 })
}

/** Presses what opens a file dialog, and answers it. Waits until the page has the answer: a folder is read by the browser in its own time. */
export async function choose(page: Page, button: Locator, files: Parameters<FileChooser['setFiles']>[0]): Promise<void> {
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), button.click()])
  const answered = await chooser.element().evaluateHandle((input) => ({
    change: new Promise<unknown>((resolve) => input.addEventListener('change', () => resolve(undefined), { once: true })),
  }))
  await chooser.setFiles(files)
  await answered.evaluate(({ change }) => change)
  await idle(page)
}

/** Drops a file on the window, as a file manager does. */
export async function drop(page: Page, name: string, type: string, bytes: Uint8Array): Promise<void> {
  await dropTogether(page, [{ name, type, bytes }])
}

export async function dropTogether(page: Page, files: readonly { name: string; type: string; bytes: Uint8Array }[]): Promise<void> {
  const transfer = await page.evaluateHandle(
    (given) => {
      const made = new DataTransfer()
      for (const { name, type, base64 } of given) made.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name, { type }))
      return made
    },
    files.map(({ name, type, bytes }) => ({ name, type, base64: Buffer.from(bytes).toString('base64') })),
  )
  for (const event of ['dragenter', 'dragover', 'drop']) await page.dispatchEvent('main', event, { dataTransfer: transfer })
  await idle(page)
}
