/** Tokens, recents, saving, settings and samples on a real disk. */
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { MAX_FILE_BYTES } from '../../../../electron/ipc/contract.ts'
import { writeAtomically } from '../../../../electron/services/diskFile.ts'
import { filesService } from '../../../../electron/services/files.ts'
import { samplesService } from '../../../../electron/services/samples.ts'
import { settingsService } from '../../../../electron/services/settings.ts'
import { temporaryFolder } from '../folder.ts'

const root = temporaryFolder()
let folder = ''
let photo = ''
let count = 0
beforeEach(async () => {
  folder = join(root, String(++count))
  await mkdir(folder)
  photo = join(folder, 'photo.jpg')
  writeFileSync(photo, 'pixels')
})

describe('files', () => {
  it('gives a token that reads the file, without its path', async () => {
    const files = filesService(join(folder, 'user'), undefined)
    const opened = await files.adopt(photo)
    expect(opened).toEqual({ token: expect.stringMatching(/^[0-9a-f]{32}$/), name: 'photo.jpg', size: 6 })
    expect(await files.read(opened.token)).toEqual({ name: 'photo.jpg', bytes: new Uint8Array(Buffer.from('pixels')) })
    expect((await files.adopt(photo)).token).toBe(opened.token)
  })

  it('does not know a token that it did not give', async () => {
    await expect(filesService(folder, undefined).read('0'.repeat(32))).rejects.toMatchObject({ code: 'bad-input', hint: 'Open it again' })
  })

  it('refuses folders and files that are gone, in words', async () => {
    const files = filesService(join(folder, 'user'), undefined)
    await expect(files.adopt(folder)).rejects.toMatchObject({ why: 'it is not a file' })
    await expect(files.adopt(join(folder, 'nothing'))).rejects.toMatchObject({ what: 'nothing', why: 'it is not there' })
    const { token } = await files.adopt(photo)
    rmSync(photo)
    await expect(files.read(token)).rejects.toMatchObject({ what: 'photo.jpg', why: 'it is not there' })
  })

  it('refuses a file of more than 1 GiB before it reads it', async () => {
    const big = join(folder, 'big.pth')
    writeFileSync(big, '')
    truncateSync(big, (1 << 30) + 2 ** 20)
    const files = filesService(join(folder, 'user'), undefined)
    const { token, size } = await files.adopt(big)
    expect(size).toBeGreaterThan(MAX_FILE_BYTES)
    await expect(files.read(token)).rejects.toMatchObject({ code: 'bad-input', why: 'it has 1025.0 MiB, and at most 1024.0 MiB are read' })
  })

  it('reads what lies beside an opened file or below it, and nothing else', async () => {
    const files = filesService(join(folder, 'user'), undefined)
    const { token } = await files.adopt(photo)
    await mkdir(join(folder, 'parts'))
    writeFileSync(join(folder, 'net.bin'), 'weights')
    writeFileSync(join(folder, 'parts/more.bin'), 'more')
    writeFileSync(join(root, 'outside.bin'), 'secret')
    symlinkSync(join(root, 'outside.bin'), join(folder, 'link.bin'))
    expect(await files.beside(token, 'net.bin')).toEqual({ name: 'net.bin', bytes: new Uint8Array(Buffer.from('weights')) })
    expect(await files.beside(token, 'parts/more.bin')).toMatchObject({ name: 'more.bin' })
    expect(await files.beside(token, 'absent.bin')).toBeNull()
    for (const path of ['../outside.bin', join(root, 'outside.bin'), 'link.bin', 'parts/../../outside.bin', '.'])
      await expect(
        files.beside(token, path).then((found) => found ?? Promise.reject(new Error('not in the folder'))),
        path,
      ).rejects.toThrow(/not in the folder/)
    await expect(files.beside(token, 'parts')).rejects.toMatchObject({ why: 'it is not a file' })
    await expect(files.beside('0'.repeat(32), 'net.bin')).rejects.toMatchObject({ hint: 'Open it again' })
  })

  it('remembers recents over a restart, newest first, and says which are gone', async () => {
    const other = join(folder, 'other.onnx')
    writeFileSync(other, 'graph')
    const first = filesService(join(folder, 'user'), undefined)
    await first.adopt(other)
    await first.adopt(photo)
    await first.adopt(other)
    rmSync(photo)
    const second = filesService(join(folder, 'user'), undefined)
    const recents = await second.recents()
    expect(recents.map(({ name, present }) => [name, present])).toEqual([
      ['other.onnx', true],
      ['photo.jpg', false],
    ])
    const [newest] = recents
    expect((await second.read(newest?.kind === 'file' ? newest.token : '')).name).toBe('other.onnx')
    await second.clearRecents()
    expect(await second.recents()).toEqual([])
  })

  it('remembers models by their ids between the files, once each, and says which are gone', async () => {
    const files = filesService(join(folder, 'user'), undefined, ({ id }) => Promise.resolve(id !== 'gone'))
    await files.remember({ source: 'zoo', id: 'a', name: 'A' })
    await files.remember({ source: 'host', id: 'gone', name: 'Gone' })
    await files.adopt(photo)
    await files.remember({ source: 'zoo', id: 'a', name: 'A' })
    expect((await files.recents()).map(({ kind, name, present }) => [kind, name, present])).toEqual([
      ['model', 'A', true],
      ['file', 'photo.jpg', true],
      ['model', 'Gone', false],
    ])
    expect(JSON.stringify(await files.recents())).not.toContain(folder)
    for (let i = 0; i < 40; i++) await files.remember({ source: 'zoo', id: String(i), name: 'x' })
    expect((await files.recents()).length).toBeLessThan(20)
  })

  it('opens and saves through the dialogs, and takes a closed dialog for no answer', async () => {
    const target = join(folder, 'saved.safetensors')
    const asked: string[] = []
    const dialogs = {
      open: async (kind: string) => (kind === 'photo' ? photo : undefined),
      save: async (name: string) => {
        asked.push(name)
        return name === 'net.safetensors' ? target : undefined
      },
    }
    const files = filesService(join(folder, 'user'), dialogs)
    expect(await files.open('photo')).toMatchObject({ name: 'photo.jpg' })
    expect(await files.open('model')).toBeNull()
    expect(await files.save({ name: 'net.safetensors', bytes: new Uint8Array([1, 2]) })).toEqual({ name: 'saved.safetensors' })
    expect([...readFileSync(target)]).toEqual([1, 2])
    expect(await files.save({ name: 'closed', bytes: new Uint8Array(1) })).toBeNull()
    expect(asked).toEqual(['net.safetensors', 'closed'])
  })

  it('says that a shell without dialogs has none', async () => {
    await expect(filesService(folder, undefined).open('any')).rejects.toMatchObject({ code: 'unsupported' })
  })
})

