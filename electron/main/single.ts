/** One instance per user: a second start hands its files to the first and ends. */
import { app } from 'electron'

/** False where another instance runs already; the caller then quits. `open` gets the files of later starts. */
export function setupSingleInstance(open: (files: readonly string[]) => void): boolean {
  const files = filesOf(process.argv)
  if (!app.requestSingleInstanceLock({ files })) return false
  // Chromium may reorder a second instance's argument list, so the files travel as data.
  app.on('second-instance', (_event, _argv, _folder, data) => open(handedOver(data)))
  app.on('open-file', (event, path) => {
    event.preventDefault()
    open([path])
  })
  return true
}

/** Files named on the command line; unpackaged, the second argument is the application's own folder. */
export function filesOf(argv: readonly string[]): string[] {
  return argv.slice(app.isPackaged ? 1 : 2).filter((argument) => !argument.startsWith('-'))
}

function handedOver(data: unknown): string[] {
  if (typeof data !== 'object' || data === null || !('files' in data) || !Array.isArray(data.files)) return []
  return data.files.filter((file): file is string => typeof file === 'string').slice(0, 16)
}
