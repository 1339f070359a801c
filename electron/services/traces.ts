/** The history of runs: one trace per file in the user's data folder. */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { badInput, readTrace, type Trace } from '../../engine/index.ts'
import type { StoredTrace } from '../ipc/contract.ts'
import { readBounded, writeAtomically } from './diskFile.ts'

export interface TracesService {
  /** Newest first; files that are no traces are left out. */
  list(): Promise<StoredTrace[]>
  add(trace: Trace, device: string): Promise<string>
  remove(id: string): Promise<void>
}

const MOST_BYTES = 64 * 2 ** 20
/** Shown at once; older ones stay on disk. */
const MOST_LISTED = 200
const NAME = /^[\w.-]{1,200}\.json$/

export function tracesService(userData: string): TracesService {
  const folder = join(userData, 'traces')

  async function names(): Promise<string[]> {
    const all = await readdir(folder).catch(() => [])
    return all
      .filter((name) => NAME.test(name))
      .sort()
      .reverse()
      .slice(0, MOST_LISTED)
  }

  return {
    async list() {
      const stored: StoredTrace[] = []
      for (const id of await names()) {
        const bytes = await readBounded(join(folder, id), MOST_BYTES, `Trace "${id}"`).catch(() => undefined)
        try {
          if (bytes) stored.push({ id, trace: readTrace(id, bytes) })
        } catch {
          // Not ours, or of another version: the list goes on.
        }
      }
      return stored
    },
    async add(trace, device) {
      const safe = (text: string): string => text.replace(/[^\w.-]+/g, '_').slice(0, 50)
      const when = safe((trace.taken ?? new Date().toISOString()).replace(/[:.]/g, '-'))
      const id = `${when}-${safe(device)}-${safe(trace.model)}-${trace.backend}-x${trace.threads}${trace.sustained ? '-sustained' : ''}.json`
      await writeAtomically(join(folder, id), new TextEncoder().encode(`${JSON.stringify(trace)}\n`), `Trace "${id}"`)
      return id
    },
    async remove(id) {
      if (!NAME.test(id)) throw badInput(`Trace "${id}"`, 'no trace has such a name', 'Choose one of the list')
      await rm(join(folder, id), { force: true })
    },
  }
}
