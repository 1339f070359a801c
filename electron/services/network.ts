/** HTTP with a limit on silence, and errors in words. */
import { ScopeError } from '../../engine/index.ts'

export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** An AbortSignal that follows the caller's and also fires when nothing is heard for `ms`. */
export interface Watch {
  readonly signal: AbortSignal
  /** Something was heard: the clock starts again. */
  heard(): void
  /** Whether silence, not the caller, ended it. */
  timedOut(): boolean
  stop(): void
}

export function watchSilence(ms: number, caller: AbortSignal): Watch {
  const controller = new AbortController()
  let silent = false
  const expire = () => {
    silent = true
    controller.abort()
  }
  let timer = setTimeout(expire, ms)
  const follow = () => controller.abort()
  caller.addEventListener('abort', follow, { once: true })
  if (caller.aborted) follow()
  return {
    signal: controller.signal,
    heard() {
      clearTimeout(timer)
      timer = setTimeout(expire, ms)
    },
    timedOut: () => silent,
    stop() {
      clearTimeout(timer)
      caller.removeEventListener('abort', follow)
    },
  }
}

export function networkError(what: string, why: string, hint: string, cause?: unknown): ScopeError {
  return new ScopeError({ code: 'device', what, why, hint }, { cause })
}

const KEPT = 'what has arrived is kept'

const WORDS: readonly (readonly [pattern: RegExp, why: string, hint: string])[] = [
  [/ENOTFOUND|EAI_AGAIN|ERR_NAME_NOT_RESOLVED/, 'its address could not be looked up', 'Check that this computer is online and try again'],
  [
    /ENETUNREACH|ENETDOWN|EHOSTUNREACH|ERR_INTERNET_DISCONNECTED|ERR_ADDRESS_UNREACHABLE/,
    'this computer is offline',
    'Connect to the internet and try again',
  ],
  [/ECONNREFUSED|ERR_CONNECTION_REFUSED/, 'the connection was refused', 'Try again later'],
  [/CERT|SSL|TLS/, 'its certificate was not accepted', 'Check the date of this computer and its network'],
  [/ETIMEDOUT|UND_ERR_\w*TIMEOUT|ERR_CONNECTION_TIMED_OUT/, 'the server did not answer', 'Check that this computer is online and try again'],
  [
    /ECONNRESET|UND_ERR_SOCKET|terminated|EPIPE|ERR_CONNECTION|ERR_NETWORK|ERR_INCOMPLETE/,
    `the connection broke off; ${KEPT}`,
    'Try again to continue',
  ],
]

/** In words, for what fetch throws; its cause carries the system's code. */
export function describeNetworkFailure(thrown: unknown, what: string): ScopeError {
  if (thrown instanceof ScopeError) return thrown
  const text = codesOf(thrown)
  for (const [pattern, why, hint] of WORDS) if (pattern.test(text)) return networkError(what, why, hint, thrown)
  return networkError(what, `the network failed (${text.slice(0, 200)})`, 'Check that this computer is online and try again', thrown)
}

function codesOf(thrown: unknown, depth = 0): string {
  if (!(thrown instanceof Error)) return String(thrown)
  const code = 'code' in thrown ? String(thrown.code) : ''
  const errors = thrown instanceof AggregateError ? thrown.errors : []
  const inner = depth < 4 ? [thrown.cause, ...errors].filter((e) => e !== undefined).map((e) => codesOf(e, depth + 1)) : []
  return [code, thrown.message, ...inner].filter((part) => part !== '').join(' ')
}
