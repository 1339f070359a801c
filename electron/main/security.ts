/** Locks what a page may do: permissions, navigation, new windows, embedded pages. Holds for every web contents there will be. */
import { app, session, shell } from 'electron'
import { isOwn } from './origin.ts'

export function setupSecurity(): void {
  const { defaultSession } = session
  defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => answer(false))
  // Reading an image from the clipboard happens in a paste event, which needs no permission.
  defaultSession.setPermissionCheckHandler(() => false)
  defaultSession.setDevicePermissionHandler(() => false)

  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event) => {
      if (!isOwn(event.url)) event.preventDefault()
    })
    contents.on('will-redirect', (event) => {
      if (!isOwn(event.url)) event.preventDefault()
    })
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(({ url }) => {
      // Links to papers and licences open in the user's own browser.
      if (isWebLink(url)) void shell.openExternal(url)
      return { action: 'deny' }
    })
  })
}

function isWebLink(url: string): boolean {
  try {
    return new URL(url).protocol === 'https:'
  } catch {
    return false
  }
}
