/** Entry of the browser shell: `node dist/node/browser.js [--port N] [--no-open] [--user-data-dir DIR]`. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { errorFrom, ScopeError } from '../../engine/index.ts'
import { catalogue } from '../services/catalogue.ts'
import { createServices } from '../services/index.ts'
import { userDataFolder } from '../services/userData.ts'
import { openBrowser } from './openBrowser.ts'
import { startBrowserShell } from './server.ts'

// Built to dist/node/browser.js; page and assets keep their places beside it.
const root = join(import.meta.dirname, '../..')

async function main(): Promise<void> {
  const options = readOptions()
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')))
  const services = createServices({ userData: options.userData, assets: join(root, 'assets'), version, shell: 'browser', catalogue })
  const shell = await startBrowserShell({ page: join(root, 'dist/renderer'), services, port: options.port })
  process.stdout.write(`ShuffleScope: ${shell.url}\n`)
  const opened = options.open && (await openBrowser(shell.url))
  process.stdout.write(
    `${opened ? 'Opening it in your browser.' : 'Open this address in a browser on this computer; it works once.'} Ctrl-C ends ShuffleScope.\n`,
  )
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void shell.close().then(() => process.exit(0)))
}

function readOptions(): { port: number; open: boolean; userData: string } {
  const usage = (why: string) => new ScopeError({ code: 'usage', what: 'Start', why, hint: 'Options: --port N, --no-open, --user-data-dir DIR' })
  try {
    const { values } = parseArgs({
      options: { port: { type: 'string', default: '0' }, 'no-open': { type: 'boolean', default: false }, 'user-data-dir': { type: 'string' } },
    })
    const port = Number(values.port)
    if (!/^\d+$/.test(values.port) || port > 65535) throw usage(`"${values.port}" is not a port from 0 to 65535`)
    return { port, open: !values['no-open'], userData: values['user-data-dir'] ?? userDataFolder() }
  } catch (thrown) {
    throw thrown instanceof ScopeError ? thrown : usage(thrown instanceof Error ? thrown.message : String(thrown))
  }
}

main().catch((thrown: unknown) => {
  const error = errorFrom(thrown)
  process.stderr.write(`error: ${error.message}\n`)
  process.exit(error.code === 'usage' ? 2 : error.code === 'device' ? 4 : 3)
})
