/** Photos on disk: named one by one, in folders, or sorted into a folder per class. Links count as what they lead to; one to a folder is not followed further down. */
import type { Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { badInput, spread } from '../../engine/index.ts'
import { diskError } from './diskFile.ts'

const PHOTO = /\.(?:jpe?g|png|webp|gif|avif|tiff?|bmp)$/i

/** Photos and the photos in folders and their subfolders, evenly over all where there are more than `most`. Throws ScopeError where there is none. */
export async function photosOf(paths: readonly string[], most: number): Promise<string[]> {
  const found: string[] = []
  for (const path of paths) found.push(...((await isFolder(path)) ? await photosUnder(path) : [path]))
  if (found.length === 0) throw noPhotos(paths.join(', '))
  return spread(found, most)
}

export interface ClassPhotos {
  /** Name of the subfolder. */
  readonly name: string
  readonly photos: readonly string[]
}

/**
 * The subfolders of a folder in the order of their names, each with its photos: class i is the i-th, as in training/train.py.
 * Evenly over all photos where there are more than `most`. Empty where the folder has no subfolder. Throws ScopeError where it is
 * none, or where subfolders have no photo among them.
 */
export async function classPhotosOf(folder: string, most = Number.POSITIVE_INFINITY): Promise<ClassPhotos[]> {
  if (!(await isFolder(folder))) throw badInput(`Photos "${folder}"`, 'it is not a folder', 'Give a folder of photos')
  const entries = await entriesOf(folder)
  const areFolders = await Promise.all(entries.map(async (e) => e.isDirectory() || (await linkTarget(e))?.isDirectory()))
  const names = entries
    .filter((_, i) => areFolders[i])
    .map((e) => e.name)
    .sort()
  const found: { name: string; photo: string }[] = []
  for (const name of names) for (const photo of await photosUnder(join(folder, name))) found.push({ name, photo })
  if (names.length > 0 && found.length === 0) throw noPhotos(folder)
  const used = spread(found, most)
  return names.map((name) => ({ name, photos: used.filter((f) => f.name === name).map((f) => f.photo) }))
}

async function photosUnder(folder: string): Promise<string[]> {
  const named = (await entriesOf(folder, true)).filter((e) => PHOTO.test(e.name))
  const areFiles = await Promise.all(named.map(async (e) => e.isFile() || (await linkTarget(e))?.isFile()))
  return named
    .filter((_, i) => areFiles[i])
    .map((e) => join(e.parentPath, e.name))
    .sort()
}

/** Undefined where it is no link, or one that leads nowhere. */
async function linkTarget(entry: Dirent) {
  return entry.isSymbolicLink() ? stat(join(entry.parentPath, entry.name)).catch(() => undefined) : undefined
}

async function isFolder(path: string): Promise<boolean> {
  const facts = await stat(path).catch((thrown: unknown) => {
    throw diskError(thrown, `Photo "${path}"`)
  })
  return facts.isDirectory()
}

function entriesOf(folder: string, recursive = false) {
  return readdir(folder, { recursive, withFileTypes: true }).catch((thrown: unknown) => {
    throw diskError(thrown, `Photos "${folder}"`)
  })
}

function noPhotos(where: string) {
  return badInput(`Photos "${where}"`, 'there is none', 'Give photos, or a folder of them')
}
