/** The one window, and what of it is remembered: its size. */
import { join } from 'node:path'
import { BrowserWindow, nativeTheme, screen } from 'electron'
import { z } from 'zod'
import { jsonFile } from '../services/jsonFile.ts'
import { START } from './origin.ts'

export interface MainWindow {
  /** The window, made anew where it was closed. */
  show(): Promise<BrowserWindow>
  current(): BrowserWindow | undefined
}

const MINIMUM = { width: 1024, height: 700 }
const sizeSchema = z.object({ width: z.number().int().min(200).max(20_000), height: z.number().int().min(200).max(20_000), maximised: z.boolean() })

export function setupWindow(userData: string, preload: string): MainWindow {
  const remembered = jsonFile(join(userData, 'window.json'), sizeSchema, { width: 1440, height: 900, maximised: false })
  let opening: Promise<BrowserWindow> | undefined
  let window: BrowserWindow | undefined

  async function open(): Promise<BrowserWindow> {
    const { width, height, maximised } = await remembered.read()
    const area = screen.getPrimaryDisplay().workAreaSize
    const made = new BrowserWindow({
      width: Math.max(MINIMUM.width, Math.min(width, area.width)),
      height: Math.max(MINIMUM.height, Math.min(height, area.height)),
      minWidth: MINIMUM.width,
      minHeight: MINIMUM.height,
      show: false,
      title: 'ShuffleScope',
      // Without it the window flashes white before a dark page.
      backgroundColor: nativeTheme.shouldUseDarkColors ? '#16181d' : '#ffffff',
      webPreferences: { preload, contextIsolation: true, sandbox: true, nodeIntegration: false, webviewTag: false, spellcheck: false },
    })
    window = made
    if (maximised) made.maximize()
    made.once('ready-to-show', () => made.show())
    made.on('close', () => {
      const [w = width, h = height] = made.getSize()
      const max = made.isMaximized()
      // A maximised size is not the size to come back to.
      void remembered.update((old) => (max ? { ...old, maximised: true } : { width: w, height: h, maximised: false })).catch(() => undefined)
    })
    made.on('closed', () => {
      if (window === made) window = undefined
    })
    await made.loadURL(START)
    return made
  }

  return {
    async show() {
      opening ??= (window ? Promise.resolve(window) : open()).finally(() => {
        opening = undefined
      })
      const shown = await opening
      if (shown.isMinimized()) shown.restore()
      shown.focus()
      return shown
    },
    current: () => window,
  }
}
