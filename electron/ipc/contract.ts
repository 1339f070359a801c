/** The only place a channel is named: its argument schema, its result and its progress. Both shells and the page follow it. */
import { z } from 'zod'
import { conditionSchema, deviceSchema, MAX_FILE_BYTES, traceSchema } from '../../engine/index.ts'

/** Also the largest file that is read or written on behalf of the page. */
export { MAX_FILE_BYTES }

const bytes = z.instanceof(Uint8Array).refine((value) => value.byteLength <= MAX_FILE_BYTES, 'too many bytes')
const id = z.string().min(1).max(200)
const token = z.string().regex(/^[0-9a-f]{32}$/)
/** A file's own name, never a path. */
const name = z
  .string()
  .min(1)
  .max(255)
  .refine((value) => value !== '.' && value !== '..' && !hasControl(value) && !/[/\\]/.test(value), 'not a file name')

function hasControl(text: string): boolean {
  return [...text].some((character) => character.charCodeAt(0) < 32)
}

export const fileSchema = z.object({ name, bytes })
export const openedFileSchema = z.object({ token, name, size: z.number().int().min(0) })
/** A model that the back end or the engine has by its id. */
export const recentModelSchema = z.object({ source: z.enum(['host', 'zoo']), id, name: z.string().min(1).max(200) })
/** When it was last opened, ISO 8601; and whether it can be opened still: a file may be gone or its disk away. */
const lastOpened = { opened: z.string().max(40), present: z.boolean() }
export const recentSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('file'), token, name, ...lastOpened }),
  z.object({ kind: z.literal('model'), ...recentModelSchema.shape, ...lastOpened }),
])

export const appInfoSchema = z.object({
  name: z.string().max(100),
  version: z.string().max(50),
  shell: z.enum(['electron', 'browser']),
  /** Operating system and processor, e.g. "linux x64". */
  platform: z.string().max(100),
  /** Whether `files.open` and `files.save` show dialogs; without them the page uses its own file input and download. */
  dialogs: z.boolean(),
})

export const modelEntrySchema = z.object({
  id,
  /** For people. */
  name: z.string().min(1).max(200),
  kind: z.enum(['bundled', 'downloaded', 'catalogue']),
  /** Parameters and classes, where they are known before the file is read. */
  params: z.number().int().min(0).nullable(),
  classes: z.number().int().min(0).nullable(),
  /** Bytes on disk, or of the download where it is known. */
  size: z.number().int().min(0).nullable(),
  /** Bytes of an interrupted download that a new one continues from. */
  partial: z.number().int().min(0),
  /** Where the weights come from, in words. */
  source: z.string().max(2000).nullable(),
})

export const sampleSchema = z.object({
  id,
  title: z.string().min(1).max(200),
  /** What a classifier should call it; null where no bundled model knows it. */
  class: z.string().max(200).nullable(),
  author: z.string().min(1).max(300),
  /** Author and licence, as they must be shown. */
  credit: z.string().min(1).max(1000),
  licence: z.string().min(1).max(200),
  source: z.string().max(1000),
})

