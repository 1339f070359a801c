import { mkdtemp, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { DeviceNews, DeviceQuestion } from '../../../../electron/ipc/contract.ts'
import { deviceCalls } from '../../../../electron/services/deviceCalls.ts'
import type { DevicesService, Prompts } from '../../../../electron/services/devices.ts'
import type { ModelsService } from '../../../../electron/services/models.ts'
import { type Keychain, secretsService } from '../../../../electron/services/secrets.ts'
import { temporaryFolder } from '../folder.ts'

const home = temporaryFolder()
const ownFolder = (): Promise<string> => mkdtemp(join(home, 'user-'))

/** Seals by turning every bit, so that what it seals is not what it was given. */
function keychain(isSafe = true): Keychain {
  const turned = (bytes: Uint8Array) => bytes.map((b) => b ^ 0xff)
  return {
    isSafe: () => isSafe,
    seal: (secret) => turned(new TextEncoder().encode(secret)),
    open: (sealed) => {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(turned(sealed))
      if (text === 'of another keychain') throw new Error('cannot be decrypted')
      return text
    },
  }
}

const allText = async (folder: string): Promise<string> =>
  (await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'latin1')))).join('\n')

describe('secrets of devices', () => {
  it('are kept sealed, opened again, and forgotten one by one or with their device', async () => {
    const folder = await ownFolder()
    const secrets = secretsService(folder, keychain())
    expect(secrets.canKeep()).toBe(true)
    await secrets.keep('pi@board', 'pi@board:22', 'correct horse')
    await secrets.keep('pi@board', '/home/me/.ssh/id', 'battery staple')
    await secrets.keep('pi@other', '/home/me/.ssh/id', 'third')
    expect(await secrets.get('pi@board', 'pi@board:22')).toBe('correct horse')
    expect(await secrets.get('pi@board', '/home/me/.ssh/id')).toBe('battery staple')
    expect(await allText(folder)).not.toMatch(/correct|battery|Y29ycmVjd/)
    await secrets.forget('pi@board', 'pi@board:22')
    expect(await secrets.get('pi@board', 'pi@board:22')).toBeUndefined()
    await secrets.forget('pi@board')
    expect(await secrets.get('pi@board', '/home/me/.ssh/id')).toBeUndefined()
    expect(await secrets.get('pi@other', '/home/me/.ssh/id')).toBe('third')
  })

  it('are not kept where the keychain is none, or one in name only', async () => {
    for (const chain of [undefined, keychain(false)]) {
      const folder = await ownFolder()
      const secrets = secretsService(folder, chain)
      expect(secrets.canKeep()).toBe(false)
      await secrets.keep('pi@board', 'x', 'plain')
      expect(await readdir(folder)).toEqual([])
      expect(await secrets.get('pi@board', 'x')).toBeUndefined()
    }
  })

  it('that can no longer be opened are forgotten', async () => {
    const folder = await ownFolder()
    const secrets = secretsService(folder, keychain())
    await secrets.keep('pi@board', 'x', 'of another keychain')
    expect(await secrets.get('pi@board', 'x')).toBeUndefined()
    expect(JSON.parse(await readFile(join(folder, 'secrets.json'), 'utf8'))).toEqual([])
  })
})

describe('a connection that asks', () => {
  /** Calls whose device asks as `asks` does, and every question that reached the page. */
  async function calls(chain: Keychain | undefined, asks: (prompts: Prompts) => Promise<void>) {
    const folder = await ownFolder()
    const entry = { id: 'pi@board', target: 'pi@board' }
    const devices = {
      find: async () => entry,
      remove: async () => undefined,
      probe: async (_target: unknown, { prompts }: { prompts: Prompts }) => asks(prompts),
    } as unknown as DevicesService
    const handlers = deviceCalls({ root: folder, devices, models: {} as ModelsService, secrets: secretsService(folder, chain) })
    const asked: Extract<DeviceQuestion['ask'], { about: 'secret' }>[] = []
    const probe = (secret: string, keep: boolean) => {
      const context = {
        signal: new AbortController().signal,
        progress: (news: DeviceNews) => {
          if (news.kind !== 'question' || news.ask.about !== 'secret') return
          asked.push(news.ask)
          void handlers['devices.answer'](context as never, news.id, { secret, keep })
        },
      }
      return handlers['devices.probe'](context as never, 'pi@board')
    }
    return { asked, probe, remove: () => handlers['devices.remove']({} as never, 'pi@board') }
  }

  it('asks once for what is kept, again once it was refused, and again when the device was removed', async () => {
    let right = 'first'
    const given: (string | undefined)[] = []
    const { asked, probe, remove } = await calls(keychain(), async (prompts) => {
      for (let failed = 0; failed < 3; failed++) {
        const secret = await prompts.secret({ kind: 'password', about: 'pi@board:22', text: 'Password for pi@board', echo: false, failed })
        given.push(secret)
        if (secret === right) return
      }
    })
    await probe('first', true)
    expect(asked.map((q) => q.keepable)).toEqual([true])
    await probe('first', true)
    expect(asked).toHaveLength(1)
    // The password of the device was changed.
    right = 'second'
    await probe('second', true)
    expect(asked).toHaveLength(2)
    expect(asked[1]?.failed).toBe(1)
    await probe('second', true)
    expect(asked).toHaveLength(2)
    expect(given).toEqual(['first', 'first', 'first', 'second', 'second'])
    await remove()
    await probe('second', false)
    await probe('second', false)
    expect(asked).toHaveLength(4)
  })

  it('never keeps the answer to a question of the device itself, nor offers to without a keychain', async () => {
    const code = (kind: 'answer' | 'password') => (prompts: Prompts) =>
      prompts.secret({ kind, about: 'pi@board:22', text: 'Code', echo: true, failed: 0 }).then(() => undefined)
    for (const [chain, kind] of [
      [keychain(), 'answer'],
      [undefined, 'password'],
    ] as const) {
      const { asked, probe } = await calls(chain, code(kind))
      await probe('123456', true)
      await probe('123456', true)
      expect(asked.map((q) => q.keepable)).toEqual([false, false])
    }
  })
})
