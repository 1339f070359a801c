/** Opens a connection to a device: over the hosts on the way, with its host key checked and the user proved. */
import { setMaxListeners } from 'node:events'
import type { Duplex } from 'node:stream'
import type { ConnectConfig, Client as SshClient } from 'ssh2'
import { cancelled, ScopeError } from '../../engine/index.ts'
import { resolveTarget, type Target, type TargetOptions } from './config.ts'
import type { Connection, Prompts } from './connection.ts'
import { exec } from './exec.ts'
import { hostLabel } from './knownHosts.ts'
import { printable } from './printable.ts'
import { createAuth } from './sshAuth.ts'
import { dial } from './sshDial.ts'
import { describeLinkFailure, deviceError } from './sshErrors.ts'
import { createHostKeyCheck } from './sshHostKey.ts'
import { Client } from './sshLibrary.ts'

export interface Timeouts {
  /** Milliseconds to look a name up and connect. */
  readonly connectMs: number
  /** Milliseconds for keys and authentication, without the time that a person takes to answer. */
  readonly handshakeMs: number
  /** Between two signs of life; after three without an answer the link counts as dropped. */
  readonly keepAliveMs: number
  /** Between two beats that keep commands alive on the device, and the silence after which it ends them. */
  readonly beatMs: number
  readonly silenceMs: number
}

export const TIMEOUTS: Timeouts = { connectMs: 15_000, handshakeMs: 30_000, keepAliveMs: 10_000, beatMs: 20_000, silenceMs: 90_000 }

export interface ConnectOptions extends TargetOptions {
  /** Without it nothing is asked: unknown hosts are refused, and only the agent and unlocked keys are tried. */
  readonly prompts?: Prompts
  readonly signal?: AbortSignal
  /** Unknown host keys are trusted and remembered without a question; changed ones never are. */
  readonly acceptNew?: boolean
  readonly timeouts?: Partial<Timeouts>
}

/** What a device may say before the user is in. */
const MOST_BANNER = 256 * 1024

/**
 * `target`: as `resolveTarget` takes it, or what it returned.
 * Throws ScopeError: `device` with the cause in words (refused, not found, time over, host key, not let in, link dropped), `cancelled`.
 */
export async function connect(target: string | Target, options: ConnectOptions = {}): Promise<Connection> {
  const last = typeof target === 'string' ? await resolveTarget(target, options) : target
  const timeouts = { ...TIMEOUTS, ...options.timeouts }
  const opened: Opened[] = []
  const end = () => {
    for (const hop of opened.reverse()) hop.end()
  }
  try {
    for (const hop of [...last.proxyJump, last]) {
      const before = opened.at(-1)
      const what = labelOf(hop)
      const sock = before
        ? await forward(before, hop, what, timeouts.connectMs, options.signal)
        : await dial(hop.host, hop.port, { what, timeoutMs: timeouts.connectMs, signal: options.signal })
      opened.push(await handshake(hop, sock, options, timeouts))
    }
  } catch (thrown) {
    end()
    throw thrown
  }
  const own = opened.at(-1)
  if (!own) throw deviceError(labelOf(last), 'there is no way to it', 'Check ~/.ssh/config')
  return connectionOf(labelOf(last), own, timeouts, end)
}

function labelOf({ user, host, port }: Target): string {
  return printable(`${user}@${hostLabel(host, port)}`)
}

interface Opened {
  readonly client: SshClient
  readonly fingerprint: string
  /** Aborted with a ScopeError once the link is gone. */
  readonly gone: AbortSignal
  end(): void
}

function connectionOf(label: string, own: Opened, timeouts: Timeouts, end: () => void): Connection {
  let asked = false
  const link = { client: own.client, label, gone: own.gone, beatMs: timeouts.beatMs, silenceMs: timeouts.silenceMs }
  const closed = new Promise<ScopeError | undefined>((resolve) => {
    const tell = () => resolve(asked ? undefined : (own.gone.reason as ScopeError))
    if (own.gone.aborted) tell()
    else own.gone.addEventListener('abort', tell, { once: true })
  })
  return {
    label,
    fingerprint: own.fingerprint,
    // Errors of the arguments come as rejections too.
    exec: async (argv, options) => exec(link, argv, options),
    async close() {
      asked = true
      end()
      await closed
    },
    closed,
  }
}

/** A way through the host before. */
function forward(before: Opened, hop: Target, what: string, timeoutMs: number, signal: AbortSignal | undefined): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    let settled = false
    const finish = (error: unknown, stream?: Duplex) => {
      if (settled) {
        stream?.destroy()
        return
      }
      settled = true
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
      before.gone.removeEventListener('abort', onGone)
      if (stream) resolve(stream)
      else reject(error)
    }
    const onAbort = () => finish(cancelled(what))
    const onGone = () => finish(before.gone.reason)
    const timer = setTimeout(
      () => finish(deviceError(what, 'the host on the way did not reach it in time', 'Check ProxyJump in ~/.ssh/config')),
      timeoutMs,
    )
    if (signal?.aborted) return onAbort()
    signal?.addEventListener('abort', onAbort, { once: true })
    before.gone.addEventListener('abort', onGone, { once: true })
    before.client.forwardOut('127.0.0.1', 0, hop.host, hop.port, (error, stream) => {
      if (!error) return finish(undefined, stream)
      const said = printable(error.message, 120)
      finish(deviceError(what, `the host on the way could not reach it (${said})`, 'Check ProxyJump in ~/.ssh/config', error))
    })
  })
}

