/** Runs one command over a connection: bounded output, cancelled at any moment, nothing left running. */
import { randomBytes } from 'node:crypto'
import { constants } from 'node:os'
import type { Client, ClientChannel } from 'ssh2'
import { badInput, cancelled, type ScopeError } from '../../engine/index.ts'
import type { ExecOptions, ExecResult } from './connection.ts'
import { AfterMark, Lines } from './execOutput.ts'
import { wrapped } from './execScript.ts'
import { printable } from './printable.ts'
import { deviceError } from './sshErrors.ts'

const MOST_OUTPUT = 1024 * 1024
const MOST_LINE = 256 * 1024
/** What start-up files of the login shell may print. */
const MOST_NOISE = 1024 * 1024
const CHUNK = 64 * 1024

export interface Link {
  readonly client: Client
  readonly label: string
  /** Aborted once the link is gone; its reason is the ScopeError. */
  readonly gone: AbortSignal
  /** Milliseconds between two beats of a lifeline, and the silence after which the device ends a command. */
  readonly beatMs: number
  readonly silenceMs: number
}

/** As `Connection.exec`. */
export function exec(link: Link, argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
  return new Promise((resolve, reject) => {
    const { signal, stdin, onStdoutLine, env = {} } = options
    const watched = options.dieWithChannel ?? stdin === undefined
    const what = `${printable(argv[0] ?? '', 60)} on ${link.label}`
    for (const name of Object.keys(env))
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw badInput(what, `"${printable(name, 60)}" is no name of a variable`, 'Choose another name')
    if (watched && stdin !== undefined) throw badInput(what, 'a watched command takes no input', 'Leave one of the two out')
    const token = randomBytes(16).toString('hex')
    const command = wrapped(argv, { token, watched, env, silenceSeconds: Math.max(1, Math.ceil(link.silenceMs / 1000)) })

    let channel: ClientChannel | undefined
    let settled = false
    let wake: () => void = () => undefined
    const over = new Promise<void>((done) => {
      wake = done
    })
    const timers: NodeJS.Timeout[] = []

    const settle = (): boolean => {
      if (settled) return false
      settled = true
      for (const timer of timers) clearTimeout(timer)
      signal?.removeEventListener('abort', onCancel)
      link.gone.removeEventListener('abort', onGone)
      wake()
      return true
    }
    const stop = (error: unknown): void => {
      if (!settle()) return
      if (channel) abandon(channel)
      reject(error)
    }
    const onCancel = () => stop(cancelled(what))
    const onGone = () => stop(goneReason(link))

    const maxOutput = options.maxOutputBytes ?? MOST_OUTPUT
    let received = 0
    const count = (bytes: number): boolean => {
      received += bytes
      if (received > maxOutput) stop(tooMuch(what, maxOutput))
      return received <= maxOutput
    }
    const maxLine = options.maxLineBytes ?? MOST_LINE
    const lines =
      onStdoutLine &&
      new Lines(
        (line) => !settled && onStdoutLine(line),
        maxLine,
        () => stop(tooLong(what, maxLine)),
      )
    const out: Buffer[] = []
    const err: Buffer[] = []
    const stdout = new AfterMark(token, (bytes) => {
      if (!count(bytes.length)) return
      if (lines) lines.push(bytes)
      else out.push(bytes)
    })
    const stderr = new AfterMark(token, (bytes) => {
      if (count(bytes.length)) err.push(bytes)
    })
    const take = (reader: AfterMark) => (chunk: Buffer) => {
      if (settled) return
      try {
        reader.push(chunk)
      } catch (thrown) {
        stop(thrown)
      }
      if (reader.noiseBytes > MOST_NOISE) stop(tooMuch(what, MOST_NOISE))
    }

    if (signal?.aborted) return onCancel()
    if (link.gone.aborted) return onGone()
    signal?.addEventListener('abort', onCancel, { once: true })
    link.gone.addEventListener('abort', onGone, { once: true })
    if (options.timeoutMs !== undefined) {
      const { timeoutMs } = options
      timers.push(setTimeout(() => stop(timeOver(what, timeoutMs)), timeoutMs))
    }

    const opened = (error: Error | undefined, stream: ClientChannel) => {
      if (error) return stop(link.gone.aborted ? goneReason(link) : notStarted(what, error))
      if (settled) return abandon(stream)
      channel = stream
      let exit: number | undefined
      stream.on('error', (thrown: Error) => stop(notStarted(what, thrown)))
      stream.on('data', take(stdout))
      stream.stderr.on('data', take(stderr))
      stream.on('exit', (code: number | null, name?: string) => {
        exit = code ?? 128 + (constants.signals[`SIG${name?.replace(/^SIG/, '')}` as NodeJS.Signals] ?? 0)
      })
      stream.on('close', () => {
        if (settled) return
        stdout.end()
        stderr.end()
        if (exit === undefined) return onEndWithoutExit()
        if (!stdout.found) return stop(notRun(what, stdout.noise + stderr.noise))
        try {
          lines?.end()
        } catch (thrown) {
          return stop(thrown)
        }
        if (settle()) resolve({ code: exit, stdout: text(out), stderr: text(err) })
      })
      if (stdin !== undefined) void feed(stream, stdin, { over, isOver: () => settled, told: options.onStdin }).catch(stop)
      else if (watched) timers.push(setInterval(() => stream.write('\n'), link.beatMs))
      else stream.end()
    }
    // A broken link closes its channels just before it says why.
    const onEndWithoutExit = () => timers.push(setTimeout(() => stop(deviceError(what, 'the device ended it without a result', 'Try again')), 500))

    try {
      link.client.exec(command, opened)
    } catch (thrown) {
      stop(notStarted(what, thrown))
    }
  })
}

