/** Puts bundles on a device, once per content: what is complete there is neither pushed nor hashed again. */
import type { Bundle } from './bundle.ts'
import type { Connection, UploadRequest } from './connection.ts'
import { packFiles, splitFiles, UNPACK } from './pack.ts'
import { remoteError, upload } from './upload.ts'

export interface DeployOptions {
  readonly signal?: AbortSignal
  /** Bytes on the device of all that was missing, and what is on its way. */
  readonly onProgress?: (bytes: number, total: number, what: string) => void
}

export interface Deployed {
  /** Absolute path of each bundle's folder, in order. */
  readonly folders: readonly string[]
  /** Bytes that crossed the link. */
  readonly sent: number
}

/** Says that all before it is there; the manifest, so that no other content passes for it. */
const COMPLETE = '.complete'
/** Exists only until it is unpacked. */
const ARCHIVE = '.files.tar'
const TIMEOUT = 60_000
/** Unpacking onto a slow card takes its time. */
const UNPACK_MS = 180_000
/** Days after which a folder that no profile has used is removed. */
const UNUSED_DAYS = 30

export function cacheFolder(home: string): string {
  return `${home.replace(/\/+$/, '')}/.cache/shufflescope`
}

/** Throws ScopeError `device` where the disk is full or read-only, the link drops, or what arrives is not what was sent. */
export async function deploy(connection: Connection, home: string, bundles: readonly Bundle[], options: DeployOptions = {}): Promise<Deployed> {
  const { signal, onProgress } = options
  const cancel = signal && { signal }
  const cache = cacheFolder(home)
  const missing: Bundle[] = []
  for (const bundle of bundles) if (!(await isComplete(connection, `${cache}/${bundle.folder}`, bundle, signal))) missing.push(bundle)
  const pushes = missing.map((bundle) => ({ bundle, ...splitFiles(bundle.files) }))
  const sizeOf = (files: readonly { readonly bytes: number }[]): number => files.reduce((sum, f) => sum + f.bytes, 0)
  const total = sizeOf(missing.flatMap((b) => b.files))
  let done = 0
  let sent = 0
  for (const { bundle, together, alone } of pushes) {
    const folder = `${cache}/${bundle.folder}`
    const push = async (file: Pick<UploadRequest, 'data' | 'sha256' | 'executable'>, name: string, bytes: number): Promise<void> => {
      const result = await upload(connection, {
        ...file,
        ...cancel,
        to: `${folder}/${name}`,
        // An archive is a little larger than what is in it.
        onProgress: (now) => onProgress?.(done + Math.min(now, bytes), total, name),
      })
      done += bytes
      sent += result.sent
    }
    if (together.length > 0) {
      await push({ data: await packFiles(together) }, ARCHIVE, sizeOf(together))
      const unpacked = await connection.exec(['sh', '-c', UNPACK, 'sh', `${folder}/${ARCHIVE}`, folder], {
        ...cancel,
        timeoutMs: UNPACK_MS,
        env: { LC_ALL: 'C' },
      })
      if (unpacked.code !== 0) throw remoteError(`${bundle.kind} on ${connection.label}`, unpacked)
    }
    for (const { name, bytes, data, sha256, executable } of alone) await push({ data, sha256, ...(executable && { executable }) }, name, bytes)
    await upload(connection, { ...cancel, data: new TextEncoder().encode(bundle.manifest), to: `${folder}/${COMPLETE}` })
  }
  const folders = bundles.map((b) => `${cache}/${b.folder}`)
  if (missing.length > 0) await connection.exec(['sh', '-c', TIDY, 'sh', cache], { ...cancel, timeoutMs: TIMEOUT })
  return { folders, sent }
}

/** The manifest is there, and every file has its size: a device's owner may have made room. */
async function isComplete(connection: Connection, folder: string, bundle: Bundle, signal?: AbortSignal): Promise<boolean> {
  const sizes = bundle.files.map((f) => `${f.bytes} ${f.name}\n`).join('')
  const { code } = await connection.exec(['sh', '-c', CHECK, 'sh', `${folder}/${COMPLETE}`, bundle.manifest.trimEnd(), folder, sizes], {
    ...(signal && { signal }),
    timeoutMs: TIMEOUT,
  })
  return code === 0
}

/** Arguments: marker, its content, folder, a line with size and name of each file. Marks the folder as used now. */
const CHECK = [
  '[ -f "$1" ] && [ "$(cat -- "$1")" = "$2" ] || exit 1',
  'printf %s "$4" | while read -r size name; do [ "$(($(wc -c <"$3/$name")))" -eq "$size" ] || exit 1; done || exit 1',
  'touch -c -- "$3"',
].join('; ')

/** Arguments: cache. Removes folders of our making that have not been used for long. */
const TIDY = `find "$1" -mindepth 1 -maxdepth 1 -type d -name "*-${'[0-9a-f]'.repeat(16)}" -mtime +${UNUSED_DAYS} -exec rm -rf -- {} + 2>/dev/null`
