/** The back end, settings, and files that come in from outside. */
import type { Api, Settings } from '../app/bridge.ts'
import { localeOf } from '../app/strings/index.ts'
import type { EngineClient } from '../workers/client.ts'
import { isTraceName } from './compareSlice.ts'
import { kindOfFile } from './fileKind.ts'
import { besideOf, together } from './filesTogether.ts'
import { beginGesture } from './historySlice.ts'
import type { Beside } from './openModel.ts'
import { counted } from './pending.ts'
import { pickFiles } from './pickFile.ts'
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
        const { file: blob, name } = await bytesOf(api, file.token)
        await get().takeFile(blob, name, besideOf(api, file.token))
      } catch (error) {
        set({ modelError: fieldsOf(error) })
      }
    }
    async function take(file: Blob, name: string, beside?: Beside): Promise<void> {
      const kind = await kindOfFile(file, name)
      // A trace is there to be compared; so is a model while two sides are.
      const isTrace = kind !== 'workspace' && isTraceName(name)
      if (isTrace && get().model) get().openCompare()
      if (get().screen === 'compare' && (kind === 'model' || isTrace)) return get().compareWithFile(file, name, beside)
      if (kind === 'photo') await get().showPhoto(file, name)
      else if (kind === 'workspace') await get().openWorkspace(file, name)
      else await get().openModelFile(file, name, beside)
    }
    /** A file that lies on disk is remembered by the back end, which alone knows where. */
    async function tokenOf(file: File): Promise<string | undefined> {
      const opened = await get()
        .api?.tokenForFile?.(file)
        .catch(() => null)
      if (opened) void get().loadRecents()
      return opened?.token
    }
    async function takeAll(files: readonly File[]): Promise<void> {
      const [first] = files
      const chosen = together(files)
      if (!first || !chosen) return
      const isForCompress = get().screen === 'compress' && (await kindOfFile(first, first.name)) === 'photo'
      if (isForCompress) return get().addCompressPhotos(files)
      const { file, name, beside } = chosen
      const token = tokenOf(file)
      await take(file, name, async (path) => {
        const [api, own] = [get().api, await token]
        return (await beside(path)) ?? (api && own !== undefined ? besideOf(api, own)(path) : null)
      })
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
            beginGesture()
            if (command === 'open') void get().chooseFile('any')
            if (command === 'save') void get().saveWorkspace()
            if (command === 'palette') get().setDialog('palette')
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
        const chosen = await get().askForFile(kind)
        if (chosen) await get().takeFile(chosen.file, chosen.name, chosen.beside)
      },

      async askForFile(kind) {
        const { api, info } = get()
        if (!api || !info?.dialogs) return pickFiles(kind).then(together)
        try {
          const opened = await api.call('files.open', [kind])
          return opened && { ...(await bytesOf(api, opened.token)), beside: besideOf(api, opened.token) }
        } catch (error) {
          set({ modelError: fieldsOf(error) })
          return null
        }
      },

      takeFile: (file, name, beside) => counted(take(file, name, beside)),

      takeFiles: (files) => counted(takeAll(files)),
    }
  }

async function bytesOf(api: Api, token: string): Promise<{ file: Blob; name: string }> {
  const { name, bytes } = await counted(api.call('files.read', [token]))
  return { file: new Blob([bytes as BlobPart]), name }
}
