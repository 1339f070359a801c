/** Downloads one file: continues from a .part file, checks its hash, and puts it in place only when it is whole. */
import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { cancelled, ScopeError } from '../../engine/index.ts'
import { diskError, megabytes, syncFolder } from './diskFile.ts'
import { describeNetworkFailure, type Fetch, networkError, type Watch, watchSilence } from './network.ts'

export interface DownloadRequest {
  readonly url: string
  /** Names it to the user. */
  readonly what: string
  /** Where the whole file comes to lie. */
  readonly target: string
  /** Leading hexadecimal digits of the SHA-256, or empty where none is known. */
  readonly sha256Prefix: string
  /** More bytes than this are refused. */
  readonly maxBytes: number
  readonly signal: AbortSignal
  readonly progress: (progress: { received: number; total: number | null }) => void
}

export interface DownloadOptions {
  readonly fetch: Fetch
  /** Milliseconds without a byte after which the server counts as stalled. */
  readonly silenceMs: number
}

/** Between two reports of progress: a person sees no more. */
const REPORT_MS = 50

export const partOf = (target: string): string => `${target}.part`
/** Holds the validator of the server's file, so that a changed file is not continued. */
const validatorOf = (target: string): string => `${target}.part.etag`

/** Bytes that an earlier, interrupted download left. */
export async function partialBytes(target: string): Promise<number> {
  return stat(partOf(target)).then(
    (facts) => facts.size,
    () => 0,
  )
}

export async function removePartial(target: string): Promise<void> {
  await Promise.all([rm(partOf(target), { force: true }), rm(validatorOf(target), { force: true })])
}

/**
 * Throws ScopeError: `device` for the network (what arrived is kept for the next try), `check-failed` for a wrong hash
 * (nothing is kept), `cancelled` (kept), `bad-input` for the disk.
 */
export async function download(request: DownloadRequest, options: DownloadOptions): Promise<void> {
  const { signal, what, target } = request
  await mkdir(dirname(target), { recursive: true }).catch((thrown: unknown) => {
    throw diskError(thrown, what)
  })
  const watch = watchSilence(options.silenceMs, signal)
  try {
    const digest = await fetchInto(request, options.fetch, watch)
    if (!digest.startsWith(request.sha256Prefix.toLowerCase())) {
      await removePartial(target)
      const why = `its SHA-256 starts with ${digest.slice(0, Math.max(8, request.sha256Prefix.length))}, and ${request.sha256Prefix} was expected`
      throw new ScopeError({ code: 'check-failed', what, why, hint: 'Nothing was kept; download it again, on another network if this repeats' })
    }
    await rename(partOf(target), target)
    await syncFolder(dirname(target))
    await removePartial(target)
  } catch (thrown) {
    if (signal.aborted) throw cancelled(what)
    if (watch.timedOut()) {
      const seconds = Math.max(1, Math.round(options.silenceMs / 1000))
      throw networkError(what, `the server sent nothing for ${seconds} s; what has arrived is kept`, 'Try again to continue', thrown)
    }
    throw isDisk(thrown) ? diskError(thrown, what) : describeNetworkFailure(thrown, what)
  } finally {
    watch.stop()
  }
}

/** Fills the .part file, fsyncs it and returns its SHA-256 in hexadecimal. */
async function fetchInto(request: DownloadRequest, fetch: Fetch, watch: Watch): Promise<string> {
  const { target, url } = request
  let offset = await partialBytes(target)
  const validator = offset > 0 ? await readFile(validatorOf(target), 'utf8').catch(() => '') : ''
  // Without a validator nobody can tell whether the file on the server is still the same.
  if (validator === '') offset = 0

  let response = await ask(fetch, url, offset, validator, watch)
  if (response.status === 416 || (response.status === 206 && rangeStart(response) !== offset)) {
    await response.body?.cancel()
    await removePartial(target)
    offset = 0
    response = await ask(fetch, url, 0, '', watch)
  }
  if (response.status !== 206) offset = 0
  const total = checkResponse(request, response, offset)
  if (offset === 0) await writeFile(validatorOf(target), strongValidator(response))

  const file = await open(partOf(target), offset > 0 ? 'r+' : 'w')
  try {
    const hash = createHash('sha256')
    if (offset > 0) await hashStart(partOf(target), offset, hash, watch)
    const received = await receive(request, response, { file, offset, total, hash, watch })
    if (total !== null && received !== total)
      throw networkError(request.what, `the connection ended after ${megabytes(received)} of ${megabytes(total)}`, 'Try again to continue')
    await file.truncate(received)
    await file.sync()
    return hash.digest('hex')
  } finally {
    await file.close()
  }
}

