/** Photos that were given together, as inputs of a network. */
import { at, type HostTensor, type Preprocess, preprocessImage } from '../../engine/index.ts'
import type { GivenPhoto } from './contract/index.ts'
import { decodePhoto } from './photo.ts'

/** Inputs are kept up to this, and made anew beyond. */
const MOST_KEPT_BYTES = 2 ** 28

/** Inputs by position; each may be asked for many times. */
export interface Inputs {
  readonly count: number
  get(index: number): Promise<HostTensor>
}

/** `get` throws ScopeError where a file is no photo, and `cancelled` once the signal is aborted. */
export function inputsOf(photos: readonly GivenPhoto[], preprocess: Preprocess, signal: AbortSignal): Inputs {
  const kept = new Map<number, HostTensor>()
  let bytes = 0
  return {
    count: photos.length,
    async get(index) {
      const known = kept.get(index)
      if (known) return known
      const { file, name } = at(photos, index)
      const made = preprocessImage((await decodePhoto(file, name, signal)).pixels, preprocess)
      bytes += made.data.byteLength
      if (bytes < MOST_KEPT_BYTES) kept.set(index, made)
      return made
    },
  }
}
