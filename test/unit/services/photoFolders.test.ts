/** Which files of a folder are taken as photos, and in what order. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { classPhotosOf, photosOf } from '../../../electron/services/photoFolders.ts'

let root: string
let folder: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'shufflescope-photos-'))
  folder = join(root, 'photos')
  for (const sub of ['cat', 'dog/deeper']) await mkdir(join(folder, sub), { recursive: true })
  await mkdir(join(root, 'elsewhere'))
  for (const file of ['cat/b.JPG', 'cat/a.png', 'cat/notes.txt', 'dog/c.webp', 'dog/deeper/d.jpeg', '../elsewhere/e.jpg'])
    await writeFile(join(folder, file), '')
  await mkdir(join(folder, 'cat/looks-like.png'))
  await symlink(join(root, 'elsewhere/e.jpg'), join(folder, 'dog/linked.jpg'))
  await symlink(join(root, 'nowhere.jpg'), join(folder, 'dog/broken.jpg'))
  await symlink(join(root, 'elsewhere'), join(folder, 'emu'))
  await symlink(folder, join(folder, 'dog/loop'))
})
afterAll(() => rm(root, { recursive: true }))

const under = (photos: readonly string[]) => photos.map((p) => relative(folder, p))

describe('photos of a folder', () => {
  it('are files with the name of a photo, in subfolders too, and links to such; a loop of links ends', async () => {
    expect(under(await photosOf([folder], 100))).toEqual(['cat/a.png', 'cat/b.JPG', 'dog/c.webp', 'dog/deeper/d.jpeg', 'dog/linked.jpg'])
  })

  it('are taken evenly where there are too many', async () => {
    expect(under(await photosOf([folder], 2))).toHaveLength(2)
  })

  it('by class: each subfolder, or link to one, is a class', async () => {
    const classes = await classPhotosOf(folder)
    expect(classes.map(({ name, photos }) => [name, under(photos)])).toEqual([
      ['cat', ['cat/a.png', 'cat/b.JPG']],
      ['dog', ['dog/c.webp', 'dog/deeper/d.jpeg', 'dog/linked.jpg']],
      ['emu', ['emu/e.jpg']],
    ])
  })

  it('say what is wrong', async () => {
    await expect(photosOf([join(folder, 'emu'), join(root, 'nothing')], 9)).rejects.toThrow(/nothing/)
    await expect(photosOf([join(folder, 'cat/looks-like.png')], 9)).rejects.toThrow(/there is none/)
    await expect(classPhotosOf(join(folder, 'cat/a.png'))).rejects.toThrow(/not a folder/)
  })
})
