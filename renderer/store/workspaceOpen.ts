/** Opens everything that a workspace file names, beside what is open now: whoever called takes all of it, or none. */
import { badInput, type ErrorFields } from '../../engine/index.ts'
import type { CallOptions } from '../workers/client.ts'
import type { ModelSource, RunView } from '../workers/contract/index.ts'
import { sha256Of } from './base64.ts'
import { hostSource, loadModel, type OpenedModel } from './openModel.ts'
import type { ModelRef, PhotoFile, State } from './state.ts'
import { threads } from './threads.ts'
import type { ViewState } from './viewState.ts'
import { MAX_WORKSPACE_BYTES, readWorkspace, type WorkspaceModel, type WorkspacePhoto } from './workspaceFile.ts'

export interface OpenedWorkspace {
  readonly opened: OpenedModel
  readonly photo: Omit<PhotoFile, 'url'> | null
  readonly run: RunView | null
  readonly view: ViewState
}

/** The file names a model that it does not hold, and that was not given or is another one. */
export interface WantedModel {
  readonly wants: string
  readonly error: ErrorFields
}

/** `given`: a file that may be the model. Throws ScopeError, or ScopeError's fields, where any of it cannot be had. */
export async function prepareWorkspace(
  state: State,
  file: Blob,
  name: string,
  given: Blob | undefined,
  options: Required<CallOptions>,
): Promise<OpenedWorkspace | WantedModel> {
  if (file.size > MAX_WORKSPACE_BYTES) throw badInput(name, 'it is larger than any workspace', 'Save the workspace again, without its model')
  const { model, photo: saved, view } = readWorkspace(await file.text(), name)
  const source = await sourceFor(state, model, given, options.signal)
  if (!source) return wanted(name, model, given !== undefined)
  const photo = await photoFor(state, saved, name)
  const { engine } = state
  const opened = await loadModel(
    engine,
    refOf(model),
    () => Promise.resolve(source),
    () => view.stage,
    options,
  )
  const { handle } = opened
  try {
    if (!photo || !opened.model.takesPhotos) return { opened, photo, run: null, view }
    return { opened, photo, view, run: await engine.call('run', { handle, photo: photo.file, name: photo.name, threads: threads() }, options) }
  } catch (error) {
    void engine.call('close', { handle })
    throw error
  }
}

function refOf(model: WorkspaceModel): ModelRef {
  return model.kind === 'file' ? { kind: 'file', name: model.name } : model
}

/** Null where the model is a file that nobody has. */
async function sourceFor(state: State, model: WorkspaceModel, given: Blob | undefined, signal: AbortSignal): Promise<ModelSource | null> {
  if (model.kind === 'host') return hostSource(state, model.id, signal)
  if (model.kind === 'zoo') return { kind: 'zoo', id: model.id }
  const { name, sha256 } = model
  if (model.bytes) {
    if ((await sha256Of(model.bytes)) !== sha256) throw badInput(name, 'its bytes in the workspace are not those it was saved with', 'Save it again')
    return { kind: 'file', file: new Blob([model.bytes]), name }
  }
  const open = state.handle === null ? undefined : state.engine.sourceOf(state.handle)
  for (const file of [given, open?.kind === 'file' ? open.file : undefined])
    if (file && (await isSame(file, sha256))) return { kind: 'file', file, name }
  return recentSource(state, name, sha256)
}

/** A file of the same name that was opened before, where the back end still has it. */
async function recentSource({ api, recents }: State, name: string, sha256: string): Promise<ModelSource | null> {
  for (const recent of recents) {
    if (!api || recent.kind !== 'file' || !recent.present || recent.name !== name) continue
    const found = await api.call('files.read', [recent.token]).catch(() => null)
    const file = found && new Blob([found.bytes as BlobPart])
    if (file && (await isSame(file, sha256))) return { kind: 'file', file, name }
  }
  return null
}

async function isSame(file: Blob, sha256: string): Promise<boolean> {
  const bytes = await file.arrayBuffer().catch(() => null)
  return bytes !== null && (await sha256Of(new Uint8Array(bytes))) === sha256
}

function wanted(name: string, model: WorkspaceModel, isOther: boolean): WantedModel {
  const wants = model.kind === 'file' ? model.name : model.id
  const why = isOther ? `the chosen file is not the ${wants} that it was saved with` : `it names the model ${wants} but does not hold it`
  return { wants, error: { code: 'bad-input', what: name, why, hint: `Choose ${wants}, and the workspace opens` } }
}

async function photoFor(state: State, photo: WorkspacePhoto | null, name: string): Promise<OpenedWorkspace['photo']> {
  if (!photo) return null
  if (photo.kind === 'file') return { file: new Blob([photo.bytes]), name: photo.name, credit: photo.credit, sample: null }
  const { api, samples, sampleFiles } = state
  const { id } = photo
  const sample = samples.find((s) => s.id === id)
  if (!api || !sample) throw badInput(name, `it shows the sample photo "${id}", which is not here`, 'Open it with the release that saved it')
  const file = sampleFiles[id]?.file ?? new Blob([(await api.call('samples.bytes', [id])).bytes as BlobPart])
  return { file, name: sample.title, credit: sample.credit, sample: id }
}
