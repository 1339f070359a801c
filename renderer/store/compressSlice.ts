/** Smaller variants of the open model: the photos that they are made and counted with, what was made, and what is shown of it. */

import { translator } from '../app/strings/index.ts'
import { exportName } from '../export/fileName.ts'
import type {
  AnswersView,
  ClockView,
  CompressChoice,
  CompressedView,
  GivenPhoto,
  LayerErrorView,
  ModelHandle,
  ModelSource,
  RunView,
  WeighedView,
} from '../workers/contract/index.ts'
import { MOST_PHOTOS } from '../workers/contract/index.ts'
import { classFolderOf, photosAmong } from './photoFiles.ts'
import { saveFile } from './saveFile.ts'
import type { ModelRef, PhotoFile, Slice, State, Task } from './state.ts'
import { cancelTask, fieldsOf, runTask } from './tasks.ts'
import { threads } from './threads.ts'

/** What the variants are placed by, against agreement. */
export const COMPRESS_AXES = ['size', 'ms', 'macs'] as const
export type CompressAxis = (typeof COMPRESS_AXES)[number]

/** What costs are placed against; accuracy only where classes of photos are known. */
export const COMPRESS_QUALITIES = ['agreement', 'accuracy'] as const
export type CompressQuality = (typeof COMPRESS_QUALITIES)[number]

export interface CompressPhoto extends GivenPhoto {
  /** An object URL. */
  readonly url: string
  /** Id and credit of the sample that it is; null for a photo of the user's own. */
  readonly sample: { readonly id: string; readonly credit: string } | null
}

/** What is known of a model of the table. */
export interface Measured {
  readonly weighed: WeighedView
  readonly clock: ClockView
  /** On `photos`; null where the model gives no classes. */
  readonly answers: { readonly photos: readonly CompressPhoto[]; readonly view: AnswersView } | null
}

export interface Variant extends Measured {
  /** The same choice has the same key. */
  readonly key: string
  readonly handle: ModelHandle
  readonly choice: CompressChoice
  /** Id in its bundle. */
  readonly id: string
  readonly bundle: Blob
  /** Photos that its ranges are from. */
  readonly calibrated: number
  readonly factors: CompressedView['factors']
}

/** A model with the variants made of it, and the way back to it. */
export interface Compression {
  readonly ref: ModelRef
  readonly title: string
  readonly source: ModelSource | null
  readonly original: Measured
  readonly variants: readonly Variant[]
}

export interface CompressSettings {
  readonly prune: boolean
  readonly amount: number
  readonly scope: 'global' | 'layer'
  readonly int8: boolean
  readonly range: 'mse' | 'percentile' | 'minmax'
}

export interface CompressSlice {
  readonly compressSettings: CompressSettings
  readonly compressAxis: CompressAxis
  readonly compressQuality: CompressQuality
  /** The user's own; null: the samples. */
  readonly compressOwn: readonly CompressPhoto[] | null
  /** Variants by their model, whichever is open. */
  readonly compressions: Readonly<Record<string, Compression>>
  /** Key of the variant that is looked at. */
  readonly variantShown: string | null
  readonly compressTask: Task | null
  readonly compressError: State['modelError']
  readonly layerErrors: { readonly variant: Variant; readonly photo: Blob; readonly list: readonly LayerErrorView[] } | null
  readonly layerErrorsTask: Task | null
  readonly layerErrorsError: State['modelError']
  readonly variantRun: { readonly variant: Variant; readonly photo: PhotoFile; readonly view: RunView } | null
  readonly variantRunTask: Task | null
  setCompressSettings(settings: Partial<CompressSettings>): void
  setCompressAxis(axis: CompressAxis): void
  setCompressQuality(quality: CompressQuality): void
  showVariant(key: string): void
  /** Adds the photos among files to the user's own; the models' answers on them are counted at once. */
  addCompressPhotos(files: readonly File[]): Promise<void>
  useSamples(): Promise<void>
  makeVariant(): Promise<void>
  /** Measures the latency of the original and of all variants again, one after the other. */
  clockAgain(): Promise<void>
  removeVariant(key: string): void
  /** Errors of both are in `compressError`. */
  saveVariant(key: string): Promise<void>
  openVariant(key: string): Promise<void>
  /** Opens the model that the open one was made from. */
  openOriginal(compression: Compression): Promise<void>
  /** What the variant that is shown makes of the photo: errors by layer, and its answer. */
  loadVariantPhoto(): Promise<void>
}

