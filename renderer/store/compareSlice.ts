/** Comparing the open model (side a) with another model, with itself without shuffles, or with a run from a file (side b). */

import type { Alignment, ErrorFields } from '../../engine/index.ts'
import type { ModelSource, ModelView, NetworkView, ProfileView, RunView, StageName, TraceFileView } from '../workers/contract/index.ts'
import { type Beside, hostSource, openWhole } from './openModel.ts'
import { counted } from './pending.ts'
import { saveFile } from './saveFile.ts'
import type { ModelRef, PhotoFile, Screen, Slice, State, Task } from './state.ts'
import { fieldsOf, runTask } from './tasks.ts'
import { threads } from './threads.ts'

/** What side b is, as far as the page can name it. */
export type CompareRef = ModelRef | { readonly kind: 'noShuffle' } | { readonly kind: 'trace'; readonly name: string }

export interface CompareSide {
  readonly ref: CompareRef
  /** Of side b in the worker; side a's own where a trace of the open model is compared with it. */
  readonly handle: string
  /** The open model that this side was made from; null where it stands alone. */
  readonly of: string | null
  readonly model: ModelView
  readonly trace: TraceFileView | null
}

export interface Comparison {
  /** Of the open model. */
  readonly handle: string
  readonly stage: StageName
  readonly side: CompareSide
  readonly a: NetworkView
  readonly b: NetworkView
  readonly alignment: Alignment
}

export interface CompareSlice {
  /** The screen that closing returns to. */
  readonly compareFrom: Screen
  readonly compareSide: CompareSide | null
  readonly comparison: Comparison | null
  readonly compareTask: Task | null
  readonly compareError: ErrorFields | null
  /** Answer of side b on the photo. */
  readonly compareRun: { readonly side: CompareSide; readonly photo: PhotoFile; readonly view: RunView } | null
  readonly compareRunTask: Task | null
  readonly compareRunError: ErrorFields | null
  readonly compareProfile: { readonly side: CompareSide; readonly view: ProfileView } | null
  /** While both sides are timed, the one that it is about. */
  readonly compareTiming: { readonly task: Task; readonly side: 'a' | 'b' } | null
  readonly compareTimingError: ErrorFields | null
  openCompare(): void
  closeCompare(): void
  compareWithHost(id: string): Promise<void>
  compareWithZoo(id: string): Promise<void>
  /** A model, or a trace where it is named so: .json, or the text that another engine writes. */
  compareWithFile(file: Blob, name: string, beside?: Beside): Promise<void>
  compareWithoutShuffle(): Promise<void>
  stopComparing(): void
  /** Aligns both sides at the stage that is shown, where that is not done yet. */
  loadComparison(): Promise<void>
  runCompared(): Promise<void>
  measureBoth(): Promise<void>
  /** Saves the last timing of the open model as a file that can be compared with elsewhere. */
  saveTrace(): Promise<void>
}

export const initialCompare = {
  compareFrom: 'explore',
  compareSide: null,
  comparison: null,
  compareTask: null,
  compareError: null,
  compareRun: null,
  compareRunTask: null,
  compareRunError: null,
  compareProfile: null,
  compareTiming: null,
  compareTimingError: null,
} as const satisfies Partial<State>

const FRESH = {
  comparison: null,
  compareError: null,
  compareRun: null,
  compareRunError: null,
  compareProfile: null,
  compareTimingError: null,
} as const satisfies Partial<State>

let handles = 0

/** Of a trace, or of another engine's profile. Workspaces are JSON too, and have a name of their own. */
export function isTraceName(name: string): boolean {
  return /\.(json|csv|txt|log)$/i.test(name)
}

