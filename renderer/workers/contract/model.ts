/** Models as the page names and shows them. */
import type { Convention } from '../../../engine/index.ts'

/** Chosen by the page; names a model in the worker. */
export type ModelHandle = string

export type StageName = 'loaded' | 'recognised' | 'fused' | 'planned'

export const STAGES: readonly StageName[] = ['loaded', 'recognised', 'fused', 'planned']

export type ConventionId = Convention

export type ModelSource =
  | { readonly kind: 'zoo'; readonly id: string }
  | { readonly kind: 'bytes'; readonly name: string; readonly bytes: Uint8Array }
  | { readonly kind: 'file'; readonly file: Blob; readonly name: string }
  /** The same network and weights without its channel shuffles. */
  | { readonly kind: 'noShuffle'; readonly of: ModelSource }

/** A file that another one needs, by its path from the other's folder; null where it is known not to be there. */
export interface FileAlong {
  readonly path: string
  readonly file: Blob | null
}

export interface ModelView {
  readonly id: string
  readonly title: string
  readonly format: string
  readonly params: number
  /** NCHW of the first input. */
  readonly inputShape: readonly number[]
  readonly inputName: string
  readonly classes: number | null
  readonly provenance: string
  /** What a user must know, e.g. that it knows ten classes only. */
  readonly notice: string | null
  /** Whether a photo can be given to it. */
  readonly takesPhotos: boolean
  /** False for an architecture without trained weights. */
  readonly trained: boolean
  /** Whether it computes in 8 bits. */
  readonly quantized: boolean
}

export interface ZooView {
  readonly id: string
  readonly title: string
}