const START: CompressSettings = { prune: false, amount: 0.3, scope: 'global', int8: true, range: 'mse' }

export const initialCompress = {
  compressSettings: START,
  compressAxis: 'size',
  compressQuality: 'agreement',
  compressOwn: null,
  compressions: {},
  variantShown: null,
  compressTask: null,
  compressError: null,
  layerErrors: null,
  layerErrorsTask: null,
  layerErrorsError: null,
  variantRun: null,
  variantRunTask: null,
} as const satisfies Partial<State>

let variants = 0

/** Where another model takes the place of the open one: what is under way was for that one. */
export function stopCompressing(): void {
  for (const kind of ['compress', 'variantRun', 'layerErrors']) cancelTask(kind)
}

/** The model that variants belong to, however often it is opened. */
export function compressionKey({ modelRef, model }: Pick<State, 'modelRef' | 'model'>): string | null {
  if (!modelRef || !model) return null
  return [modelRef.kind, modelRef.kind === 'file' ? modelRef.name : modelRef.id, model.id, model.params].join('|')
}

export function compressionOf(state: Pick<State, 'modelRef' | 'model' | 'compressions'>): Compression | null {
  const key = compressionKey(state)
  return key === null ? null : (state.compressions[key] ?? null)
}

/** The variant that is looked at: the one that was chosen, else the last that was made. */
export function variantOf(state: Pick<State, 'modelRef' | 'model' | 'compressions' | 'variantShown'>): Variant | null {
  const made = compressionOf(state)?.variants ?? []
  return made.find((v) => v.key === state.variantShown) ?? made.at(-1) ?? null
}

/** "pruned-30-global", "int8-mse", or both with a plus sign. */
export function variantKey({ prune, range }: CompressChoice): string {
  const parts = [prune && `pruned-${Math.round(100 * prune.amount)}-${prune.scope}`, range !== null && `int8-${range}`]
  return parts.filter(Boolean).join('+')
}

export function choiceOf({ prune, amount, scope, int8, range }: CompressSettings): CompressChoice {
  return { prune: prune ? { amount, scope } : null, range: int8 ? range : null }
}

/** Kept, so that the same samples are the same photos. */
let asPhotos: readonly CompressPhoto[] = []

/** The photos that variants are made and counted with. Of the samples those that are loaded. */
export function compressPhotosOf({
  compressOwn,
  samples,
  sampleFiles,
}: Pick<State, 'compressOwn' | 'samples' | 'sampleFiles'>): readonly CompressPhoto[] {
  if (compressOwn) return compressOwn
  const list = samples.flatMap(({ id, title, credit, class: label }): CompressPhoto[] => {
    const loaded = sampleFiles[id]
    return loaded ? [{ ...loaded, name: title, label, sample: { id, credit } }] : []
  })
  const isSame = list.length === asPhotos.length && list.every((p, i) => p.file === asPhotos[i]?.file)
  if (!isSame) asPhotos = list
  return asPhotos
}

/** The worker is sent what it needs and no more. */
const given = (photos: readonly CompressPhoto[]): GivenPhoto[] => photos.map(({ file, name, label }) => ({ file, name, label }))

