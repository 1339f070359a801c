/** Photos among files that were dropped or chosen together, and the class that the folder of one is named after. */
import { kindOfFile } from './fileKind.ts'

/** In the order of their paths. */
export async function photosAmong(files: readonly File[]): Promise<File[]> {
  const kinds = await Promise.all(files.map((file) => kindOfFile(file, file.name)))
  return files.filter((_, i) => kinds[i] === 'photo').sort((a, b) => pathOf(a).localeCompare(pathOf(b), 'en'))
}

/** Name of the folder that a photo lies in, where a whole folder was chosen; null for one that was chosen alone. */
export function classFolderOf(file: File): string | null {
  const folders = pathOf(file).split('/').slice(0, -1)
  // The one that was chosen holds the folders of the classes.
  return folders.length > 1 ? (folders.at(-1) ?? null) : null
}

function pathOf(file: File): string {
  return file.webkitRelativePath || file.name
}
