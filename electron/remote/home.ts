/** Where the user lives on a device. */
import type { Connection } from './connection.ts'
import { printable } from './printable.ts'
import { deviceError } from './sshErrors.ts'

/** Absolute path of the home folder. Throws ScopeError `device`. */
export async function homeOf(connection: Connection, signal?: AbortSignal): Promise<string> {
  const options = { timeoutMs: 30_000, maxOutputBytes: 8192, ...(signal && { signal }) }
  const { code, stdout } = await connection.exec(['sh', '-c', 'printf %s "$HOME"'], options)
  if (code !== 0 || !stdout.startsWith('/') || stdout.includes('\0'))
    throw deviceError(connection.label, `it has no home folder for the user (HOME is "${printable(stdout, 80)}")`, 'Check the account on the device')
  return stdout.replace(/\/+$/, '') || '/'
}
