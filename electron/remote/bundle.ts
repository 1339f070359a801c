/** What is pushed to a device: folders named by the hash of their content, so that the same content is pushed once. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'

export interface BundleFile {
  /** Its name inside the folder; "/" makes folders. */
  readonly name: string
  /** Bytes, or the path of a local file. */
  readonly data: Uint8Array | string
  readonly executable?: boolean
}

export interface SizedFile extends BundleFile {
  readonly bytes: number
  readonly sha256: string
}

export interface Bundle {
  /** What it is, e.g. "runner"; the folder is `<kind>-<hash>`. */
  readonly kind: string
  readonly folder: string
  readonly files: readonly SizedFile[]
  /** One line per file; its last line of all is written when everything before it is there. */
  readonly manifest: string
}

/** Digits of the hash in a folder's name; the manifest holds all of them. */
const SHORT = 16

/** Throws what node:fs throws where a local file cannot be read. */
export async function makeBundle(kind: string, files: readonly BundleFile[]): Promise<Bundle> {
  const sized = await Promise.all(files.map(measure))
  const manifest = `${sized
    .map(({ name, bytes, sha256 }) => `${sha256} ${bytes} ${name}`)
    .sort()
    .join('\n')}\n`
  const hash = createHash('sha256').update(manifest).digest('hex')
  return { kind, folder: `${kind}-${hash.slice(0, SHORT)}`, files: sized, manifest }
}

async function measure(file: BundleFile): Promise<SizedFile> {
  const hash = createHash('sha256')
  if (typeof file.data !== 'string') return { ...file, bytes: file.data.length, sha256: hash.update(file.data).digest('hex') }
  await pipeline(createReadStream(file.data), hash)
  return { ...file, bytes: (await stat(file.data)).size, sha256: hash.digest('hex') }
}