/** Closes the channel; what still comes is thrown away. */
function abandon(channel: ClientChannel): void {
  channel.removeAllListeners('data')
  channel.stderr.removeAllListeners('data')
  channel.on('error', () => undefined)
  channel.resume()
  channel.stderr.resume()
  channel.close()
}

interface Feeding {
  readonly over: Promise<void>
  readonly isOver: () => boolean
  readonly told: ((bytes: number) => void) | undefined
}

async function feed(channel: ClientChannel, input: Uint8Array | AsyncIterable<Uint8Array>, { over, isOver, told }: Feeding): Promise<void> {
  let bytes = 0
  for await (const chunk of input instanceof Uint8Array ? [input] : input)
    for (let at = 0; at < chunk.length; at += CHUNK) {
      if (isOver()) return
      const piece = chunk.subarray(at, at + CHUNK)
      // A command that ended reads no more: its write never comes back.
      await Promise.race([over, new Promise<void>((done) => channel.write(piece, () => done()))])
      if (isOver()) return
      bytes += piece.length
      told?.(bytes)
    }
  if (!isOver()) channel.end()
}

function text(chunks: Buffer[]): string {
  return Buffer.concat(chunks).toString('utf8')
}

function goneReason(link: Link): ScopeError {
  return link.gone.reason as ScopeError
}

function tooMuch(what: string, bytes: number): ScopeError {
  const limit = bytes >= 1024 * 1024 ? `${Math.round(bytes / 1024 / 1024)} MiB` : `${bytes} bytes`
  return deviceError(what, `it printed more than ${limit} and was stopped`, 'Check what the start-up files of the device print')
}

function tooLong(what: string, bytes: number): ScopeError {
  return deviceError(what, `it printed a line of more than ${bytes} bytes and was stopped`, 'Check what runs on the device')
}

function timeOver(what: string, ms: number): ScopeError {
  return deviceError(
    what,
    `it did not finish within ${Math.max(1, Math.round(ms / 1000))} s and was stopped`,
    'Check the load of the device and try again',
  )
}

function notStarted(what: string, thrown: unknown): ScopeError {
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return deviceError(what, `the device did not start it (${printable(message, 120)})`, 'Try again; close other sessions on the device', thrown)
}

function notRun(what: string, noise: string): ScopeError {
  const said = noise.trim() === '' ? 'nothing' : `"${printable(noise.trim(), 200)}"`
  return deviceError(what, `the login shell did not run it and said ${said}`, 'The account needs a POSIX shell as its login shell')
}
