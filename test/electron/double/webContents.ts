/** `webContents` over a Chromium page: navigation events, the preload's isolated world, messages. */
import { randomBytes } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CDPSession, Page } from 'playwright'
import { fromText, toText } from './codec.ts'
import { ipcMain } from './ipcMain.ts'
import { fromChromium, OPEN_PATH, toChromium } from './protocol.ts'
import { applyPermissions } from './session.ts'

const WORLD = 'Electron Isolated Context'
const scripts = { main: read('mainWorld.js'), isolated: read('isolatedWorld.js') }
let count = 0

function read(name: string): string {
  return readFileSync(join(import.meta.dirname, name), 'utf8')
}

/** Of the DevTools protocol's Fetch.requestPaused, the parts that are used. */
interface PausedRequest {
  readonly requestId: string
  readonly request: { readonly url: string }
  readonly frameId: string
  readonly redirectedRequestId?: string
}

type OpenHandler = (details: { url: string }) => { action: 'allow' | 'deny' }

export class WebContents extends EventEmitter {
  readonly id = ++count
  readonly #page: Page
  readonly #cdp: CDPSession
  readonly #preload: string | undefined
  #openHandler: OpenHandler = () => ({ action: 'allow' })
  #world: number | undefined
  #mainFrame = ''
  #allowedOpens = 0
  /** Set while the application itself navigates, which asks nobody. */
  #loading = false
  #url = ''

  constructor(page: Page, cdp: CDPSession, preload: string | undefined) {
    super()
    this.#page = page
    this.#cdp = cdp
    this.#preload = preload
  }

  async attach(): Promise<void> {
    const cdp = this.#cdp
    const secret = randomBytes(16).toString('hex')
    const fill = (source: string) => source.replaceAll('DOUBLE_SECRET', `"${secret}"`).replaceAll('DOUBLE_OPEN_PATH', `"${OPEN_PATH}"`)
    cdp.on('Runtime.executionContextCreated', ({ context }) => {
      if (context.name === WORLD && context.auxData?.frameId === this.#mainFrame) this.#world = context.id
    })
    cdp.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
      if (name === 'doubleSend') void this.#receive(payload, executionContextId)
    })
    cdp.on('Page.frameNavigated', ({ frame }) => {
      if (frame.parentId === undefined) this.#url = frame.url
    })
    cdp.on('Page.windowOpen', ({ url }) => {
      if (this.decideOpen(url) === 'allow') this.#allowedOpens++
    })
    cdp.on('Page.domContentEventFired', () => this.emit('dom-ready', {}))
    cdp.on('Page.loadEventFired', () => this.emit('did-finish-load', {}))
    cdp.on('Fetch.requestPaused', (event) => void this.#decide(event).catch(() => undefined))
    await cdp.send('Page.enable')
    this.#mainFrame = (await cdp.send('Page.getFrameTree')).frameTree.frame.id
    await cdp.send('Runtime.enable')
    await cdp.send('Page.addScriptToEvaluateOnNewDocument', { source: fill(scripts.main) })
    if (this.#preload) {
      await cdp.send('Runtime.addBinding', { name: 'doubleSend', executionContextName: WORLD })
      await cdp.send('Page.addScriptToEvaluateOnNewDocument', { source: this.#preloadSource(fill(scripts.isolated)), worldName: WORLD })
    }
    await cdp.send('Fetch.enable', { patterns: [{ urlPattern: '*', resourceType: 'Document' }] })
  }

  #preloadSource(isolated: string): string {
    const preload = readFileSync(this.#preload ?? '', 'utf8')
    // Without nodeIntegrationInSubFrames a preload runs in the main frame alone.
    return `if (window.top === window) {\n${isolated}\n;(function (require, module, exports, process) {\n${preload}\n})(doubleRequire, { exports: {} }, {}, { platform: '${process.platform}', sandboxed: true });delete globalThis.doubleRequire;\n}`
  }

  async #decide(event: PausedRequest): Promise<void> {
    const isMainFrame = event.frameId === this.#mainFrame
    const url = fromChromium(event.request.url)
    let stopped = false
    const preventDefault = () => {
      stopped = true
    }
    const details = { url, isMainFrame, isSameDocument: false, preventDefault, defaultPrevented: false }
    if (isMainFrame && !this.#loading) this.emit(event.redirectedRequestId ? 'will-redirect' : 'will-navigate', details, url)
    this.emit('will-frame-navigate', details)
    if (stopped) {
      await this.#cdp.send('Fetch.failRequest', { requestId: event.requestId, errorReason: 'Aborted' })
      return
    }
    this.emit('did-start-navigation', details)
    await this.#cdp.send('Fetch.continueRequest', { requestId: event.requestId })
  }

  async #receive(payload: string, context: number): Promise<void> {
    const message = JSON.parse(payload) as { kind: string; id: number; channel: string; args: string }
    const event = { sender: this, processId: 1, frameId: 1, senderFrame: { url: this.getURL(), parent: null } }
    const args = fromText(message.args) as unknown[]
    if (message.kind === 'send') {
      ipcMain.emit(message.channel, event, ...args)
      return
    }
    const reply = await ipcMain.answer(message.channel, event, args).then(
      (value) => ({ ok: true, value: toText(value) }),
      (error: unknown) => ({ ok: false, value: toText(error instanceof Error ? error.message : String(error)) }),
    )
    await this.#tell({ kind: 'reply', id: message.id, ...reply }, context)
  }

  /** The world may be gone by then, with the page that it belonged to. */
  async #tell(message: object, context = this.#world): Promise<void> {
    if (context === undefined || this.isDestroyed()) return
    await this.#cdp.send('Runtime.evaluate', { contextId: context, expression: `doubleReceive(${JSON.stringify(message)})` }).catch(() => undefined)
  }

  /** Says that a File of this name, size and time came from disk. */
  fileChosen(file: { name: string; size: number; lastModified: number; path: string }): Promise<void> {
    return this.#tell({ kind: 'file', file })
  }

  async loadURL(url: string): Promise<void> {
    const address = toChromium(url)
    await applyPermissions(this.#cdp, this, new URL(address).origin)
    this.#loading = true
    try {
      await this.#page.goto(address, { waitUntil: 'load' })
    } finally {
      this.#loading = false
    }
  }

  getURL(): string {
    return fromChromium(this.#url)
  }
  isDestroyed(): boolean {
    return this.#page.isClosed()
  }
  send(channel: string, ...args: unknown[]): void {
    if (this.isDestroyed()) throw new TypeError('Object has been destroyed')
    void this.#tell({ kind: 'event', channel, args: toText(args) })
  }
  executeJavaScript(code: string): Promise<unknown> {
    return this.#page.evaluate(code)
  }
  setWindowOpenHandler(handler: OpenHandler): void {
    this.#openHandler = handler
  }
  /** Whether a window opened by this page was allowed; each may be taken once. */
  takeAllowedOpen(): boolean {
    if (this.#allowedOpens === 0) return false
    this.#allowedOpens--
    return true
  }
  decideOpen(url: string): 'allow' | 'deny' {
    return this.#openHandler({ url }).action
  }
}
