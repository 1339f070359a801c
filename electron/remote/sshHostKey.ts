/** Whether the key that a device shows is the one it should have. */
import type { ScopeError } from '../../engine/index.ts'
import type { Target } from './config.ts'
import type { Prompts } from './connection.ts'
import { fingerprintOf, hostLabel, KnownHosts, keyType, remember } from './knownHosts.ts'
import { printable } from './printable.ts'
import { deviceError } from './sshErrors.ts'

export interface HostKeyCheck {
  /** Algorithms to ask the device for, the known ones first; undefined where none is known. */
  readonly algorithms: string[] | undefined
  /** Resolves to the fingerprint of a key that may be trusted, and remembers a new one. Throws ScopeError `device`. */
  verify(key: Buffer): Promise<string>
}

export interface HostKeyOptions {
  readonly prompts: Prompts | undefined
  /** Unknown keys are trusted and remembered without a question. */
  readonly acceptNew: boolean
  readonly asking: <T>(question: () => Promise<T>) => Promise<T>
}

/** What ssh2 knows, in its own order (RSA with SHA-2 only). */
const ALGORITHMS = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521', 'rsa-sha2-512', 'rsa-sha2-256']

export async function createHostKeyCheck(target: Target, options: HostKeyOptions): Promise<HostKeyCheck> {
  const host = target.hostKeyAlias ?? target.host
  const port = target.hostKeyAlias === undefined ? target.port : 22
  const label = printable(hostLabel(host, port))
  const files = target.knownHostsFiles
  const known = await KnownHosts.read(files)
  const types = known.typesOf(host, port).flatMap((type) => (type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256'] : [type]))
  const first = ALGORITHMS.filter((algorithm) => types.includes(algorithm))
  let trusted: Buffer | undefined

  return {
    algorithms: first.length > 0 ? [...first, ...ALGORITHMS.filter((a) => !first.includes(a))] : undefined,
    async verify(key) {
      const fingerprint = fingerprintOf(key)
      // Keys are exchanged again after an hour or a gigabyte; nobody is asked twice.
      if (trusted?.equals(key)) return fingerprint
      const type = keyType(key)
      if (type === undefined || trusted)
        throw refused(label, 'it showed a host key that makes no sense', 'Check the network between here and the device')
      // Another process may have remembered it since.
      const state = (await KnownHosts.read(files)).check(host, port, key)
      if (state.kind === 'revoked') {
        const where = `${printable(state.known.file)}, line ${state.known.line}`
        throw refused(label, `its host key ${fingerprint} is marked as revoked (${where})`, 'Do not connect; somebody else may have this key')
      }
      if (state.kind === 'changed') {
        const { known: old } = state
        const why = [
          `its host key has changed: it shows ${type} ${fingerprint}`,
          `and ${old.type} ${fingerprintOf(old.key)} is known from ${printable(old.file)}, line ${old.line}`,
        ].join(', ')
        throw refused(label, why, `If the device was set up anew, remove that line; otherwise somebody may be in between`)
      }
      if (state.kind === 'unknown') await admit(key, type, fingerprint)
      trusted = Buffer.from(key)
      return fingerprint
    },
  }

  async function admit(key: Buffer, type: string, fingerprint: string): Promise<void> {
    const file = files[0]
    const accepted = options.acceptNew || target.unknownHost === 'accept'
    if (!accepted) {
      const { prompts } = options
      const why = `its host key is not known: ${type} ${fingerprint}`
      if (!prompts || target.unknownHost === 'refuse')
        throw refused(label, why, 'Compare the fingerprint on the device, then connect with --accept-new')
      const yes = await options.asking(() => prompts.hostKey({ host: label, type, fingerprint, file }))
      if (!yes) throw refused(label, `${why}, and it was not accepted`, 'Compare the fingerprint on the device and try again')
    }
    if (file !== undefined) await remember(file, host, port, key, target.hashKnownHosts)
  }
}

function refused(what: string, why: string, hint: string): ScopeError {
  return deviceError(what, why, hint)
}
