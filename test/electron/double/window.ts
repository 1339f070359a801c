/** `BrowserWindow`: one page of one Chromium each. */
import { EventEmitter } from 'node:events'
import type { BrowserContext, CDPSession, Page } from 'playwright'
import { app } from './app.ts'
import { nativeTheme } from './desktop.ts'
import { WebContents } from './webContents.ts'

interface WebPreferences {
  readonly preload?: string
  readonly contextIsolation?: boolean
  readonly sandbox?: boolean
  readonly nodeIntegration?: boolean
}
interface WindowOptions {
  readonly width?: number
  readonly height?: number
  readonly show?: boolean
  readonly webPreferences?: WebPreferences
}

interface Slot {
  readonly page: Page
  readonly cdp: CDPSession
}
/** BrowserWindow's constructor is synchronous and opening a page is not, so the next page is always kept open beforehand. */
let nextSlot: Slot | undefined
let context: BrowserContext
const windows = new Set<BrowserWindow>()

export async function startWindows(given: BrowserContext): Promise<void> {
  context = given
  context.on('page', (page) => void closeUninvited(page))
  const [first] = context.pages()
  nextSlot = await slotFor(first ?? (await newPage()))
  nativeTheme.on('updated', () => {
    for (const window of windows) void window.applyTheme()
  })
}

async function slotFor(page: Page): Promise<Slot> {
  return { page, cdp: await context.newCDPSession(page) }
}

/** Pages that the double itself is about to open. */
let expected = 0

function newPage(): Promise<Page> {
  expected++
  return context.newPage()
}

/** A page that another page opened (a link with a target, a form) stays only where its window's handler allowed it. */
async function closeUninvited(page: Page): Promise<void> {
  if (expected > 0) expected--
  else if (![...windows].some((window) => window.webContents.takeAllowedOpen())) await page.close()
}

export function decideOpenFrom(url: string): string {
  const [window] = windows
  return window?.webContents.decideOpen(url) ?? 'deny'
}

export class BrowserWindow extends EventEmitter {
  readonly webContents: WebContents
  readonly #page: Page
  readonly #ready: Promise<void>
  #size: [number, number]
  #minimised = false
  #maximised = false

  constructor(options: WindowOptions = {}) {
    super()
    const { webPreferences: preferences = {}, width = 800, height = 600 } = options
    // The double has the isolated, sandboxed page only; anything else would be tested as if it were that.
    if (preferences.contextIsolation === false || preferences.sandbox === false || preferences.nodeIntegration === true)
      throw new Error('The double runs sandboxed, isolated pages only')
    if (!nextSlot) throw new Error('Windows cannot be made this fast, or before the app is ready')
    const slot = nextSlot
    nextSlot = undefined
    this.#page = slot.page
    this.#size = [width, height]
    this.webContents = new WebContents(slot.page, slot.cdp, preferences.preload)
    windows.add(this)
    app.emit('web-contents-created', {}, this.webContents)
    app.emit('browser-window-created', {}, this)
    this.webContents.once('dom-ready', () => this.emit('ready-to-show', {}))
    this.#page.on('close', () => this.#closed())
    this.#ready = this.#prepare()
  }

  async #prepare(): Promise<void> {
    const [width, height] = this.#size
    await this.#page.setViewportSize({ width, height })
    await this.webContents.attach()
    await this.applyTheme()
    nextSlot = await slotFor(await newPage())
  }

  static getAllWindows(): BrowserWindow[] {
    return [...windows]
  }
  applyTheme(): Promise<void> {
    return this.#page.emulateMedia({ colorScheme: nativeTheme.themeSource === 'system' ? null : nativeTheme.themeSource })
  }
  async loadURL(url: string): Promise<void> {
    await this.#ready
    await this.webContents.loadURL(url)
  }

  /** Resolves to whether it closed; a listener may refuse. */
  async tryClose(): Promise<boolean> {
    let stopped = false
    this.emit('close', {
      preventDefault() {
        stopped = true
      },
    })
    if (!stopped) await this.#page.close()
    return !stopped
  }
  close(): void {
    void this.tryClose()
  }
  /** Asks nobody. */
  destroy(): void {
    void this.#page.close()
  }
  #closed(): void {
    if (!windows.delete(this)) return
    this.webContents.emit('destroyed')
    this.emit('closed')
    if (windows.size === 0) app.windowsAllClosed()
  }
  isDestroyed(): boolean {
    return !windows.has(this)
  }
  show(): void {
    this.emit('show')
  }
  focus(): void {
    this.emit('focus')
  }
  getSize(): [number, number] {
    return this.#size
  }
  isMaximized(): boolean {
    return this.#maximised
  }
  maximize(): void {
    this.#maximised = true
  }
  isMinimized(): boolean {
    return this.#minimised
  }
  minimize(): void {
    this.#minimised = true
  }
  restore(): void {
    this.#minimised = false
  }
}