async function ask(fetch: Fetch, url: string, offset: number, validator: string, watch: Watch): Promise<Response> {
  const headers: Record<string, string> = { 'accept-encoding': 'identity' }
  if (offset > 0) Object.assign(headers, { range: `bytes=${offset}-`, 'if-range': validator })
  const response = await fetch(url, { headers, signal: watch.signal, redirect: 'follow' })
  watch.heard()
  return response
}

/** Size of the whole file, or null where the server does not say. */
function checkResponse({ what, url, maxBytes }: DownloadRequest, response: Response, offset: number): number | null {
  if (response.status !== 200 && response.status !== 206) {
    const gone = response.status === 404 || response.status === 410
    throw networkError(
      what,
      `the server answered ${response.status}`,
      gone ? 'The file is no longer there; update the application' : 'Try again later',
    )
  }
  if (url.startsWith('https:') && response.url !== '' && !response.url.startsWith('https:'))
    throw networkError(what, 'the server leads to an address without encryption', 'Try again on another network')
  const length = Number(response.headers.get('content-length') ?? Number.NaN)
  const total = Number.isSafeInteger(length) && length >= 0 ? offset + length : null
  if (total !== null && total > maxBytes) throw tooLarge(what, maxBytes)
  return total
}

function tooLarge(what: string, maxBytes: number): ScopeError {
  return networkError(what, `the server sends more than ${megabytes(maxBytes)}`, 'The file is not what it should be; nothing was installed')
}

interface Sink {
  readonly file: FileHandle
  readonly offset: number
  readonly total: number | null
  readonly hash: Hash
  readonly watch: Watch
}

/** Writes the body from `offset` on; returns the bytes that the file then has. */
async function receive(request: DownloadRequest, response: Response, { file, offset, total, hash, watch }: Sink): Promise<number> {
  let received = offset
  let reported = Number.NEGATIVE_INFINITY
  const report = () => {
    reported = performance.now()
    request.progress({ received, total })
  }
  report()
  const reader = response.body?.getReader()
  if (!reader) return received
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) {
        report()
        return received
      }
      watch.heard()
      if (received + value.byteLength > request.maxBytes) throw tooLarge(request.what, request.maxBytes)
      await file.write(value, 0, value.byteLength, received)
      hash.update(value)
      received += value.byteLength
      if (performance.now() - reported >= REPORT_MS) report()
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

async function hashStart(path: string, bytes: number, hash: Hash, watch: Watch): Promise<void> {
  for await (const chunk of createReadStream(path, { end: bytes - 1 })) {
    watch.heard()
    hash.update(chunk)
  }
}

function rangeStart(response: Response): number {
  return Number(/^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1] ?? Number.NaN)
}

/** If-Range takes a strong ETag or a date (RFC 9110, 13.1.5). */
function strongValidator(response: Response): string {
  const etag = response.headers.get('etag')
  return etag !== null && !etag.startsWith('W/') ? etag : (response.headers.get('last-modified') ?? '')
}

function isDisk(thrown: unknown): boolean {
  return (
    typeof thrown === 'object' &&
    thrown !== null &&
    'syscall' in thrown &&
    'code' in thrown &&
    /^E(NOSPC|DQUOT|ACCES|PERM|ROFS|IO|MFILE|ISDIR|NOENT|NOTDIR)$/.test(String(thrown.code))
  )
}
