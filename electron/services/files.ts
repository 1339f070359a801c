/** The user's own files: opened ones become tokens, so that no path reaches the page; recents; saving. */
import { randomBytes } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { z } from 'zod'
import { badInput, unsupported } from '../../engine/index.ts'
import { MAX_FILE_BYTES, type NamedBytes, type OpenedFile, type RecentFile } from '../ipc/contract.ts'
import { diskError, readBounded, writeAtomically } from './diskFile.ts'
import { jsonFile } from './jsonFile.ts'

export type FileKind = 'model' | 'photo' | 'workspace' | 'any'

/** The operating system's dialogs. Each resolves to an absolute path, or undefined where the user closed it. */
export interface Dialogs {
  open(kind: FileKind): Promise<string | undefined>
  save(suggestedName: string): Promise<string | undefined>
}

export interface FilesService {
  /** Gives a file on disk a token and puts it first among the recents. Throws ScopeError where it cannot be read. */
  adopt(path: string): Promise<OpenedFile>
  open(kind: FileKind): Promise<OpenedFile | null>
  read(token: string): Promise<NamedBytes>
  save(file: NamedBytes): Promise<{ name: string } | null>
  recents(): Promise<RecentFile[]>
  clearRecents(): Promise<void>
}

const MAX_RECENTS = 12
const MAX_TOKENS = 1000

const recentsSchema = z.array(z.object({ path: z.string().min(1).max(4096), opened: z.string().max(40) })).max(100)

export function filesService(userData: string, dialogs: Dialogs | undefined): FilesService {
  const recent = jsonFile(join(userData, 'recents.json'), recentsSchema, [])
  const paths = new Map<string, string>()

  /** One token per path, the oldest forgotten first. */
  function tokenFor(path: string): string {
    for (const [token, known] of paths) if (known === path) return token
    const token = randomBytes(16).toString('hex')
    paths.set(token, path)
    const oldest = paths.keys().next().value
    if (paths.size > MAX_TOKENS && oldest !== undefined) paths.delete(oldest)
    return token
  }

  async function adopt(given: string): Promise<OpenedFile> {
    const path = resolve(given)
    const name = basename(path)
    const facts = await stat(path).catch((thrown: unknown) => {
      throw diskError(thrown, name)
    })
    if (!facts.isFile()) throw badInput(name, 'it is not a file', 'Choose a file')
    await recent.update((old) => [{ path, opened: new Date().toISOString() }, ...old.filter((entry) => entry.path !== path)].slice(0, MAX_RECENTS))
    return { token: tokenFor(path), name, size: facts.size }
  }

  const needDialogs = (what: string): Dialogs => {
    if (!dialogs) throw unsupported(what, 'this shell has no dialogs of its own', "Use the browser's")
    return dialogs
  }

  return {
    adopt,
    async open(kind) {
      const path = await needDialogs('Open').open(kind)
      return path === undefined ? null : adopt(path)
    },
    async read(token) {
      const path = paths.get(token)
      if (path === undefined) throw badInput('File', 'it is no longer known', 'Open it again')
      const name = basename(path)
      return { name, bytes: await readBounded(path, MAX_FILE_BYTES, name) }
    },
    async save({ name, bytes }) {
      const path = await needDialogs('Save').save(name)
      if (path === undefined) return null
      await writeAtomically(path, bytes, basename(path))
      return { name: basename(path) }
    },
    async recents() {
      const entries = await recent.read()
      const present = await Promise.all(
        entries.map(({ path }) =>
          stat(path).then(
            (facts) => facts.isFile(),
            () => false,
          ),
        ),
      )
      return entries.map(({ path, opened }, i) => ({ token: tokenFor(path), name: basename(path), opened, present: present[i] === true }))
    },
    async clearRecents() {
      await recent.update(() => [])
    },
  }
}