export const settingsSchema = z.object({
  theme: z.enum(['system', 'light', 'dark', 'contrast']),
  /** A BCP 47 tag, or "system". */
  language: z
    .string()
    .regex(/^(system|[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*)$/)
    .max(40),
})

/** Bytes so far, and of the whole where the server said. */
const progressSchema = z.object({ received: z.number().int().min(0), total: z.number().int().min(0).nullable() })

const control = (value: string): boolean => !hasControl(value)
export const deviceTargetSchema = z.object({
  /** `user@host:port`, or a name of ~/.ssh/config. */
  target: z.string().min(1).max(300).refine(control, 'control characters'),
  /** Paths on this computer; null: the usual ones. */
  identity: z.string().min(1).max(4096).refine(control, 'control characters').nullable(),
  knownHosts: z.string().min(1).max(4096).refine(control, 'control characters').nullable(),
})
export const deviceEntrySchema = deviceTargetSchema.extend({
  id: z.string().min(1).max(300),
  /** ISO 8601. */
  added: z.string().max(40),
  /** What the last probe found, and when. */
  device: deviceSchema.nullable(),
  probed: z.string().max(40).nullable(),
})
export const deviceBackendSchema = z.enum(['wasm', 'ort'])
export const profileRequestSchema = z.object({
  backends: z.array(deviceBackendSchema).min(1).max(2),
  threads: z.array(z.number().int().min(1).max(256)).min(1).max(64),
  warmup: z.number().int().min(0).max(100_000),
  runs: z.number().int().min(1).max(100_000),
  /** Runs for so many milliseconds in place of a number of runs. */
  budgetMs: z.number().min(0).max(7_200_000).nullable(),
  layerRuns: z.number().int().min(0).max(10_000),
  /** Milliseconds that runs go on after the rest. */
  sustainedMs: z.number().min(0).max(7_200_000).nullable(),
  /** CPUs that it is kept on. */
  pinned: z.array(z.number().int().min(0).max(4095)).min(1).max(4096).nullable(),
  precision: z.enum(['f32', 'int8']),
  /** A Node binary for the device, in place of the one from npm. */
  node: z.string().min(1).max(4096).nullable(),
})
const profileModelSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('host'), id }),
  z.object({ kind: z.literal('zoo'), id }),
  z.object({ kind: z.literal('file'), file: fileSchema }),
])
/** What a connection asks a person; answered by `devices.answer`. */
const questionSchema = z.object({
  kind: z.literal('question'),
  id: token,
  ask: z.discriminatedUnion('about', [
    z.object({
      about: z.literal('hostKey'),
      host: z.string().max(300),
      type: z.string().max(100),
      fingerprint: z.string().max(200),
      file: z.string().max(4096).nullable(),
    }),
    z.object({
      about: z.literal('secret'),
      secret: z.enum(['passphrase', 'password', 'answer']),
      text: z.string().max(1000),
      echo: z.boolean(),
      failed: z.number().int().min(0),
      /** Whether the system's keychain can keep it. */
      keepable: z.boolean(),
    }),
  ]),
})
/** Whether a host key is trusted, a secret, or null for no answer. */
const answerSchema = z.union([z.boolean(), z.object({ secret: z.string().max(10_000), keep: z.boolean() }), z.null()])
const deviceProgressSchema = z.object({
  kind: z.literal('progress'),
  phase: z.enum(['connecting', 'preparing', 'uploading', 'loading', 'warmup', 'runs', 'layers', 'sustained']),
  done: z.number().min(0),
  total: z.number().min(0),
  /** 0 while nothing runs. */
  threads: z.number().int().min(0),
  /** Degrees Celsius at the last look. */
  temperature: z.number().nullable(),
})
const deviceNewsSchema = z.discriminatedUnion('kind', [questionSchema, deviceProgressSchema])
export const storedTraceSchema = z.object({ id: z.string().min(1).max(250), trace: traceSchema })

export interface ChannelSpec {
  readonly args: z.ZodTuple
  readonly result: z.ZodType
  readonly progress?: z.ZodType
  /** Called by the preload script alone; not part of the page's api. */
  readonly internal?: true
}

export const CONTRACT = {
  'app.info': { args: z.tuple([]), result: appInfoSchema },
  'models.list': { args: z.tuple([]), result: z.array(modelEntrySchema) },
  'models.bytes': { args: z.tuple([id]), result: fileSchema },
  'models.download': { args: z.tuple([id]), result: modelEntrySchema, progress: progressSchema },
  'models.remove': { args: z.tuple([id]), result: z.null() },
  'files.open': { args: z.tuple([z.enum(['model', 'photo', 'workspace', 'any'])]), result: openedFileSchema.nullable() },
  'files.read': { args: z.tuple([token]), result: fileSchema },
  'files.beside': { args: z.tuple([token, z.string().min(1).max(1024)]), result: fileSchema.nullable() },
  'files.save': { args: z.tuple([fileSchema]), result: z.object({ name }).nullable() },
  'files.adopt': { args: z.tuple([z.string().min(1).max(4096)]), result: openedFileSchema, internal: true },
  'recents.list': { args: z.tuple([]), result: z.array(recentSchema) },
  'recents.add': { args: z.tuple([recentModelSchema]), result: z.null() },
  'recents.clear': { args: z.tuple([]), result: z.null() },
  'samples.list': { args: z.tuple([]), result: z.array(sampleSchema) },
  'samples.bytes': { args: z.tuple([id]), result: fileSchema },
  'devices.list': { args: z.tuple([]), result: z.array(deviceEntrySchema) },
  /** Names of the SSH configuration. */
  'devices.configured': { args: z.tuple([]), result: z.array(z.string().min(1).max(255)).max(500) },
  'devices.add': { args: z.tuple([deviceTargetSchema]), result: deviceEntrySchema },
  'devices.remove': { args: z.tuple([z.string().min(1).max(300)]), result: z.null() },
  'devices.probe': {
    args: z.tuple([z.string().min(1).max(300)]),
    result: z.object({ device: deviceSchema, condition: conditionSchema }),
    progress: deviceNewsSchema,
  },
  'devices.profile': {
    args: z.tuple([z.string().min(1).max(300), profileModelSchema, profileRequestSchema]),
    result: z.object({ traces: z.array(storedTraceSchema), sent: z.number().int().min(0) }),
    progress: deviceNewsSchema,
  },
  /** To a question of a call under way. */
  'devices.answer': { args: z.tuple([token, answerSchema]), result: z.null() },
  'traces.list': { args: z.tuple([]), result: z.array(storedTraceSchema) },
  'traces.remove': { args: z.tuple([z.string().min(1).max(250)]), result: z.null() },
  'settings.get': { args: z.tuple([]), result: settingsSchema },
  'settings.set': { args: z.tuple([settingsSchema.partial()]), result: settingsSchema },
} as const satisfies Record<string, ChannelSpec>

