/** Opening a model beside the one that is open, and what the state is once it takes that one's place. */
import type { CallOptions, EngineClient } from '../workers/client.ts'
import type { FileAlong, ModelHandle, ModelSource, ModelView, NetworkView, StageName } from '../workers/contract/index.ts'
import { isTimed } from './selectors.ts'
import type { ModelRef, State } from './state.ts'
import { fieldsOf } from './tasks.ts'
import { NOTHING } from './viewSlice.ts'

/** Finds a file that another one needs, by its path from the other's folder. */
export type Beside = (path: string) => Promise<Blob | null>

/** As many files as one model may lie in. */
const MAX_ALONG = 64

export interface OpenedModel {
  readonly ref: ModelRef
  readonly handle: ModelHandle
  readonly model: ModelView
  readonly network: NetworkView
}

let handles = 0

/** The state is left as it is; whoever does not use the handle closes it. */
export async function loadModel(
  engine: EngineClient,
  ref: ModelRef,
  sourceOf: (signal: AbortSignal) => Promise<ModelSource>,
  stageOf: () => StageName,
  { signal, onProgress }: Required<CallOptions>,
  beside?: Beside,
): Promise<OpenedModel> {
  const handle: ModelHandle = `m${++handles}`
  const source = await sourceOf(signal)
  const { model, name } = await openWhole(engine, handle, source, beside, { signal, onProgress })
  const network = await engine.call('network', { handle, stage: stageOf() }, { signal, onProgress })
  return { ref: ref.kind === 'file' && name !== undefined ? { kind: 'file', name } : ref, handle, model, network }
}

/** A model that lies in several files is opened as one that holds them all, whose name is given then. */
export async function openWhole(
  engine: EngineClient,
  handle: ModelHandle,
  source: ModelSource,
  beside: Beside | undefined,
  options: CallOptions,
): Promise<{ readonly model: ModelView; readonly name?: string }> {
  try {
    return { model: await engine.call('open', { handle, source }, options) }
  } catch (error) {
    const joined = source.kind === 'file' && beside ? await joinFiles(engine, source, beside, error, options) : undefined
    if (!joined) throw error
    return { model: await engine.call('open', { handle, source: joined }, options), name: joined.name }
  }
}

type FileSource = Extract<ModelSource, { kind: 'file' }>

/** Undefined where no file is missing, or one that is cannot be found. */
async function joinFiles(
  engine: EngineClient,
  { file, name }: FileSource,
  beside: Beside,
  first: unknown,
  options: CallOptions,
): Promise<FileSource | undefined> {
  const along: FileAlong[] = []
  for (let error = first; along.length <= MAX_ALONG; ) {
    const { code, where } = fieldsOf(error)
    if (code !== 'missing-file' || where === undefined) return undefined
    along.push({ path: where, file: await beside(where) })
    try {
      const whole = await engine.call('join', { file, name, along }, options)
      return { kind: 'file', file: whole, name: `${name.replace(/\.\w+$/, '')}.safetensors` }
    } catch (thrown) {
      // With nothing found the first error says what is missing.
      if (fieldsOf(thrown).code !== 'missing-file') {
        if (along.some((a) => a.file)) throw thrown
        return undefined
      }
      error = thrown
    }
  }
  return undefined
}

export function openedState({ measureShown }: State, { ref, handle, model, network }: OpenedModel): Partial<State> {
  return {
    handle,
    model,
    network,
    modelRef: ref,
    stage: network.stage,
    unit: null,
    unitError: null,
    focus: null,
    selection: NOTHING,
    mapPlace: null,
    run: null,
    runError: null,
    profile: null,
    profileError: null,
    measureShown: isTimed(measureShown) || measureShown === 'device' ? 'macs' : measureShown,
    deviceTimes: null,
    compressError: null,
    layerErrorsError: null,
  }
}

/** A model of the back end's, by its id. */
export async function hostSource({ api }: State, id: string, signal: AbortSignal): Promise<ModelSource> {
  if (!api) throw { code: 'internal', what: 'Models', why: 'the back end is not connected', hint: 'Restart ShuffleScope' }
  const { name, bytes } = await api.call('models.bytes', [id], { signal })
  return { kind: 'bytes', name, bytes }
}
