/** The user's own files: opened ones become tokens, so that no path reaches the page; recents; saving. */
import { randomBytes } from 'node:crypto'
import { realpath, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { z } from 'zod'
import { badInput, unsupported } from '../../engine/index.ts'
import { MAX_FILE_BYTES, type NamedBytes, type OpenedFile, type Recent, type RecentModel, recentModelSchema } from '../ipc/contract.ts'
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
  /** A file in the folder of an opened one, or below it, by its path from there; null where there is none. Throws ScopeError where it leaves the folder. */
  beside(token: string, path: string): Promise<NamedBytes | null>
  save(file: NamedBytes): Promise<{ name: string } | null>
  /** Files and models that were opened, the last one first. */
  recents(): Promise<Recent[]>
  /** Puts a model that has an id first among the recents. */
  remember(model: RecentModel): Promise<void>
  clearRecents(): Promise<void>
}

const MAX_RECENTS = 12
const MAX_TOKENS = 1000

const opened = z.string().max(40)
const recentsSchema = z.array(z.union([z.object({ path: z.string().min(1).max(4096), opened }), recentModelSchema.extend({ opened })])).max(100)
type Entry = z.infer<typeof recentsSchema>[number]

/** `has`: whether a model can be opened by its id. */
export function filesService(
  userData: string,
  dialogs: Dialogs | undefined,
  has: (model: RecentModel) => Promise<boolean> = () => Promise.resolve(true),
): FilesService {
  const recent = jsonFile<Entry[]>(join(userData, 'recents.json'), recentsSchema, [])
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

  async function putFirst(entry: Entry): Promise<void> {
    await recent.update((old) => [entry, ...old.filter((other) => keyOf(other) !== keyOf(entry))].slice(0, MAX_RECENTS))
  }

  async function adopt(given: string): Promise<OpenedFile> {
    const path = resolve(given)
    const name = basename(path)
    const facts = await stat(path).catch((thrown: unknown) => {
      throw diskError(thrown, name)
    })
    if (!facts.isFile()) throw badInput(name, 'it is not a file', 'Choose a file')
    await putFirst({ path, opened: new Date().toISOString() })
    return { token: tokenFor(path), name, size: facts.size }
  }

  async function described(entry: Entry): Promise<Recent> {
    if (!('path' in entry)) return { kind: 'model', ...entry, present: await has(entry) }
    const { path, opened } = entry
    const present = await stat(path).then(
      (facts) => facts.isFile(),
      () => false,
    )
    return { kind: 'file', token: tokenFor(path), name: basename(path), opened, present }
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
    async beside(token, path) {
      const first = paths.get(token)
      if (first === undefined) throw badInput('File', 'it is no longer known', 'Open it again')
      const folder = await realpath(dirname(first)).catch(() => undefined)
      const target = folder && (await realpath(join(folder, path)).catch(() => undefined))
      if (!folder || !target) return null
      // Links are followed before the look, so that none leads out.
      const inside = relative(folder, target)
      if (inside === '' || inside.startsWith('..') || isAbsolute(inside))
        throw badInput(`File "${path}"`, 'it is not in the folder of the file that needs it', 'Check where the model comes from')
      const name = basename(target)
      return { name, bytes: await readBounded(target, MAX_FILE_BYTES, name) }
    },
    async save({ name, bytes }) {
      const path = await needDialogs('Save').save(name)
      if (path === undefined) return null
      await writeAtomically(path, bytes, basename(path))
      return { name: basename(path) }
    },
    recents: async () => Promise.all((await recent.read()).map(described)),
    remember: (model) => putFirst({ ...model, opened: new Date().toISOString() }),
    async clearRecents() {
      await recent.update(() => [])
    },
  }
}

function keyOf(entry: Entry): string {
  return 'path' in entry ? `file ${entry.path}` : `${entry.source} ${entry.id}`
}
