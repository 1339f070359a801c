/** Opening a model beside the one that is open, and what the state is once it takes that one's place. */
import type { CallOptions, EngineClient } from '../workers/client.ts'
import type { ModelHandle, ModelSource, ModelView, NetworkView, StageName } from '../workers/contract.ts'
import { isTimed } from './selectors.ts'
import type { ModelRef, State } from './state.ts'
import { NOTHING } from './viewSlice.ts'

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
): Promise<OpenedModel> {
  const handle: ModelHandle = `m${++handles}`
  const source = await sourceOf(signal)
  const model = await engine.call('open', { handle, source }, { signal, onProgress })
  const network = await engine.call('network', { handle, stage: stageOf() }, { signal, onProgress })
  return { ref, handle, model, network }
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
