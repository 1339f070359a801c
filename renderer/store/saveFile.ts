/** Gives the user a file: through the shell's dialog where it has one, else as a download of the page. */
import type { State } from './state.ts'

export interface NewFile {
  readonly name: string
  readonly type: string
  readonly content: string | Blob
}

/** The name it was saved under; null where the dialog was closed. Throws ScopeError fields. */
export async function saveFile({ api, info }: Pick<State, 'api' | 'info'>, { name, type, content }: NewFile): Promise<string | null> {
  const blob = new Blob([content], { type })
  if (api && info?.dialogs) {
    const saved = await api.call('files.save', [{ name, bytes: new Uint8Array(await blob.arrayBuffer()) }])
    return saved?.name ?? null
  }
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The download has begun once the click is over, but some browsers read the address a little later.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
  return name
}
