/** Whole files on disk: bounded reads, and writes that are there completely or not at all. */
import { randomBytes } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { badInput, ScopeError } from '../../engine/index.ts'

/** Reads a regular file of at most `limit` bytes. `what` names it to the user. Throws ScopeError. */
export async function readBounded(path: string, limit: number, what: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const file = await open(path, 'r')
    try {
      const stat = await file.stat()
      if (!stat.isFile()) throw badInput(what, 'it is not a file', 'Choose a file')
      if (stat.size > limit) throw badInput(what, `it has ${megabytes(stat.size)}, and at most ${megabytes(limit)} are read`, 'Choose a smaller file')
      return await readAll(file, stat.size, what)
    } finally {
      await file.close()
    }
  } catch (thrown) {
    throw diskError(thrown, what)
  }
}

async function readAll(file: Awaited<ReturnType<typeof open>>, size: number, what: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(size)
  let done = 0
  while (done < size) {
    const { bytesRead } = await file.read(bytes, done, Math.min(size - done, 1 << 26), done)
    if (bytesRead === 0) throw badInput(what, 'it became shorter while it was read', 'Try again')
    done += bytesRead
  }
  return bytes
}

/** Writes beside the target, fsyncs, then renames: a crash leaves the old file or the new one. Throws ScopeError. */
export async function writeAtomically(path: string, bytes: Uint8Array, what: string): Promise<void> {
  const folder = dirname(path)
  const draft = join(folder, `.${randomBytes(8).toString('hex')}.tmp`)
  try {
    await mkdir(folder, { recursive: true })
    const file = await open(draft, 'wx')
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, path)
    await syncFolder(folder)
  } catch (thrown) {
    // What went wrong above is what the user needs to know, not that there is no draft to remove.
    await rm(draft, { force: true }).catch(() => undefined)
    throw diskError(thrown, what)
  }
}

/** Makes a rename last through a power cut; Windows has no such call for folders. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const WORDS: Readonly<Record<string, readonly [why: string, hint: string]>> = {
  ENOENT: ['it is not there', 'Check that it was not moved or deleted'],
  EACCES: ['permission was denied', 'Check the permissions of the file and its folder'],
  EPERM: ['permission was denied', 'Check the permissions of the file and its folder'],
  EISDIR: ['it is a folder', 'Choose a file'],
  ENOTDIR: ['a part of its path is not a folder', 'Choose another place'],
  ENOSPC: ['the disk is full', 'Free some space and try again'],
  EDQUOT: ['the disk quota is used up', 'Free some space and try again'],
  EROFS: ['the disk is read-only', 'Choose another place'],
  EMFILE: ['too many files are open', 'Close other programs and try again'],
  EIO: ['the disk reported an error', 'Check the disk'],
}

/** A ScopeError in words for an error of node:fs; ScopeErrors pass. */
export function diskError(thrown: unknown, what: string): ScopeError {
  if (thrown instanceof ScopeError) return thrown
  const code = typeof thrown === 'object' && thrown !== null && 'code' in thrown ? String(thrown.code) : ''
  const [why, hint] = WORDS[code] ?? [`the disk answered ${code || String(thrown)}`, 'Try again, or choose another place']
  return new ScopeError({ code: 'bad-input', what, why, hint }, { cause: thrown })
}

export function megabytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`
}
