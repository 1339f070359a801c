/** Models that lie outside the page: bundled with the application, downloaded by the user, or in the catalogue of weights. */
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { badInput } from '../../engine/index.ts'
import { MAX_FILE_BYTES, type ModelEntry, type NamedBytes } from '../ipc/contract.ts'
import { bundleFacts } from './bundleHeader.ts'
import { diskError, readBounded } from './diskFile.ts'
import { download, partialBytes, removePartial } from './download.ts'
import type { Fetch } from './network.ts'

/** Weights that can be downloaded. */
export interface WeightsSource {
  /** Safe as a folder name: letters, digits, dot, dash, underscore. */
  readonly id: string
  readonly name: string
  readonly url: string
  /** Leading hexadecimal digits of the SHA-256; empty where none is published. */
  readonly sha256Prefix: string
  readonly size: number | null
  readonly params: number | null
  readonly classes: number | null
  readonly source: string | null
}

export interface ModelsOptions {
  readonly assets: string
  readonly userData: string
  readonly catalogue: readonly WeightsSource[]
  readonly fetch: Fetch
  readonly silenceMs: number
}

export interface ModelsService {
  list(): Promise<ModelEntry[]>
  bytes(id: string): Promise<NamedBytes>
  download(id: string, signal: AbortSignal, progress: (value: { received: number; total: number | null }) => void): Promise<ModelEntry>
  /** Deletes what was downloaded, whole or in part. */
  remove(id: string): Promise<void>
}

const BUNDLE = '.safetensors'

export function modelsService(options: ModelsOptions): ModelsService {
  const { assets, userData, catalogue } = options
  const bundles = join(assets, 'models')
  const busy = new Set<string>()

  // The importer knows a checkpoint by content, but people know it by its name.
  const fileName = (source: WeightsSource) => decodeURIComponent(new URL(source.url).pathname.split('/').pop() || 'weights').replace(/[^\w.-]/g, '_')
  const target = (source: WeightsSource) => join(userData, 'models', source.id.replace(/[^\w.-]/g, '_'), fileName(source))

  async function bundled(): Promise<ModelEntry[]> {
    const names = await readdir(bundles).catch(() => [])
    // By id: as file names, a longer id would come before the one that it begins with.
    const ids = names
      .filter((name) => name.endsWith(BUNDLE))
      .map((name) => name.slice(0, -BUNDLE.length))
      .sort()
    return Promise.all(
      ids.map(async (id) => {
        const path = join(bundles, id + BUNDLE)
        const [facts, size] = await Promise.all([bundleFacts(path), sizeOf(path)])
        return { id, name: facts.title ?? id, kind: 'bundled' as const, params: facts.params, classes: facts.classes, size, partial: 0, source: null }
      }),
    )
  }

  async function entry(source: WeightsSource): Promise<ModelEntry> {
    const { id, name, params, classes } = source
    const size = await sizeOf(target(source))
    const partial = size === null ? await partialBytes(target(source)) : 0
    return { id, name, kind: size === null ? 'catalogue' : 'downloaded', params, classes, size: size ?? source.size, partial, source: source.source }
  }

  const sourceOf = (id: string): WeightsSource => {
    const source = catalogue.find((candidate) => candidate.id === id)
    if (!source) throw badInput(`Model "${id}"`, 'the catalogue does not have it', 'Choose one of the list')
    return source
  }

  return {
    list: async () => [...(await bundled()), ...(await Promise.all(catalogue.map(entry)))],

    async bytes(id) {
      const own = (await bundled()).find((model) => model.id === id)
      if (own) return { name: id + BUNDLE, bytes: await readBounded(join(bundles, id + BUNDLE), MAX_FILE_BYTES, own.name) }
      const source = sourceOf(id)
      if ((await sizeOf(target(source))) === null) throw badInput(source.name, 'it is not downloaded yet', 'Download it first')
      return { name: fileName(source), bytes: await readBounded(target(source), MAX_FILE_BYTES, source.name) }
    },

    async download(id, signal, progress) {
      const source = sourceOf(id)
      if (busy.has(id)) throw badInput(source.name, 'it is being downloaded already', 'Wait for it, or cancel it')
      busy.add(id)
      try {
        if ((await sizeOf(target(source))) === null) {
          const { url, sha256Prefix } = source
          const request = { url, sha256Prefix, what: source.name, target: target(source), maxBytes: MAX_FILE_BYTES, signal, progress }
          await download(request, options)
        }
        return await entry(source)
      } finally {
        busy.delete(id)
      }
    },

    async remove(id) {
      const source = sourceOf(id)
      if (busy.has(id)) throw badInput(source.name, 'it is being downloaded', 'Cancel the download first')
      try {
        await rm(target(source), { force: true })
        await removePartial(target(source))
      } catch (thrown) {
        throw diskError(thrown, source.name)
      }
    },
  }
}

async function sizeOf(path: string): Promise<number | null> {
  return stat(path).then(
    (facts) => (facts.isFile() ? facts.size : null),
    () => null,
  )
}
