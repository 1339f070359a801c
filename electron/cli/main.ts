/** Entry of the command line: the process around the program. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { catalogue } from '../services/catalogue.ts'
import { userDataFolder } from '../services/userData.ts'
import { createContext } from './context.ts'
import { runCli } from './program.ts'

// Built to dist/node/cli.js.
const root = join(import.meta.dirname, '../..')

async function main(): Promise<void> {
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')))
  const interrupt = new AbortController()
  // Once asks the command to end cleanly; a second Ctrl-C meets no handler and ends the process.
  process.once('SIGINT', () => interrupt.abort())
  process.once('SIGTERM', () => interrupt.abort())
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // The reader of a pipe has seen enough.
      if (error.code === 'EPIPE') process.exit(0)
      throw error
    })
  const context = createContext({
    root,
    userData: userDataFolder(),
    catalogue,
    signal: interrupt.signal,
    write: (text) => process.stdout.write(text),
    writeError: (text) => process.stderr.write(text),
    interactive: process.stderr.isTTY === true,
  })
  process.exitCode = await runCli(process.argv.slice(2), context, version)
}

await main()
