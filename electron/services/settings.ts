/** Theme and language, kept in the user's data folder. */
import { join } from 'node:path'
import { type Settings, settingsSchema } from '../ipc/contract.ts'
import { jsonFile } from './jsonFile.ts'

const DEFAULTS: Settings = { theme: 'system', language: 'system' }

export interface SettingsService {
  get(): Promise<Settings>
  /** Sets the keys given and returns all. */
  set(patch: Partial<Settings>): Promise<Settings>
  onChange(listener: (settings: Settings) => void): void
}

export function settingsService(userData: string): SettingsService {
  const file = jsonFile(join(userData, 'settings.json'), settingsSchema, DEFAULTS)
  const listeners = new Set<(settings: Settings) => void>()
  return {
    get: () => file.read(),
    async set(patch) {
      // An undefined key in the patch must not erase a setting.
      const settings = await file.update((old) => ({ theme: patch.theme ?? old.theme, language: patch.language ?? old.language }))
      for (const listener of listeners) listener(settings)
      return settings
    },
    onChange: (listener) => void listeners.add(listener),
  }
}