/** Keys, then authentication. The socket is closed where it fails. */
async function handshake(target: Target, sock: Duplex, options: ConnectOptions, timeouts: Timeouts): Promise<Opened> {
  const what = labelOf(target)
  const { prompts, signal } = options
  const gone = new AbortController()
  // One listener per command that runs.
  setMaxListeners(0, gone.signal)
  const client = new Client()
  let refusal: ScopeError | undefined
  let fingerprint = ''
  const patience = startPatience(timeouts.handshakeMs, () => fail(timeOver(what, timeouts.handshakeMs)))
  const asking = patience.pausedWhile

  /** The first reason counts. */
  function fail(error: ScopeError): void {
    refusal ??= error
    client.end()
    sock.destroy()
    if (!gone.signal.aborted) gone.abort(refusal)
  }

  try {
    const hostKey = await createHostKeyCheck(target, { prompts, asking, acceptNew: options.acceptNew === true })
    const auth = createAuth(target, what, { prompts, asking })
    let ready = false
    let banner = 0
    client.on('banner', (text) => {
      banner += text.length
      if (banner > MOST_BANNER) fail(deviceError(what, 'it greets without end', 'Check what answers at this address'))
    })
    client.on('error', (error: Error & { level?: string }) => {
      // An agent that fails is one method less.
      if (!ready && (error.level === 'agent' || error.message.startsWith('Error while signing'))) return
      if (!ready && error.level === 'client-authentication') return fail(auth.failed())
      if (!ready && /too many authentication failures/i.test(error.message)) return fail(auth.failed())
      fail(describeLinkFailure(error, what))
    })
    client.on('close', () =>
      fail(
        deviceError(
          what,
          ready ? 'the link dropped' : 'it closed the connection before the user was in',
          'Check the device and its network, then try again',
        ),
      ),
    )
    const config: ConnectConfig = {
      sock: sock as NonNullable<ConnectConfig['sock']>,
      username: target.user,
      readyTimeout: 0,
      keepaliveInterval: timeouts.keepAliveMs,
      keepaliveCountMax: 3,
      hostVerifier: (key: Buffer, verify: (trusted: boolean) => void) => {
        hostKey.verify(key).then(
          (shown) => {
            fingerprint = shown
            verify(true)
          },
          (thrown: unknown) => {
            refusal ??= describeLinkFailure(thrown, what)
            verify(false)
          },
        )
      },
      authHandler: (left, _partial, next) => {
        auth.next(left).then(
          // The type has no `false`, which says that there is none left.
          (method) => next(method as Exclude<typeof method, false>),
          (thrown: unknown) => fail(describeLinkFailure(thrown, what)),
        )
      },
      ...(hostKey.algorithms && { algorithms: { serverHostKey: hostKey.algorithms as NonNullable<ConnectConfig['algorithms']>['serverHostKey'] } }),
    }
    await new Promise<void>((resolve, reject) => {
      const onAbort = () => fail(cancelled(what))
      const over = () => signal?.removeEventListener('abort', onAbort)
      gone.signal.addEventListener('abort', () => {
        over()
        reject(gone.signal.reason)
      })
      if (signal?.aborted) return onAbort()
      signal?.addEventListener('abort', onAbort, { once: true })
      client.once('ready', () => {
        ready = true
        over()
        resolve()
      })
      client.connect(config)
    })
  } catch (thrown) {
    const error = thrown instanceof ScopeError ? thrown : describeLinkFailure(thrown, what)
    fail(error)
    throw refusal ?? error
  } finally {
    patience.stop()
  }
  return { client, fingerprint, gone: gone.signal, end: () => fail(cancelled(what)) }
}

function timeOver(what: string, ms: number): ScopeError {
  return deviceError(what, `the SSH handshake took more than ${Math.max(1, Math.round(ms / 1000))} s`, 'Check that an SSH server answers there')
}

/** A time-out that stands still while a person is asked. */
function startPatience(ms: number, expired: () => void) {
  let left = ms
  let since = performance.now()
  let timer: NodeJS.Timeout | undefined = setTimeout(expired, left)
  let stopped = false
  const stop = () => {
    stopped = true
    clearTimeout(timer)
  }
  async function pausedWhile<T>(question: () => Promise<T>): Promise<T> {
    clearTimeout(timer)
    left -= performance.now() - since
    try {
      return await question()
    } finally {
      since = performance.now()
      if (!stopped) timer = setTimeout(expired, Math.max(1000, left))
    }
  }
  return { stop, pausedWhile }
}
