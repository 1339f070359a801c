/** What can go wrong between here and a device, in words. */
import { ScopeError } from '../../engine/index.ts'
import { printable } from './printable.ts'

export function deviceError(what: string, why: string, hint: string, cause?: unknown): ScopeError {
  return new ScopeError({ code: 'device', what, why, hint }, cause === undefined ? {} : { cause })
}

const WORDS: readonly (readonly [pattern: RegExp, why: string, hint: string])[] = [
  [/ENOTFOUND|EAI_AGAIN|EAI_/, 'its name was not found', 'Check the spelling, or use its IP address'],
  [/ECONNREFUSED/, 'the connection was refused', 'Check that sshd runs there and that the port is right'],
  [/EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL/, 'there is no way to it from this network', 'Check that both are on the same network'],
  [/ENETDOWN/, 'this computer is offline', 'Connect it to the network of the device'],
  [/ETIMEDOUT|Timed out/i, 'it did not answer in time', 'Check that it is switched on and reachable'],
  [/Keepalive timeout/, 'the link dropped: it has not answered for a while', 'Check the device and its network, then try again'],
  [/ECONNRESET|EPIPE|ECONNABORTED|Connection lost/, 'the link dropped', 'Check the device and its network, then try again'],
  [/no matching|handshake failed/i, 'it and this program share no algorithm', 'Update the SSH server of the device'],
]

/** In words, for what sockets and ssh2 throw. ScopeErrors pass. */
export function describeLinkFailure(thrown: unknown, what: string): ScopeError {
  if (thrown instanceof ScopeError) return thrown
  const said = codesOf(thrown)
  for (const [pattern, why, hint] of WORDS) if (pattern.test(said)) return deviceError(what, why, hint, thrown)
  return deviceError(what, `the SSH link failed (${printable(said, 160)})`, 'Check that an SSH server answers there', thrown)
}

function codesOf(thrown: unknown, depth = 0): string {
  if (!(thrown instanceof Error)) return String(thrown)
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : ''
  const inner = depth < 3 && thrown instanceof AggregateError ? thrown.errors.map((e) => codesOf(e, depth + 1)) : []
  return [code, thrown.message, ...inner].filter((part) => part !== '').join(' ')
}
