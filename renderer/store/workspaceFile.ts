/**
 * The workspace file: one JSON document that names the model, holds the photo, and says what is shown. Whoever sent it may
 * have written anything into it, so it is read by a schema with bounds, and the view by the same rules as an address.
 */
import { z } from 'zod'
import { badInput } from '../../engine/index.ts'
import { base64Bytes } from './base64.ts'
import { type Parts, readView, writeView } from './viewParts.ts'
import type { ViewState } from './viewState.ts'
import { WORKSPACE_FORMAT } from './workspaceName.ts'

const VERSION = 1

/** Of the photo and of a model that are taken in, as they lie on disk. */
export const MAX_PHOTO_BYTES = 32 * 1024 * 1024
export const MAX_MODEL_BYTES = 96 * 1024 * 1024
/** Of the whole file: both of them in base64, and the rest. */
export const MAX_WORKSPACE_BYTES = 176 * 1024 * 1024

/** How a workspace names its model. */
export type WorkspaceModel =
  | { readonly kind: 'host'; readonly id: string }
  | { readonly kind: 'zoo'; readonly id: string }
  | { readonly kind: 'file'; readonly name: string; readonly sha256: string; readonly bytes: Uint8Array<ArrayBuffer> | null }

export type WorkspacePhoto =
  | { readonly kind: 'sample'; readonly id: string }
  | { readonly kind: 'file'; readonly name: string; readonly credit: string | null; readonly bytes: Uint8Array<ArrayBuffer> }

export interface Workspace {
  readonly model: WorkspaceModel
  readonly photo: WorkspacePhoto | null
  readonly view: ViewState
}

const base64 = (limit: number) => z.string().max(Math.ceil(limit / 3) * 4)
const id = z.string().min(1).max(200)
const name = z.string().min(1).max(255)

const schema = z.object({
  format: z.literal(WORKSPACE_FORMAT),
  version: z.literal(VERSION),
  model: z.discriminatedUnion('kind', [
    z.object({ kind: z.enum(['host', 'zoo']), id }),
    z.object({ kind: z.literal('file'), name, sha256: z.string().regex(/^[0-9a-f]{64}$/), bytes: base64(MAX_MODEL_BYTES).optional() }),
  ]),
  photo: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.literal('sample'), id }),
      z.object({ kind: z.literal('file'), name, credit: z.string().max(1000).nullable(), bytes: base64(MAX_PHOTO_BYTES) }),
    ])
    .nullable(),
  view: z.record(z.string().max(40), z.string().max(10_000)).refine((parts) => Object.keys(parts).length <= 100, 'too many parts'),
})

export type WorkspaceDocument = z.infer<typeof schema>

/** Bytes are base64 already, as the browser makes it faster than a loop would. */
export interface WorkspaceParts {
  readonly model: WorkspaceDocument['model']
  readonly photo: WorkspaceDocument['photo']
  readonly view: ViewState
}

export function writeWorkspace({ model, photo, view }: WorkspaceParts): string {
  // The format comes first: a dropped file is known by its first bytes.
  const document: WorkspaceDocument = { format: WORKSPACE_FORMAT, version: VERSION, view: { ...writeView(view) }, model, photo }
  return `${JSON.stringify(document, null, 2)}\n`
}

/** Throws ScopeError `badInput` that says what is wrong with it. */
export function readWorkspace(text: string, fileName: string): Workspace {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw badInput(fileName, 'it is not JSON, so it is no workspace or only a part of one', 'Save the workspace again')
  }
  const version = typeof value === 'object' && value !== null && 'version' in value ? value.version : undefined
  if (typeof version === 'number' && version > VERSION)
    throw badInput(fileName, `it is a workspace of version ${version}, and this release reads version ${VERSION}`, 'Open it with a newer release')
  const parsed = schema.safeParse(value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const where = issue?.path.length ? `its ${issue.path.map(String).join('.').slice(0, 80)} is not valid` : 'it is not a workspace'
    throw badInput(fileName, where, 'Save the workspace again')
  }
  const { model, photo, view } = parsed.data
  return { model: readModel(model, fileName), photo: readPhoto(photo, fileName), view: readView(view satisfies Parts) }
}

function readModel(model: WorkspaceDocument['model'], fileName: string): WorkspaceModel {
  if (model.kind !== 'file') return model
  const { kind, name, sha256, bytes } = model
  return { kind, name, sha256, bytes: bytes === undefined ? null : base64Bytes(bytes, `The model in ${fileName}`) }
}

function readPhoto(photo: WorkspaceDocument['photo'], fileName: string): WorkspacePhoto | null {
  if (photo?.kind !== 'file') return photo
  return { ...photo, bytes: base64Bytes(photo.bytes, `The photo in ${fileName}`) }
}
