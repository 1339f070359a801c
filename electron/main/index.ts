/** Electron's main process: a list of set-ups. */
import { join } from 'node:path'
import { app } from 'electron'
import { setupMenu } from './menu.ts'
import { registerScheme, setupProtocol } from './protocol.ts'
import { setupSecurity } from './security.ts'
import { setupServices } from './services.ts'
import { filesOf, setupSingleInstance } from './single.ts'
import { setupWindow } from './window.ts'

// Built to dist/electron/main.js; preload, page and assets keep their places beside it, packaged or not.
const here = import.meta.dirname
const paths = { preload: join(here, 'preload.cjs'), page: join(here, '../renderer'), assets: join(here, '../../assets') }

let openFiles = (_files: readonly string[]): void => undefined

registerScheme()
if (setupSingleInstance((files) => openFiles(files))) start()
else app.quit()

function start(): void {
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
  void app.whenReady().then(async () => {
    setupSecurity()
    setupProtocol(paths.page)
    const window = setupWindow(app.getPath('userData'), paths.preload)
    const backend = setupServices(paths.assets, window.current)
    setupMenu((command) => backend.send('menu.command', command))

    openFiles = (files) => {
      void window.show().then(async () => {
        for (const file of files) await backend.files.adopt(file).then((opened) => backend.send('files.opened', opened), reportUnreadable)
      })
    }
    app.on('activate', () => void window.show())
    await window.show()
    openFiles(filesOf(process.argv))
  })
}

/** A file named on the command line has no place in the window to report to. */
function reportUnreadable(error: unknown): void {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`)
}
