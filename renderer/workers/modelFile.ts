/** Models as they come: from the zoo, from bytes, from one file or several. */
import { badInput, buildZooModel, MAX_FILE_BYTES, type Model, missingFile, openModel, writeBundle } from '../../engine/index.ts'
import { noShuffle } from './comparing.ts'
import type { CallContext, ModelSource, Requests } from './contract/index.ts'

export async function readModel(source: ModelSource, context: CallContext): Promise<Model> {
  const { signal, progress } = context
  progress({ step: source.kind === 'file' ? 'reading' : 'opening' })
  if (source.kind === 'zoo') return buildZooModel(source.id)
  if (source.kind === 'noShuffle') return noShuffle(await readModel(source.of, context))
  // What came in a message is this worker's own.
  if (source.kind === 'bytes') return openModel({ name: source.name, bytes: source.bytes, owned: true }, { signal })
  const { file, name } = source
  const bytes = await bytesOf(file, name)
  progress({ step: 'opening' })
  return openModel({ name, bytes, owned: true }, { signal })
}

export async function joinFiles({ file, name, along }: Requests['join']['args'], { signal, progress }: CallContext): Promise<Blob> {
  progress({ step: 'reading' })
  const bytes = await bytesOf(file, name)
  const beside = async (path: string): Promise<Uint8Array> => {
    const found = along.find((a) => a.path === path)
    if (!found) throw missingFile(`File "${name}"`, `it needs another file, "${path}", which did not come with it`, path)
    if (!found.file) throw badInput(`File "${path}"`, 'it is not there', `Put it beside "${name}"`)
    return bytesOf(found.file, path)
  }
  const model = await openModel({ name, bytes, owned: true, beside }, { signal })
  return new Blob([writeBundle(model) as BlobPart])
}

async function bytesOf(file: Blob, name: string): Promise<Uint8Array> {
  // Before anything is read into memory.
  if (file.size > MAX_FILE_BYTES)
    throw badInput(
      `File "${name}"`,
      `it is ${(file.size / 2 ** 30).toFixed(2)} GiB, and files over 1 GiB are not opened`,
      'Export the network alone, without optimiser state',
    )
  try {
    return new Uint8Array(await file.arrayBuffer())
  } catch {
    throw badInput(`File "${name}"`, 'it cannot be read', 'Check that it still exists and that you may read it')
  }
}
