/** Puts bundles on a device, once per content: what is complete there is neither pushed nor hashed again. */
import type { Bundle } from './bundle.ts'
import type { Connection } from './connection.ts'
import { upload } from './upload.ts'

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
const TIMEOUT = 60_000

export function cacheFolder(home: string): string {
  return `${home.replace(/\/+$/, '')}/.cache/shufflescope`
}

/** Throws ScopeError `device` where the disk is full or read-only, the link drops, or what arrives is not what was sent. */
export async function deploy(connection: Connection, home: string, bundles: readonly Bundle[], options: DeployOptions = {}): Promise<Deployed> {
  const { signal, onProgress } = options
  const cancel = signal && { signal }
  const folderOf = (bundle: Bundle): string => `${cacheFolder(home)}/${bundle.folder}`
  const missing: Bundle[] = []
  for (const bundle of bundles) if (!(await isComplete(connection, folderOf(bundle), bundle, signal))) missing.push(bundle)
  const total = missing.flatMap((b) => b.files).reduce((sum, f) => sum + f.bytes, 0)
  let done = 0
  let sent = 0
  for (const bundle of missing) {
    for (const file of bundle.files) {
      const result = await upload(connection, {
        ...cancel,
        data: file.data,
        to: `${folderOf(bundle)}/${file.name}`,
        sha256: file.sha256,
        ...(file.executable && { executable: true }),
        onProgress: (bytes) => onProgress?.(done + bytes, total, file.name),
      })
      done += file.bytes
      sent += result.sent
    }
    await upload(connection, { ...cancel, data: new TextEncoder().encode(bundle.manifest), to: `${folderOf(bundle)}/${COMPLETE}` })
  }
  return { folders: bundles.map(folderOf), sent }
}

/** The manifest is there, and every file has its size: a device's owner may have made room. */
async function isComplete(connection: Connection, folder: string, bundle: Bundle, signal?: AbortSignal): Promise<boolean> {
  const options = { ...(signal && { signal }), timeoutMs: TIMEOUT }
  const marker = await connection.exec(['cat', '--', `${folder}/${COMPLETE}`], options)
  if (marker.code !== 0 || marker.stdout !== bundle.manifest) return false
  for (const file of bundle.files) {
    const size = await connection.exec(['sh', '-c', 'wc -c < "$1"', 'sh', `${folder}/${file.name}`], options)
    if (size.code !== 0 || Number(size.stdout.trim()) !== file.bytes) return false
  }
  return true
}
