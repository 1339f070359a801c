/** The application's back end, made of its services; knows neither Electron nor HTTP. */
import { dirname } from 'node:path'
import { ZOO } from '../../engine/index.ts'
import type { AppInfo } from '../ipc/contract.ts'
import type { Handlers } from '../ipc/dispatch.ts'
import { deviceCalls } from './deviceCalls.ts'
import { connectDevice } from './deviceLink.ts'
import { devicePackages } from './devicePackages.ts'
import { devicesService } from './devices.ts'
import { type Dialogs, type FilesService, filesService } from './files.ts'
import { modelsService, type WeightsSource } from './models.ts'
import type { Fetch } from './network.ts'
import { samplesService } from './samples.ts'
import { type Keychain, secretsService } from './secrets.ts'
import { type SettingsService, settingsService } from './settings.ts'

export interface ServicesOptions {
  /** Folder of this user's data; made when first written to. */
  readonly userData: string
  /** The repository's `assets`. */
  readonly assets: string
  readonly version: string
  readonly shell: AppInfo['shell']
  readonly catalogue: readonly WeightsSource[]
  /** Absent where the page has to use its own. */
  readonly dialogs?: Dialogs
  /** Absent where there is none; secrets are then asked for each time. */
  readonly keychain?: Keychain
  readonly fetch?: Fetch
  /** Milliseconds without a byte after which a download counts as stalled. */
  readonly silenceMs?: number
}

export interface Services {
  readonly handlers: Handlers
  readonly files: FilesService
  readonly settings: SettingsService
}

const SILENCE_MS = 30_000

export function createServices(options: ServicesOptions): Services {
  const { userData, assets, version, shell, catalogue, dialogs } = options
  const fetchOption = options.fetch ?? ((url, init) => fetch(url, init))
  const models = modelsService({ assets, userData, catalogue, fetch: fetchOption, silenceMs: options.silenceMs ?? SILENCE_MS })
  const files = filesService(userData, dialogs, async ({ source, id }) =>
    source === 'zoo' ? ZOO.some((entry) => entry.id === id) : (await models.list()).some((model) => model.id === id && model.kind !== 'catalogue'),
  )
  const samples = samplesService(assets)
  const settings = settingsService(userData)
  const root = dirname(assets)
  const devices = devicesService({ userData, root, connect: connectDevice, packages: devicePackages(userData) })
  const info: AppInfo = { name: 'ShuffleScope', version, shell, platform: `${process.platform} ${process.arch}`, dialogs: dialogs !== undefined }

  const handlers: Handlers = {
    'app.info': () => info,
    'models.list': () => models.list(),
    'models.bytes': (_context, id) => models.bytes(id),
    'models.download': ({ signal, progress }, id) => models.download(id, signal, progress),
    'models.remove': (_context, id) => models.remove(id).then(() => null),
    'files.open': (_context, kind) => files.open(kind),
    'files.read': (_context, token) => files.read(token),
    'files.beside': (_context, token, path) => files.beside(token, path),
    'files.save': (_context, file) => files.save(file),
    'files.adopt': (_context, path) => files.adopt(path),
    'recents.list': () => files.recents(),
    'recents.add': (_context, model) => files.remember(model).then(() => null),
    'recents.clear': () => files.clearRecents().then(() => null),
    'samples.list': () => samples.list(),
    'samples.bytes': (_context, id) => samples.bytes(id),
    ...deviceCalls({ root, devices, models, secrets: secretsService(userData, options.keychain) }),
    'settings.get': () => settings.get(),
    'settings.set': (_context, patch) => settings.set(patch),
  }
  return { handlers, files, settings }
}
