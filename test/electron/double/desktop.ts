/** The parts of Electron that stand for the desktop: dialog, Menu, nativeTheme, shell, screen, net. */
import { EventEmitter } from 'node:events'

/** Nobody sits before the double, so a test must say what the user answers. */
const unanswered = async (): Promise<never> => {
  throw new Error('The test did not arrange an answer to this dialog')
}
export const dialog = { showOpenDialog: unanswered, showSaveDialog: unanswered, showMessageBox: unanswered }

interface MenuTemplate {
  readonly label?: string
  readonly role?: string
  readonly type?: string
  readonly accelerator?: string
  readonly submenu?: readonly MenuTemplate[]
  readonly click?: (item: MenuItem) => void
}

class MenuItem {
  readonly label: string
  readonly role: string | undefined
  readonly submenu: Menu | undefined
  readonly #click: ((item: MenuItem) => void) | undefined

  constructor(template: MenuTemplate) {
    if (template.label === undefined && template.role === undefined && template.type !== 'separator')
      throw new TypeError('Invalid template for MenuItem: must have at least one of label, role or type')
    this.label = template.label ?? template.role ?? ''
    this.role = template.role
    this.submenu = template.submenu && new Menu(template.submenu)
    this.#click = template.click
  }
  click(): void {
    this.#click?.(this)
  }
}

let applicationMenu: Menu | null = null

export class Menu {
  readonly items: readonly MenuItem[]
  constructor(template: readonly MenuTemplate[] = []) {
    this.items = template.map((entry) => new MenuItem(entry))
  }
  static buildFromTemplate(template: readonly MenuTemplate[]): Menu {
    return new Menu(template)
  }
  static setApplicationMenu(menu: Menu | null): void {
    applicationMenu = menu
  }
  static getApplicationMenu(): Menu | null {
    return applicationMenu
  }
}

type Theme = 'system' | 'light' | 'dark'

class NativeTheme extends EventEmitter {
  #source: Theme = 'system'
  get themeSource(): Theme {
    return this.#source
  }
  set themeSource(source: Theme) {
    if (!['system', 'light', 'dark'].includes(source)) throw new TypeError(`Error processing argument: ${String(source)}`)
    this.#source = source
    this.emit('updated')
  }
  get shouldUseDarkColors(): boolean {
    return this.#source === 'dark'
  }
}
export const nativeTheme = new NativeTheme()

export const shell = {
  /** Opens nothing here; tests put their own in its place. */
  openExternal: async (_url: string): Promise<void> => undefined,
}

export const screen = { getPrimaryDisplay: () => ({ workAreaSize: { width: 1920, height: 1080 } }) }

export const net = { fetch: (url: string, init?: RequestInit): Promise<Response> => fetch(url, init) }
