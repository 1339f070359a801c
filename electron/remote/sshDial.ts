/** A TCP connection with limits on time, and cancelled at any moment. */
import { connect, isIP, type Socket } from 'node:net'
import { cancelled } from '../../engine/index.ts'
import { describeLinkFailure, deviceError } from './sshErrors.ts'

export interface DialOptions {
  /** Names it to the user. */
  readonly what: string
  /** Milliseconds for the look-up of the name and the connection together. */
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
}

/** Throws ScopeError `device` or `cancelled`. */
export function dial(host: string, port: number, { what, timeoutMs, signal }: DialOptions): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(cancelled(what))
    let named = isIP(host) !== 0
    const socket = connect({ host, port, noDelay: true })
    const finish = (error?: unknown) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
      socket.off('error', onError)
      if (error === undefined) return resolve(socket)
      // A look-up cannot be stopped; what it says later is nothing to anybody.
      socket.on('error', () => undefined)
      socket.destroy()
      reject(error)
    }
    const onAbort = () => finish(cancelled(what))
    const onError = (error: Error) => finish(describeLinkFailure(error, what))
    const timer = setTimeout(() => {
      const seconds = Math.max(1, Math.round(timeoutMs / 1000))
      const why = named ? `it did not answer within ${seconds} s` : `its name could not be looked up within ${seconds} s`
      finish(deviceError(what, why, named ? 'Check that it is switched on and reachable' : 'Check the network, or use its IP address'))
    }, timeoutMs)
    socket.once('lookup', () => {
      named = true
    })
    socket.once('connect', () => finish())
    socket.on('error', onError)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
