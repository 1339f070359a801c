/** Models that lie in several files: which of some is the model, and where it finds the others. */
import type { Api } from '../app/bridge.ts'
import type { Beside } from './openModel.ts'
import { counted } from './pending.ts'

/** Of files that came at once the one that says how a model is built; else the first. */
export function mainOf<F extends { readonly name: string }>(files: readonly F[]): F | undefined {
  return files.find((f) => /\.(param|prototxt|onnx)$/i.test(f.name)) ?? files[0]
}

/** The file that is meant by a path, among others that came with it: the one of that name, else the only one of that kind. */
function namedAmong<F extends { readonly name: string }>(files: readonly F[], path: string): F | undefined {
  const wanted = path.split('/').at(-1) ?? path
  const ending = /\.\w+$/.exec(wanted)?.[0].toLowerCase()
  const alike = files.filter((f) => ending !== undefined && f.name.toLowerCase().endsWith(ending))
  return files.find((f) => f.name === wanted) ?? (alike.length === 1 ? alike[0] : undefined)
}

/** Files that came at once, as one that may need the others. */
export function together(files: readonly File[]): { readonly file: File; readonly name: string; readonly beside: Beside } | null {
  const file = mainOf(files)
  const others = files.filter((f) => f !== file)
  return file ? { file, name: file.name || 'pasted photo', beside: async (path) => namedAmong(others, path) ?? null } : null
}

/** Files in the folder of one that the back end has opened. */
export function besideOf(api: Api, token: string): Beside {
  return async (path) => {
    const found = await counted(api.call('files.beside', [token, path]))
    return found && new Blob([found.bytes as BlobPart])
  }
}
