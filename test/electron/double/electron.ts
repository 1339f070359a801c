/** The double of Electron's main-process module: what the application imports from 'electron', over a real Chromium. */
export { app } from './app.ts'
export { dialog, Menu, nativeTheme, net, screen, shell } from './desktop.ts'
export { ipcMain } from './ipcMain.ts'
export { safeStorage } from './keychain.ts'
export { protocol } from './protocol.ts'
export { session } from './session.ts'
export { BrowserWindow } from './window.ts'