export const compareSlice: Slice<CompareSlice> = (set, get) => {
  const closeSide = (side: CompareSide | null) => {
    if (side && side.handle !== side.of) void get().engine.call('close', { handle: side.handle })
  }
  /** Opens side b of the model behind `source`; `file` is a trace to read for it. */
  const open = async (
    ref: CompareRef,
    of: string | null,
    sourceOf: (signal: AbortSignal) => Promise<ModelSource>,
    file?: Blob,
    beside?: Beside,
  ): Promise<void> => {
    const handle = `c${++handles}`
    set({ compareError: null, dialog: null })
    const outcome = await runTask(
      'compare',
      (compareTask) => set({ compareTask }),
      async (options): Promise<CompareSide> => {
        const { engine } = get()
        const { model } = await openWhole(engine, handle, await sourceOf(options.signal), beside, options)
        const trace = file && ref.kind === 'trace' ? await engine.call('readTrace', { handle, file, name: ref.name }, options) : null
        if (trace && !trace.fits) throw misfit(trace, model)
        return { ref, handle, of, model, trace }
      },
      { step: 'opening' },
    )
    if (outcome.ok) await take(outcome.value)
    else {
      void get().engine.call('close', { handle })
      set({ compareError: outcome.error })
    }
  }
  const take = async (side: CompareSide) => {
    closeSide(get().compareSide)
    set({ ...FRESH, compareSide: side, dialog: null })
    await get().loadComparison()
  }
  const compareTrace = async (file: Blob, name: string): Promise<void> => {
    const { handle, model } = get()
    if (!handle || !model) return
    set({ compareError: null, dialog: null })
    const outcome = await runTask(
      'compare',
      (compareTask) => set({ compareTask }),
      (options) => get().engine.call('readTrace', { handle, file, name }, options),
      { step: 'reading' },
    )
    if (!outcome.ok) return set({ compareError: outcome.error })
    const trace = outcome.value
    const ref: CompareRef = { kind: 'trace', name }
    if (trace.fits) return take({ ref, handle, of: handle, model, trace })
    // A run of another model is compared by that model, where it can be had.
    const { zoo, entries } = get()
    const id = trace.model
    if (entries?.some((e) => e.id === id && e.kind !== 'catalogue')) return open(ref, null, (signal) => hostSource(get(), id, signal), file)
    if (zoo.some((z) => z.id === id)) return open(ref, null, () => Promise.resolve({ kind: 'zoo', id }), file)
    set({ compareError: misfit(trace, model) })
  }

  return {
    ...initialCompare,

    openCompare: () => set(({ screen, compareFrom }) => ({ screen: 'compare', compareFrom: screen === 'compare' ? compareFrom : screen })),
    closeCompare: () => set(({ compareFrom }) => ({ screen: compareFrom })),

    compareWithHost: (id) => open({ kind: 'host', id }, null, (signal) => hostSource(get(), id, signal)),
    compareWithZoo: (id) => open({ kind: 'zoo', id }, null, () => Promise.resolve({ kind: 'zoo', id })),

    async compareWithFile(file, name, beside) {
      if (isTraceName(name)) await compareTrace(file, name)
      else await open({ kind: 'file', name }, null, () => Promise.resolve({ kind: 'file', file, name }), undefined, beside)
    },

    async compareWithoutShuffle() {
      const { handle, engine } = get()
      const source = handle && engine.sourceOf(handle)
      if (source) await open({ kind: 'noShuffle' }, handle, () => Promise.resolve({ kind: 'noShuffle', of: source }))
    },

    stopComparing() {
      closeSide(get().compareSide)
      set({ ...FRESH, compareSide: null })
    },

    async loadComparison() {
      const { handle, network, compareSide: side, comparison, engine, stage: shown } = get()
      // A plan's steps are shown by the nodes of the fused graph that they compute.
      const stage = shown === 'planned' ? 'fused' : shown
      if (!handle || !network || !side) return
      if (side.of !== null && side.of !== handle) {
        if (side.ref.kind === 'noShuffle') return get().compareWithoutShuffle()
        return get().stopComparing()
      }
      if (comparison?.handle === handle && comparison.stage === stage && comparison.side === side) return get().runCompared()
      set({ compareError: null })
      const outcome = await runTask(
        'compare',
        (compareTask) => set({ compareTask }),
        async (options): Promise<Comparison> => {
          const a = network.stage === stage ? network : await engine.call('network', { handle, stage }, options)
          const b = side.handle === handle ? a : await engine.call('network', { handle: side.handle, stage }, options)
          const alignment = await engine.call('align', { handle, other: side.handle, stage }, options)
          return { handle, stage, side, a, b, alignment }
        },
        { step: 'aligning' },
      )
      if (get().handle !== handle || get().compareSide !== side) return
      if (!outcome.ok) return set({ compareError: outcome.error })
      set({ comparison: outcome.value })
      await get().runCompared()
    },

    async runCompared() {
      const { photo, engine, handle, compareSide: side, compareRun } = get()
      if (!photo || !side?.model.takesPhotos || side.handle === handle) return
      if (compareRun?.side === side && compareRun.photo === photo) return
      set({ compareRunError: null })
      const outcome = await runTask(
        'compareRun',
        (compareRunTask) => set({ compareRunTask }),
        (options) => engine.call('run', { handle: side.handle, photo: photo.file, name: photo.name, threads: threads() }, options),
      )
      if (get().compareSide !== side || get().photo !== photo) return
      if (outcome.ok) set({ compareRun: { side, photo, view: outcome.value } })
      else set({ compareRunError: outcome.error })
    },

    async measureBoth() {
      const { handle, engine, compareSide: side } = get()
      if (!handle || !side) return
      const time = (of: 'a' | 'b', own: string) =>
        runTask(
          'compareTiming',
          (task) => set({ compareTiming: task && { task, side: of } }),
          (options) => engine.call('profile', { handle: own, threads: threads() }, options),
        )
      set({ compareTimingError: null })
      const a = await time('a', handle)
      if (get().handle !== handle || get().compareSide !== side) return
      if (!a.ok) return set({ compareTimingError: a.error })
      set({ profile: a.value })
      // The other side of a trace has been timed where it ran.
      if (side.trace) return
      const b = await time('b', side.handle)
      if (get().compareSide !== side) return
      if (b.ok) set({ compareProfile: { side, view: b.value } })
      else set({ compareTimingError: b.error })
    },

    async saveTrace() {
      const { handle, engine, model } = get()
      if (!handle || !model) return
      set({ compareTimingError: null })
      try {
        const trace = await counted(engine.call('runTrace', { handle }))
        await saveFile(get(), { name: `${model.id}-trace.json`, type: 'application/json', content: `${JSON.stringify(trace)}\n` })
      } catch (error) {
        set({ compareTimingError: fieldsOf(error) })
      }
    },
  }
}

function misfit({ name, model, steps, foreign, imported }: TraceFileView, open: ModelView): ErrorFields {
  if (imported)
    return {
      code: 'bad-input',
      what: `Trace "${name}"`,
      why: `${foreign} of its ${steps} steps, and ${Math.round(100 * (1 - imported.mapped))} % of its time, belong to no layer of ${open.title}`,
      hint: `Open the very file that ${imported.title} ran, or choose a profile of ${open.title}`,
    }
  return {
    code: 'bad-input',
    what: `Trace "${name}"`,
    why:
      foreign > 0
        ? `it is of "${model}", and ${foreign} of its ${steps} steps name layers that ${open.title} does not have`
        : `it is of "${model}", and ${open.title} is another model`,
    hint: `Open "${model}" first, or choose a trace of ${open.title}`,
  }
}
