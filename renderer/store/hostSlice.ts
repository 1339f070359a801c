/** The back end, settings, and files that come in from outside. */
import type { Api, Settings } from '../app/bridge.ts'
import { localeOf } from '../app/strings/index.ts'
import type { EngineClient } from '../workers/client.ts'
import { kindOfFile } from './fileKind.ts'
import { counted } from './pending.ts'
import { pickFile } from './pickFile.ts'
import type { HostSlice, Slice } from './state.ts'
import { fieldsOf } from './tasks.ts'

export const hostSlice =
  (engine: EngineClient): Slice<HostSlice> =>
  (set, get) => {
    const apply = ({ theme, language }: Settings) => set({ theme, language, locale: localeOf(language, navigator.languages) })
    const save = (change: Partial<Settings>) => {
      const { api, theme, language } = get()
      apply({ theme, language, ...change })
      void api?.call('settings.set', [change]).catch((error) => set({ hostError: fieldsOf(error) }))
    }
    const read = async (api: Api, file: { token: string; name: string }) => {
      try {
        const { name, bytes } = await counted(api.call('files.read', [file.token]))
        await get().takeFile(new Blob([bytes as BlobPart]), name)
      } catch (error) {
        set({ modelError: fieldsOf(error) })
      }
    }
    return {
      api: null,
      engine,
      info: null,
      hostError: null,
      theme: 'system',
      language: 'system',
      locale: localeOf('system', navigator.languages),

      async start(connect) {
        try {
          const api = await counted(connect())
          set({ api })
          api.on('settings.changed', apply)
          api.on('files.opened', (file) => void read(api, file))
          api.on('menu.command', (command) => {
            if (command === 'open') void get().chooseFile('any')
            if (command === 'keys') get().setDialog('keys')
            if (command === 'search') document.querySelector<HTMLInputElement>('input[type=search]')?.focus()
          })
          // Neither is needed for the first picture, so nobody waits for them.
          const known = counted(Promise.all([api.call('app.info', []), api.call('settings.get', [])]))
          void known.then(
            ([info, settings]) => {
              set({ info })
              apply(settings)
            },
            (error) => set({ hostError: fieldsOf(error) }),
          )
        } catch (error) {
          set({ hostError: fieldsOf(error) })
        }
      },

      setTheme: (theme) => save({ theme }),
      setLanguage: (language) => save({ language }),

      async chooseFile(kind) {
        const { api, info } = get()
        if (api && info?.dialogs) {
          try {
            const file = await api.call('files.open', [kind])
            if (file) await read(api, file)
          } catch (error) {
            set({ modelError: fieldsOf(error) })
          }
          return
        }
        const file = await pickFile(kind)
        if (file) await get().takeFile(file, file.name)
      },

      async takeFile(file, name) {
        if ((await kindOfFile(file, name)) === 'photo') await get().showPhoto(file, name)
        else await get().openModelFile(file, name)
      },
    }
  }
