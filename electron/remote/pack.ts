/** Small files as one tar archive: a push of fifty files one by one takes a slow device minutes. */
import { readFile } from 'node:fs/promises'
import { Header } from 'tar'
import type { BundleFile, SizedFile } from './bundle.ts'

const BLOCK = 512
/** Larger files go by themselves, since they can be continued where they were cut. */
const SMALL = 2 ** 20

/** Files of a bundle that go together, and those that go alone. One small file is no better off in an archive. */
export function splitFiles(files: readonly SizedFile[]): { readonly together: readonly SizedFile[]; readonly alone: readonly SizedFile[] } {
  const together = files.filter((f) => f.bytes <= SMALL)
  return together.length > 1 ? { together, alone: files.filter((f) => !together.includes(f)) } : { together: [], alone: files }
}

/** A POSIX archive (ustar) of `files`, the same bytes for the same files. Throws what node:fs throws where one cannot be read. */
export async function packFiles(files: readonly BundleFile[]): Promise<Uint8Array> {
  const blocks = files.map(async ({ name, data, executable }) => {
    const content = typeof data === 'string' ? await readFile(data) : data
    const header = new Header({
      path: name,
      mode: executable ? 0o700 : 0o600,
      uid: 0,
      gid: 0,
      size: content.length,
      mtime: new Date(0),
      type: 'File',
    })
    if (header.encode() || !header.block) throw new Error(`the name ${name} does not fit into an archive`)
    return [header.block, content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)]
  })
  return Buffer.concat([...(await Promise.all(blocks)).flat(), Buffer.alloc(2 * BLOCK)])
}

/** Arguments: archive, folder. The files belong to who unpacks them, with the time of the device. */
export const UNPACK = [
  'command -v tar >/dev/null 2>&1 || { echo "no tar" >&2; exit 1; }',
  'umask 077; mkdir -p -- "$2" || exit 1',
  'tar -xomf "$1" -C "$2" && rm -f -- "$1"',
].join('; ')
