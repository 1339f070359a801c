/** Runs a command in this process, as the entry does, and keeps what it wrote. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createContext } from '../../../electron/cli/context.ts'
import { runCli } from '../../../electron/cli/program.ts'
import { catalogue } from '../../../electron/services/catalogue.ts'

export const ROOT = resolve(import.meta.dirname, '../../..')

export interface Outcome {
  readonly code: number
  readonly out: string
  readonly err: string
}

export async function cli(args: readonly string[], options: { signal?: AbortSignal; interactive?: boolean } = {}): Promise<Outcome> {
  let out = ''
  let err = ''
  const context = createContext({
    root: ROOT,
    userData: join(tmpdir(), 'shufflescope-no-such-user'),
    catalogue,
    signal: options.signal ?? new AbortController().signal,
    write: (text) => {
      out += text
    },
    writeError: (text) => {
      err += text
    },
    interactive: options.interactive ?? false,
  })
  const code = await runCli(args, context, '1.2.3')
  return { code, out, err }
}

/** The one JSON document of a command that must succeed, and say nothing else. */
export async function json<T>(args: readonly string[]): Promise<T> {
  const { code, out, err } = await cli([...args, '--json'])
  if (code !== 0 || err !== '') throw new Error(`exit ${code}: ${err}`)
  return JSON.parse(out) as T
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'cli-'))
}
