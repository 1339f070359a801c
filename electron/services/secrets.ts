/** Secrets of devices that a person asked to keep, sealed by the system's keychain. Where there is none, nothing is kept. */
import { join } from 'node:path'
import { z } from 'zod'
import { jsonFile } from './jsonFile.ts'

export interface Keychain {
  /** Whether what it seals is safe from whoever reads the disk. */
  isSafe(): boolean
  seal(secret: string): Uint8Array
  /** Throws where another keychain has sealed it. */
  open(sealed: Uint8Array): string
}

export interface SecretsService {
  canKeep(): boolean
  /** Undefined where none is kept, or it can no longer be opened. `about`: the key file or the login that it belongs to. */
  get(device: string, about: string): Promise<string | undefined>
  /** Does nothing where nothing can be kept. */
  keep(device: string, about: string, secret: string): Promise<void>
  /** One secret of a device, or all of them. */
  forget(device: string, about?: string): Promise<void>
}

const storedSchema = z.array(z.object({ device: z.string().max(300), about: z.string().max(4096), sealed: z.base64().max(100_000) })).max(1000)

export function secretsService(userData: string, keychain?: Keychain): SecretsService {
  const file = jsonFile(join(userData, 'secrets.json'), storedSchema, [])

  async function forget(device: string, about?: string): Promise<void> {
    const isIt = (entry: { device: string; about: string }): boolean => entry.device === device && (about === undefined || entry.about === about)
    if ((await file.read()).some(isIt)) await file.update((all) => all.filter((entry) => !isIt(entry)))
  }

  return {
    canKeep: () => keychain?.isSafe() === true,
    async get(device, about) {
      const found = (await file.read()).find((entry) => entry.device === device && entry.about === about)
      if (!found || keychain?.isSafe() !== true) return undefined
      try {
        return keychain.open(Buffer.from(found.sealed, 'base64'))
      } catch {
        await forget(device, about)
        return undefined
      }
    },
    async keep(device, about, secret) {
      if (keychain?.isSafe() !== true) return
      const sealed = Buffer.from(keychain.seal(secret)).toString('base64')
      await file.update((all) => [...all.filter((entry) => entry.device !== device || entry.about !== about), { device, about, sealed }])
    },
    forget,
  }
}