/** What the back end tells the page unasked. */
export const EVENTS = {
  'menu.command': z.enum(['open', 'save', 'search', 'keys', 'palette']),
  /** The operating system opened a file with the app (second instance, file manager). */
  'files.opened': openedFileSchema,
  'settings.changed': settingsSchema,
} as const satisfies Record<string, z.ZodType>

export type AnyChannel = keyof typeof CONTRACT
export type ArgsOf<C extends AnyChannel> = z.infer<(typeof CONTRACT)[C]['args']>
export type ResultOf<C extends AnyChannel> = z.infer<(typeof CONTRACT)[C]['result']>
export type ProgressOf<C extends AnyChannel> = (typeof CONTRACT)[C] extends { readonly progress: infer P extends z.ZodType } ? z.infer<P> : never
/** Channels that the page may call. */
export type Channel = { [C in AnyChannel]: (typeof CONTRACT)[C] extends { readonly internal: true } ? never : C }[AnyChannel]
export type EventName = keyof typeof EVENTS
export type EventOf<E extends EventName> = z.infer<(typeof EVENTS)[E]>

export type AppInfo = z.infer<typeof appInfoSchema>
export type ModelEntry = z.infer<typeof modelEntrySchema>
export type NamedBytes = z.infer<typeof fileSchema>
export type OpenedFile = z.infer<typeof openedFileSchema>
export type RecentModel = z.infer<typeof recentModelSchema>
export type Recent = z.infer<typeof recentSchema>
export type Sample = z.infer<typeof sampleSchema>
export type Settings = z.infer<typeof settingsSchema>
export type DownloadProgress = z.infer<typeof progressSchema>

export type DeviceTarget = z.infer<typeof deviceTargetSchema>
export type DeviceEntry = z.infer<typeof deviceEntrySchema>
export type DeviceBackend = z.infer<typeof deviceBackendSchema>
export type ProfileRequest = z.infer<typeof profileRequestSchema>
export type ProfileModel = z.infer<typeof profileModelSchema>
export type DeviceAnswer = z.infer<typeof answerSchema>
export type DeviceQuestion = z.infer<typeof questionSchema>
export type DeviceProgress = z.infer<typeof deviceProgressSchema>
export type DeviceNews = z.infer<typeof deviceNewsSchema>
export type StoredTrace = z.infer<typeof storedTraceSchema>

export interface CallOptions<C extends Channel> {
  /** Aborting it cancels the work in the back end; the promise rejects with a `cancelled` ScopeError. */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: ProgressOf<C>) => void
}

/** The back end as the page sees it, the same over Electron and over the local socket. Rejections are ScopeErrors. */
export interface Api {
  readonly shell: 'electron' | 'browser'
  call<C extends Channel>(channel: C, args: ArgsOf<C>, options?: CallOptions<C>): Promise<ResultOf<C>>
  /** Listens until the returned function is called. */
  on<E extends EventName>(event: E, listener: (value: EventOf<E>) => void): () => void
  /**
   * Token of a dropped or chosen file that lies on disk, for recents and re-opening; null for a file without a path.
   * Absent in the browser shell, where the page alone has the file.
   */
  readonly tokenForFile?: (file: File) => Promise<OpenedFile | null>
}
