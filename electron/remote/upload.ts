/** Puts a file on a device: continued where it was cut, checked there, and in its place only when it is whole. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { posix } from 'node:path'
import { badInput, cancelled, ScopeError } from '../../engine/index.ts'
import type { Connection, ExecResult, UploadRequest, UploadResult } from './connection.ts'
import { printable } from './printable.ts'
import { deviceError } from './sshErrors.ts'
import { FINISH, PREPARE, RECEIVE } from './uploadScript.ts'

/** Hashing 120 MB on a slow card takes its time. */
const TIMEOUT_MS = 180_000
const CHUNK = 64 * 1024

/**
 * Throws ScopeError: `device` (link, disk full or read-only, permission, wrong content), `cancelled`, `bad-input` (the local file).
 * What has arrived stays on the device as `NAME.HASH.part` for the next try, for a day.
 */
export async function upload(connection: Connection, request: UploadRequest): Promise<UploadResult> {
  const { to, signal, onProgress } = request
  if (!to.startsWith('/') || to.endsWith('/') || to.includes('\0'))
    throw badInput(printable(to), 'it is not an absolute path of a file', 'Give the whole path')
  const what = `${printable(request.what ?? posix.basename(to), 100)} on ${connection.label}`
  const source = await sourceOf(request.data, what, signal)
  if (request.sha256 !== undefined && request.sha256.toLowerCase() !== source.sha256)
    throw new ScopeError({
      code: 'check-failed',
      what,
      why: `its SHA-256 is ${source.sha256}, and ${printable(request.sha256, 64)} was expected`,
      hint: 'Download or build it again',
    })
  const run = async (script: string, args: readonly string[]): Promise<string[]> => {
    const options = { timeoutMs: TIMEOUT_MS, env: { LC_ALL: 'C' }, ...(signal && { signal }) }
    const result = await connection.exec(['sh', '-c', script, 'sh', ...args], options)
    if (result.code !== 0) throw remoteError(what, result)
    return result.stdout.trim().split(/\s+/)
  }

  const part = `${to.slice(0, to.length - posix.basename(to).length)}${partName(posix.basename(to), source.sha256)}`
  let sent = 0
  // What a cut try left may be damaged: then once more from the start.
  for (let attempt = 0; ; attempt++) {
    const [state, size, hash] = await run(PREPARE, [posix.dirname(to), to, part, source.sha256, request.executable ? '700' : '600'])
    if (state === 'whole') {
      onProgress?.(source.bytes, source.bytes)
      return { bytes: source.bytes, sha256: source.sha256, sent }
    }
    const there = Number(size)
    const usable = attempt === 0 && Number.isSafeInteger(there) && there > 0 && there <= source.bytes && hash === (await source.hashOf(there))
    const offset = usable ? there : 0
    sent += await send(connection, { source, part, offset, what, ...(signal && { signal }), ...(onProgress && { onProgress }) })
    const [verdict] = await run(FINISH, [posix.dirname(to), to, part, source.sha256, request.executable ? '700' : '600'])
    if (verdict === 'done') return { bytes: source.bytes, sha256: source.sha256, sent }
    if (attempt > 0 || offset === 0)
      throw deviceError(what, 'what arrived there is not what was sent', 'Nothing was kept; check the disk of the device and try again')
  }
}

/** The hash makes names of different contents different, and the length fits where `NAME` did. */
export function partName(name: string, sha256: string): string {
  const ending = `.${sha256.slice(0, 32)}.part`
  let start = name
  while (Buffer.byteLength(start) + ending.length > 255) start = Array.from(start).slice(0, -1).join('')
  return `${start}${ending}`
}

interface Sending {
  readonly source: Source
  readonly part: string
  readonly offset: number
  readonly what: string
  readonly signal?: AbortSignal
  readonly onProgress?: (bytes: number, total: number) => void
}

/** Returns the bytes that crossed the link. */
async function send(connection: Connection, { source, part, offset, what, signal, onProgress }: Sending): Promise<number> {
  let sent = 0
  onProgress?.(offset, source.bytes)
  const result = await connection.exec(['sh', '-c', RECEIVE, 'sh', part, offset > 0 ? 'continue' : 'new'], {
    ...(signal && { signal }),
    env: { LC_ALL: 'C' },
    stdin: source.from(offset),
    onStdin: (bytes) => {
      sent = bytes
      onProgress?.(offset + bytes, source.bytes)
    },
  })
  if (result.code !== 0) throw remoteError(what, result)
  return sent
}

interface Source {
  readonly bytes: number
  readonly sha256: string
  /** SHA-256 of the first `bytes`. */
  hashOf(bytes: number): Promise<string>
  from(offset: number): Uint8Array | AsyncIterable<Uint8Array>
}

async function sourceOf(data: Uint8Array | string, what: string, signal: AbortSignal | undefined): Promise<Source> {
  if (typeof data !== 'string') {
    const hashOf = (bytes: number) => createHash('sha256').update(data.subarray(0, bytes)).digest('hex')
    return { bytes: data.length, sha256: hashOf(data.length), hashOf: async (bytes) => hashOf(bytes), from: (offset) => data.subarray(offset) }
  }
  const hashOf = async (bytes: number): Promise<string> => {
    const hash = createHash('sha256')
    if (bytes > 0)
      for await (const chunk of createReadStream(data, { end: bytes - 1 })) {
        if (signal?.aborted) throw cancelled(what)
        hash.update(chunk)
      }
    return hash.digest('hex')
  }
  try {
    const facts = await stat(data)
    if (!facts.isFile()) throw badInput(printable(data), 'it is not a file', 'Choose a file')
    const bytes = facts.size
    return {
      bytes,
      sha256: await hashOf(bytes),
      hashOf,
      from: (offset) => (offset < bytes ? createReadStream(data, { start: offset, end: bytes - 1, highWaterMark: CHUNK }) : new Uint8Array(0)),
    }
  } catch (thrown) {
    if (thrown instanceof ScopeError) throw thrown
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown)
    throw badInput(printable(data), `it cannot be read (${printable(code, 80)})`, 'Check that it is there')
  }
}

const WORDS: readonly (readonly [pattern: RegExp, why: string, hint: string])[] = [
  [/No space left|Disk full/i, 'the disk of the device is full', 'Free some space there and try again'],
  [/quota/i, 'the disk quota on the device is used up', 'Free some space there and try again'],
  [/Read-only file system/i, 'the disk of the device is read-only', 'Choose a device with a writable home folder'],
  [/Permission denied|Operation not permitted/i, 'permission was denied on the device', 'Check who owns ~/.cache there'],
  [/Not a directory|File exists/i, 'a file on the device is where a folder should be', 'Move it away and try again'],
  [/is a directory/i, 'a folder on the device is where the file should be', 'Move it away and try again'],
  [/File name too long/i, 'the name is too long for the disk of the device', 'Choose a shorter name'],
  [/Input\/output error/i, 'the disk of the device reported an error', 'Check its card or disk'],
  [/no tar/i, 'it has no tar, which unpacks what is pushed', 'Install tar on the device'],
  [/no sha256/i, 'it has no program for SHA-256 (sha256sum, shasum or openssl)', 'Install one of them on the device'],
]

/** In words, for what a command on the device printed. */
export function remoteError(what: string, { code, stderr }: ExecResult): ScopeError {
  for (const [pattern, why, hint] of WORDS) if (pattern.test(stderr)) return deviceError(what, why, hint)
  const said = stderr.trim() === '' ? `code ${code}` : `code ${code}: ${printable(stderr.trim(), 200)}`
  return deviceError(what, `the device failed (${said})`, 'Try again')
}
