/** Connects the back end to Electron: the contract over IPC, events to the page, the theme to the system's. */
import { app, type BrowserWindow, ipcMain, nativeTheme, net } from 'electron'
import type { EventName, EventOf, Settings } from '../ipc/contract.ts'
import { handleElectron, type IpcMainLike, sendEvent } from '../ipc/handleElectron.ts'
import { catalogue } from '../services/catalogue.ts'
import { createServices, type Services } from '../services/index.ts'
import { electronDialogs } from './dialogs.ts'
import { electronKeychain } from './keychain.ts'
import { isOwn } from './origin.ts'

export interface Backend extends Services {
  send<E extends EventName>(event: E, value: EventOf<E>): void
}

export function setupServices(assets: string, window: () => BrowserWindow | undefined): Backend {
  const services = createServices({
    userData: app.getPath('userData'),
    assets,
    version: app.getVersion(),
    shell: 'electron',
    catalogue,
    dialogs: electronDialogs(window),
    keychain: electronKeychain,
    // Chromium's network stack knows the system's proxy and certificates; Node's does not.
    fetch: (url, init) => net.fetch(url, init),
  })
  const send: Backend['send'] = (event, value) => {
    const contents = window()?.webContents
    if (contents) sendEvent(contents, event, value)
  }
  const applyTheme = (theme: Settings['theme']) => {
    // High contrast is drawn on black, and so should be what the system draws.
    nativeTheme.themeSource = theme === 'contrast' ? 'dark' : theme
  }
  services.settings.onChange((settings) => {
    applyTheme(settings.theme)
    send('settings.changed', settings)
  })
  void services.settings.get().then((settings) => applyTheme(settings.theme))
  // Electron types the sender's events as overloads, of which two are used here.
  handleElectron(ipcMain as unknown as IpcMainLike, services.handlers, isOwn)
  return { ...services, send }
}
