/** Writes what is open and shown as a workspace file. */
import { badInput, ScopeError, unsupported } from '../../engine/index.ts'
import { bytesBase64, sha256Of } from './base64.ts'
import type { PhotoFile, State } from './state.ts'
import { viewStateOf } from './viewState.ts'
import { MAX_MODEL_BYTES, MAX_PHOTO_BYTES, type WorkspaceDocument, writeWorkspace } from './workspaceFile.ts'

/** `withModel`: with the bytes of a model that was opened from a file. Throws ScopeError for what cannot be part of it. */
export async function workspaceText(state: State, withModel: boolean): Promise<string> {
  const { photo } = state
  return writeWorkspace({
    model: await modelOf(state, withModel),
    photo: photo && (photo.sample === null ? await photoOf(photo) : { kind: 'sample', id: photo.sample }),
    view: viewStateOf(state),
  })
}

async function modelOf({ modelRef, handle, engine }: State, withModel: boolean): Promise<WorkspaceDocument['model']> {
  if (modelRef && modelRef.kind !== 'file') return { ...modelRef }
  const source = handle === null ? undefined : engine.sourceOf(handle)
  if (!modelRef || source?.kind !== 'file')
    throw new ScopeError({ code: 'internal', what: 'The model', why: 'nothing says where it was opened from', hint: 'Open it again' })
  const { name } = modelRef
  const bytes = await source.file.arrayBuffer().then(
    (buffer) => new Uint8Array(buffer),
    () => {
      throw badInput(name, 'it cannot be read any more', 'Open it again')
    },
  )
  const sha256 = await sha256Of(bytes)
  if (!withModel) return { kind: 'file', name, sha256 }
  if (bytes.length > MAX_MODEL_BYTES)
    throw unsupported(name, `of ${MAX_MODEL_BYTES / 2 ** 20} MiB at most a workspace can take a model in`, 'Save the workspace without the model')
  return { kind: 'file', name, sha256, bytes: bytesBase64(bytes) }
}

async function photoOf({ file, name, credit }: PhotoFile): Promise<WorkspaceDocument['photo']> {
  if (file.size > MAX_PHOTO_BYTES)
    throw unsupported(name, `of ${MAX_PHOTO_BYTES / 2 ** 20} MiB at most a workspace can take a photo in`, 'Open a smaller copy of it first')
  return { kind: 'file', name, credit, bytes: bytesBase64(new Uint8Array(await file.arrayBuffer())) }
}