export const compressSlice: Slice<CompressSlice> = (set, get) => {
  const update = (key: string, change: (compression: Compression) => Compression) =>
    set(({ compressions }) => {
      const known = compressions[key]
      return known ? { compressions: { ...compressions, [key]: change(known) } } : {}
    })

  const answersOf = async (
    handle: ModelHandle,
    photos: readonly CompressPhoto[],
    options: Parameters<State['engine']['call']>[2],
  ): Promise<Measured['answers']> => {
    if (photos.length === 0) return null
    const view = await get().engine.call('answers', { handle, photos: given(photos), threads: threads() }, options)
    return view && { photos, view }
  }

  const clockOf = (handle: ModelHandle, options: Parameters<State['engine']['call']>[2]) =>
    get().engine.call('clock', { handle, threads: threads() }, options)

  /** Counts anew for all models of the table where the photos are others. */
  const countAgain = async (): Promise<void> => {
    const { handle } = get()
    const key = compressionKey(get())
    const compression = compressionOf(get())
    const photos = compressPhotosOf(get())
    if (!handle || key === null || !compression || compression.original.answers?.photos === photos) return
    const outcome = await runTask(
      'compress',
      (compressTask) => set({ compressTask }),
      async (options) => {
        const original = await answersOf(handle, photos, options)
        const found = new Map<string, Measured['answers']>()
        for (const v of compression.variants) found.set(v.key, await answersOf(v.handle, photos, options))
        return { original, found }
      },
    )
    if (!outcome.ok) return set({ compressError: outcome.error })
    const { original, found } = outcome.value
    update(key, (c) => ({
      ...c,
      original: { ...c.original, answers: original },
      variants: c.variants.map((v) => ({ ...v, answers: found.get(v.key) ?? null })),
    }))
  }

  return {
    ...initialCompress,

    setCompressSettings: (change) => set(({ compressSettings }) => ({ compressSettings: { ...compressSettings, ...change } })),
    setCompressAxis: (compressAxis) => set({ compressAxis }),
    setCompressQuality: (compressQuality) => set({ compressQuality }),
    showVariant: (variantShown) => set({ variantShown }),

    async addCompressPhotos(files) {
      const own = get().compressOwn ?? []
      const found = await photosAmong(files)
      const room = Math.max(0, MOST_PHOTOS - own.length)
      set({ compressError: null })
      if (found.length === 0 || room === 0) {
        const why = found.length === 0 ? 'there is no photo among them' : `there are ${MOST_PHOTOS} photos already, and more are not used`
        return set({ compressError: { code: 'bad-input', what: 'Photos', why, hint: 'Choose PNG, JPEG, WebP, GIF, BMP or AVIF files' } })
      }
      const added = found
        .slice(0, room)
        .map((file): CompressPhoto => ({ file, name: file.name, url: URL.createObjectURL(file), label: classFolderOf(file), sample: null }))
      set({ compressOwn: [...own, ...added] })
      await countAgain()
    },

    async useSamples() {
      for (const { url } of get().compressOwn ?? []) URL.revokeObjectURL(url)
      set({ compressOwn: null, compressError: null })
      await get().loadSamples()
      await countAgain()
    },

    async makeVariant() {
      const { handle, engine, model, modelRef, compressSettings } = get()
      const key = compressionKey(get())
      if (!handle || !model || !modelRef || key === null) return
      const choice = choiceOf(compressSettings)
      set({ compressError: null })
      const before = compressionOf(get())
      const outcome = await runTask(
        'compress',
        (compressTask) => set({ compressTask }),
        async (options) => {
          if (model.takesPhotos && !get().compressOwn) await get().loadSamples()
          const photos = compressPhotosOf(get())
          const view = await engine.call('compress', { handle, photos: given(photos), choice, threads: threads() }, options)
          const bundle = new Blob([view.bundle as BlobPart])
          const own: ModelHandle = `v${++variants}`
          await engine.call('open', { handle: own, source: { kind: 'file', file: bundle, name: `${view.id}.safetensors` } }, options)
          try {
            const counted = before?.original.answers
            const answers = {
              original: counted?.photos === photos ? counted : await answersOf(handle, photos, options),
              own: await answersOf(own, photos, options),
            }
            const weighed = await engine.call('weigh', { handle: own }, options)
            // Times come last, when what calibration left behind is gone from memory; those of the original are of the same minute as the first variant's.
            const clock = await clockOf(own, options)
            const original: Measured = {
              weighed: before?.original.weighed ?? (await engine.call('weigh', { handle }, options)),
              clock: before?.original.clock ?? (await clockOf(handle, options)),
              answers: answers.original,
            }
            const made: Variant = {
              weighed,
              clock,
              answers: answers.own,
              key: variantKey(choice),
              handle: own,
              choice,
              id: view.id,
              bundle,
              calibrated: view.photos,
              factors: view.factors,
            }
            return { original, made, photos }
          } catch (error) {
            void engine.call('close', { handle: own })
            throw error
          }
        },
        { step: 'planning' },
      )
      if (!outcome.ok) return set({ compressError: outcome.error })
      const { original, made, photos } = outcome.value
      const others = (get().compressions[key] ?? before)?.variants.filter((v) => v.key !== made.key) ?? []
      const replaced = before?.variants.find((v) => v.key === made.key)
      if (replaced) void engine.call('close', { handle: replaced.handle })
      const compression: Compression = {
        ref: modelRef,
        title: model.title,
        source: engine.sourceOf(handle) ?? null,
        original,
        variants: [...others, made],
      }
      set(({ compressions }) => ({ compressions: { ...compressions, [key]: compression }, variantShown: made.key }))
      const [first] = photos
      if (!get().photo && first && get().handle === handle)
        await get().showPhoto(first.file, first.name, first.sample?.credit ?? null, first.sample?.id ?? null)
    },

    async clockAgain() {
      const { handle } = get()
      const key = compressionKey(get())
      const compression = compressionOf(get())
      if (!handle || key === null || !compression) return
      set({ compressError: null })
      const outcome = await runTask(
        'compress',
        (compressTask) => set({ compressTask }),
        async (options) => {
          const found = new Map<ModelHandle, ClockView>()
          for (const h of [handle, ...compression.variants.map((v) => v.handle)]) found.set(h, await clockOf(h, options))
          return found
        },
      )
      if (!outcome.ok) return set({ compressError: outcome.error })
      const clocks = outcome.value
      update(key, (c) => ({
        ...c,
        original: { ...c.original, clock: clocks.get(handle) ?? c.original.clock },
        variants: c.variants.map((v) => ({ ...v, clock: clocks.get(v.handle) ?? v.clock })),
      }))
    },

    removeVariant(key) {
      const model = compressionKey(get())
      const variant = compressionOf(get())?.variants.find((v) => v.key === key)
      if (model === null || !variant) return
      void get().engine.call('close', { handle: variant.handle })
      update(model, (c) => ({ ...c, variants: c.variants.filter((v) => v !== variant) }))
      if (get().variantShown === key) set({ variantShown: null })
    },

    async saveVariant(key) {
      const variant = compressionOf(get())?.variants.find((v) => v.key === key)
      if (!variant) return
      set({ compressError: null })
      try {
        const { say, locale } = get()
        const saved = await saveFile(get(), {
          name: exportName(null, variant.id, 'safetensors'),
          type: 'application/octet-stream',
          content: variant.bundle,
        })
        if (saved !== null) say(translator(locale)('export.saved', { name: saved }))
      } catch (error) {
        set({ compressError: fieldsOf(error) })
      }
    },

    async openVariant(key) {
      const variant = compressionOf(get())?.variants.find((v) => v.key === key)
      if (variant) await get().openModelFile(variant.bundle, `${variant.id}.safetensors`)
    },

    async openOriginal({ ref, source }) {
      if (ref.kind === 'host') await get().openHostModel(ref.id)
      else if (ref.kind === 'zoo') await get().openZooModel(ref.id)
      else if (source?.kind === 'file') await get().openModelFile(source.file, ref.name)
    },

    async loadVariantPhoto() {
      const { handle, engine, photo, layerErrors, variantRun } = get()
      const variant = variantOf(get())
      if (!handle || !photo || !variant) return
      if (layerErrors?.variant === variant && layerErrors.photo === photo.file) return
      set({ layerErrorsError: null })
      const isWanted = () => get().handle === handle && get().photo === photo && variantOf(get()) === variant
      // One photo takes no time: a variant that is looked at keeps no threads.
      const call = { photo: photo.file, name: photo.name, threads: 1 }
      if (variantRun?.variant !== variant || variantRun.photo !== photo) {
        const ran = await runTask(
          'variantRun',
          (variantRunTask) => set({ variantRunTask }),
          (options) => engine.call('run', { handle: variant.handle, ...call }, options),
        )
        if (!isWanted()) return
        if (ran.ok) set({ variantRun: { variant, photo, view: ran.value } })
        else return set({ layerErrorsError: ran.error })
      }
      const outcome = await runTask(
        'layerErrors',
        (layerErrorsTask) => set({ layerErrorsTask }),
        (options) => engine.call('layerErrors', { handle, other: variant.handle, factors: variant.factors, ...call }, options),
      )
      if (!isWanted()) return
      if (outcome.ok) set({ layerErrors: { variant, photo: photo.file, list: outcome.value } })
      else set({ layerErrorsError: outcome.error })
    },
  }
}
