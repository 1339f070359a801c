/** What an importer is: a file goes in, a model with its graph as loaded comes out. One folder per format. */
import type { Model } from '../model.ts'

/** A file as it reaches the engine. Nothing in it is trusted, its name least of all. */
export interface ModelFile {
  /** Name for messages and titles, without a folder. */
  readonly name: string
  readonly bytes: Uint8Array
  /**
   * Whether `bytes` are given away: nobody else reads or changes them, and an importer may keep them, and move parts of them, so
   * that weights are views of the file and not copies. What `beside` reads is always given away.
   */
  readonly owned?: boolean
  /**
   * Reads another file in the folder of this one, by its path from there with "/" between folders. Absent where the file came
   * alone, as one dropped on a page does. Throws ScopeError.
   */
  readonly beside?: (path: string) => Promise<Uint8Array>
}

export interface OpenOptions {
  readonly signal?: AbortSignal
  /** [height, width] in pixels, for formats that hold weights alone or leave the size open. Default 224x224. */
  readonly inputSize?: readonly [number, number]
}

/**
 * Every `importers/<format>/index.ts` exports one as `importer`.
 * `match` looks at content, never only at the name, is cheap, and does not throw.
 * `open` throws ScopeError, checks every declared size before it allocates, and bounds every recursion.
 */
export interface Importer {
  /** The format in words, e.g. "ONNX model". */
  readonly name: string
  match(file: ModelFile): boolean
  open(file: ModelFile, options: OpenOptions): Model | Promise<Model>
}
