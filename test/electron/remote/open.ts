/** Connections of the tests: to one server, with nothing of this computer's own configuration. */
import { type Connection, type ConnectOptions, connect } from '../../../electron/remote/index.ts'
import type { Sshd } from './sshd.ts'

export function openTo(sshd: Sshd, more: ConnectOptions = {}): Promise<Connection> {
  return connect(`${sshd.user}@127.0.0.1:${sshd.port}`, {
    identity: sshd.key,
    knownHosts: sshd.knownHosts,
    configFiles: [],
    environment: {},
    ...more,
  })
}

/** What a promise is rejected with; fails where it is not. */
export async function rejection(promise: Promise<unknown>): Promise<Error & { readonly code?: string }> {
  try {
    await promise
  } catch (thrown) {
    return thrown as Error
  }
  throw new Error('nothing was thrown')
}

/** Asks again until it holds, at most `ms`. */
export async function until(holds: () => boolean | Promise<boolean>, ms = 20_000): Promise<boolean> {
  for (const limit = Date.now() + ms; Date.now() < limit; ) {
    if (await holds()) return true
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return holds()
}