describe('writing', () => {
  it('replaces the whole file and leaves no draft', async () => {
    await writeAtomically(photo, new Uint8Array([9]), 'Photo')
    expect([...readFileSync(photo)]).toEqual([9])
    expect(readdirSync(folder)).toEqual(['photo.jpg'])
  })

  it('leaves the old state where it fails, and no draft', async () => {
    const taken = join(folder, 'taken')
    await mkdir(join(taken, 'inside'), { recursive: true })
    await expect(writeAtomically(taken, new Uint8Array([1]), 'Export')).rejects.toMatchObject({ what: 'Export', code: 'bad-input' })
    expect(readdirSync(folder).sort()).toEqual(['photo.jpg', 'taken'])
    expect(existsSync(join(taken, 'inside'))).toBe(true)
  })
})

describe('settings', () => {
  it('are kept, merged and announced', async () => {
    const settings = settingsService(folder)
    const seen: unknown[] = []
    settings.onChange((value) => seen.push(value))
    expect(await settings.get()).toEqual({ theme: 'system', language: 'system' })
    await Promise.all([settings.set({ theme: 'dark' }), settings.set({ language: 'de' })])
    expect(await settingsService(folder).get()).toEqual({ theme: 'dark', language: 'de' })
    expect(seen.at(-1)).toEqual({ theme: 'dark', language: 'de' })
  })

  it.each(['', '{', '{"theme":"purple"}', '[]', '\0\0'])('fall back to their defaults where the file is damaged (%j)', async (text) => {
    writeFileSync(join(folder, 'settings.json'), text)
    expect(await settingsService(folder).get()).toEqual({ theme: 'system', language: 'system' })
  })
})

describe('samples', () => {
  const assets = resolve(import.meta.dirname, '../../../../assets')

  it('are photos with credits, at least four of them', async () => {
    const samples = samplesService(assets)
    const list = await samples.list()
    expect(list.length).toBeGreaterThanOrEqual(4)
    for (const { id, credit } of list) {
      expect(credit).not.toBe('')
      const { bytes } = await samples.bytes(id)
      // JPEG starts with FF D8 FF.
      expect([...bytes.subarray(0, 3)]).toEqual([0xff, 0xd8, 0xff])
    }
  })

  it('have no others', async () => {
    await expect(samplesService(assets).bytes('../models/x')).rejects.toMatchObject({ code: 'bad-input' })
  })
})
