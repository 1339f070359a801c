/** The page's half: an Api over `window.api` (Electron) or over the local socket. Imports nothing of Node or Electron. */
import { cancelled, errorFrom, ScopeError } from '../../engine/index.ts'
import type { Api, ArgsOf, CallOptions, Channel, EventName, EventOf, OpenedFile, ResultOf } from './contract.ts'
import type { Envelope, Port } from './port.ts'
import { connectSocketPort } from './socketPort.ts'

/** Events kept for a listener that is not there yet. */
const MAX_EARLY = 16

/** Wraps a port: gives calls their ids, AbortSignals and progress, and makes ScopeErrors of envelopes. */
export function apiFromPort(port: Port, shell: Api['shell']): Api {
  const progress = new Map<string, (value: unknown) => void>()
  const listeners = new Map<string, Set<(value: unknown) => void>>()
  port.onProgress((id, value) => progress.get(id)?.(value))
  // A file that the app was started with is announced before the page has put up its listeners.
  const early = new Map<string, unknown[]>()
  port.onEvent((event, value) => {
    const set = listeners.get(event)
    if (set) for (const listener of set) listener(value)
    else early.set(event, [...(early.get(event) ?? []), value].slice(-MAX_EARLY))
  })

  async function call<C extends Channel>(channel: C, args: ArgsOf<C>, options: CallOptions<C> = {}): Promise<ResultOf<C>> {
    const { signal, onProgress } = options
    if (signal?.aborted) throw cancelled(channel)
    const invoke = port.calls[channel]
    if (!invoke) throw new ScopeError({ code: 'internal', what: channel, why: 'the back end does not have it', hint: 'Restart the application' })
    const id = crypto.randomUUID()
    const abort = () => port.cancel(id)
    signal?.addEventListener('abort', abort, { once: true })
    // The contract fixes what progress a channel reports; the port carries it untyped.
    if (onProgress) progress.set(id, onProgress as (value: unknown) => void)
    try {
      return unwrap(await invoke(id, args)) as ResultOf<C>
    } finally {
      signal?.removeEventListener('abort', abort)
      progress.delete(id)
    }
  }

  function on<E extends EventName>(event: E, listener: (value: EventOf<E>) => void): () => void {
    const set = listeners.get(event) ?? new Set()
    listeners.set(event, set)
    const untyped = (value: unknown) => listener(value as EventOf<E>)
    set.add(untyped)
    for (const value of early.get(event) ?? []) untyped(value)
    early.delete(event)
    return () => {
      set.delete(untyped)
    }
  }

  const { tokenForFile } = port
  return { shell, call, on, ...(tokenForFile && { tokenForFile: async (file) => unwrap(await tokenForFile(file)) as OpenedFile | null }) }
}

function unwrap(envelope: Envelope): unknown {
  if (envelope.ok) return envelope.value
  throw errorFrom(envelope.error)
}

/**
 * Api over the WebSocket of the browser shell, e.g. `connectWebSocketApi(new URL('/socket', location.href))`.
 * Throws ScopeError `device` where no server answers.
 */
export async function connectWebSocketApi(url: string | URL): Promise<Api> {
  return apiFromPort(await connectSocketPort(url), 'browser')
}
