/** A package of the npm registry whose content is pinned here: downloaded once, checked, unpacked as far as it is wanted. */
import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { x as extract } from 'tar'
import { badInput, cancelled, ScopeError } from '../../engine/index.ts'
import { printable } from './printable.ts'
import { describeLinkFailure, deviceError } from './sshErrors.ts'

export interface PinnedPackage {
  readonly name: string
  readonly version: string
  /** `sha512-` and the digest of the tarball in base64, as package-lock.json has it. */
  readonly integrity: string
  /** The tarball and what is unpacked of it may not have more bytes. */
  readonly maxBytes: number
}

export interface PackageOptions {
  /** Unpacked packages are kept here. */
  readonly cacheFolder: string
  readonly signal?: AbortSignal
  readonly onProgress?: (bytes: number, total: number | null) => void
  /** npm's own if not given. */
  readonly registry?: string
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>
  /** Milliseconds without a byte after which the registry counts as stalled. */
  readonly silenceMs?: number
}

const DEFAULT_REGISTRY = 'https://registry.npmjs.org/'

/**
 * Folder with the files of the package for which `wanted` holds (paths as in the package, e.g. `bin/node`).
 * Throws ScopeError: `device` (network), `check-failed` (not the pinned content), `cancelled`, `bad-input` (disk here).
 */
export async function obtainPackage(pinned: PinnedPackage, wanted: (path: string) => boolean, options: PackageOptions): Promise<string> {
  const { cacheFolder, signal } = options
  const what = `${pinned.name} ${pinned.version}`
  const digest = Buffer.from(pinned.integrity.replace(/^sha512-/, ''), 'base64')
    .toString('hex')
    .slice(0, 16)
  const folder = join(cacheFolder, `${pinned.name.replaceAll('/', '+')}-${pinned.version}-${digest}`)
  // It gets this name only when it is whole.
  if (await isFolder(folder)) return folder
  if (signal?.aborted) throw cancelled(what)
  const draft = `${folder}.${randomBytes(6).toString('hex')}.tmp`
  try {
    await mkdir(draft, { recursive: true })
    await removeStale(cacheFolder)
    const tarball = join(draft, '.tarball')
    await download(pinned, tarball, what, options)
    await unpack(tarball, draft, pinned, wanted, what)
    await rm(tarball)
    await rename(draft, folder).catch(async (thrown: unknown) => {
      // Another process was faster; its content is the same.
      if (!(await isFolder(folder))) throw thrown
    })
    return folder
  } catch (thrown) {
    if (signal?.aborted) throw cancelled(what)
    throw inWords(thrown, what)
  } finally {
    await rm(draft, { recursive: true, force: true }).catch(() => undefined)
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (facts) => facts.isDirectory(),
    () => false,
  )
}

/** Drafts of processes that did not live to remove them. */
async function removeStale(cacheFolder: string): Promise<void> {
  const day = 24 * 60 * 60 * 1000
  for (const name of await readdir(cacheFolder)) {
    const path = join(cacheFolder, name)
    if (name.endsWith('.tmp') && Date.now() - (await stat(path)).mtimeMs > day) await rm(path, { recursive: true, force: true })
  }
}

async function download(pinned: PinnedPackage, target: string, what: string, options: PackageOptions): Promise<void> {
  const silence = new AbortController()
  const silenceMs = options.silenceMs ?? 30_000
  let timer = setTimeout(() => silence.abort(), silenceMs)
  const heard = () => {
    clearTimeout(timer)
    timer = setTimeout(() => silence.abort(), silenceMs)
  }
  const signal = options.signal ? AbortSignal.any([options.signal, silence.signal]) : silence.signal
  const registry = `${(options.registry ?? (await registryOfNpm())).replace(/\/+$/, '')}/`
  const bare = pinned.name.replace(/^@[^/]+\//, '')
  const url = `${registry}${pinned.name}/-/${bare}-${pinned.version}.tgz`
  const file = createWriteStream(target)
  try {
    const response = await (options.fetch ?? fetch)(url, { signal, redirect: 'follow' })
    if (!response.ok || !response.body) {
      const hint = response.status === 404 ? 'Check which registry npm is set to, or give the file with --node' : 'Try again later'
      throw deviceError(what, `the registry ${printable(new URL(registry).host)} answered ${response.status}`, hint)
    }
    const length = Number(response.headers.get('content-length') ?? Number.NaN)
    const total = Number.isSafeInteger(length) ? length : null
    const hash = createHash('sha512')
    let bytes = 0
    for await (const chunk of response.body) {
      heard()
      bytes += chunk.byteLength
      if (bytes > pinned.maxBytes) throw deviceError(what, 'the registry sends more than it should', 'Check which registry npm is set to')
      hash.update(chunk)
      if (!file.write(chunk)) await once(file, 'drain')
      options.onProgress?.(bytes, total)
    }
    file.end()
    await once(file, 'close')
    const integrity = `sha512-${hash.digest('base64')}`
    if (integrity !== pinned.integrity)
      throw new ScopeError({
        code: 'check-failed',
        what,
        why: 'what was downloaded is not what was published under this version',
        hint: 'Nothing was kept; try another network, and check which registry npm is set to',
      })
  } catch (thrown) {
    if (silence.signal.aborted) throw deviceError(what, `the registry sent nothing for ${Math.round(silenceMs / 1000)} s`, 'Try again later', thrown)
    throw thrown
  } finally {
    clearTimeout(timer)
    file.destroy()
  }
}

async function unpack(tarball: string, folder: string, pinned: PinnedPackage, wanted: (path: string) => boolean, what: string): Promise<void> {
  let bytes = 0
  let files = 0
  await extract({
    file: tarball,
    cwd: folder,
    strip: 1,
    strict: true,
    filter: (path, entry) => {
      const inside = path.replace(/^[^/]+\//, '')
      if (!('type' in entry) || (entry.type !== 'File' && entry.type !== 'OldFile') || !wanted(inside)) return false
      bytes += entry.size
      files++
      return bytes <= pinned.maxBytes
    },
  })
  if (bytes > pinned.maxBytes) throw badInput(what, 'it unpacks to more than it should', 'Please report this')
  if (files === 0) throw badInput(what, 'it does not hold the files that are needed', 'Please report this')
}

/** What npm is set to: told to its scripts, else asked. */
async function registryOfNpm(): Promise<string> {
  const told = process.env.npm_config_registry
  const asked =
    told ??
    (await promisify(execFile)('npm', ['config', 'get', 'registry'], { timeout: 10_000 })
      .then(({ stdout }) => stdout.trim())
      .catch(() => ''))
  return /^https?:\/\/[^\s]+$/.test(asked) ? asked : DEFAULT_REGISTRY
}

function inWords(thrown: unknown, what: string): ScopeError {
  if (thrown instanceof ScopeError) return thrown
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
  if (/^E(NOSPC|DQUOT)$/.test(code)) return badInput(what, 'the disk of this computer is full', 'Free some space and try again')
  if (/^E(ACCES|PERM|ROFS)$/.test(code)) return badInput(what, 'it cannot be kept on this computer', 'Check the permissions of the data folder')
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown
  return describeDownload(cause, what)
}

function describeDownload(thrown: unknown, what: string): ScopeError {
  const why = describeLinkFailure(thrown, 'The registry').why.replace('the SSH link', 'the network')
  const hint = 'Check that this computer is online, or give the file with --node'
  return deviceError(what, `it could not be downloaded from the npm registry (${why})`, hint, thrown)
}
