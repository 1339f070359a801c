/** Opens a model file of any known format; the code of a format is loaded when a file may need it. */
import { throwIfCancelled } from '../base/cancel.ts'
import { badInput, errorFrom, ScopeError } from '../base/errors.ts'
import type { Model } from '../model.ts'
import type { Importer, ModelFile, OpenOptions } from './importer.ts'

/** Larger files are refused: no model of this kind comes near, and reading one would exhaust a browser tab. */
export const MAX_FILE_BYTES = 2 ** 30

interface LazyImporter {
  readonly format: string
  load(): Promise<{ readonly importer: Importer }>
}

/** Tried in this order; the narrower format first, the one with the most code last. */
const IMPORTERS: readonly LazyImporter[] = [
  { format: 'ShuffleScope bundle (.safetensors)', load: () => import('./bundle/index.ts') },
  { format: 'safetensors state dict (.safetensors)', load: () => import('./safetensors/index.ts') },
  { format: 'PyTorch checkpoint (.pt, .pth, .pth.tar)', load: () => import('./torch/index.ts') },
  { format: 'TensorFlow Lite model (.tflite)', load: () => import('./tflite/index.ts') },
  { format: 'ncnn model (.param with its .bin)', load: () => import('./ncnn/index.ts') },
  { format: 'Caffe model (.prototxt with its .caffemodel, or a .caffemodel)', load: () => import('./caffe/index.ts') },
  { format: 'ONNX model (.onnx)', load: () => import('./onnx/index.ts') },
]

/**
 * Opens `file` with the first importer whose `match` accepts its content. Where its bytes are `owned`, they must not be used again.
 * Throws ScopeError that names the file: `bad-input` for damaged or unknown files, `unsupported` for what the
 * engine does not have, `cancelled` once the signal is aborted.
 */
export async function openModel(file: ModelFile, options: OpenOptions = {}): Promise<Model> {
  if (file.bytes.length > MAX_FILE_BYTES)
    throw badInput(
      `File "${file.name}"`,
      `it is ${(file.bytes.length / 2 ** 30).toFixed(2)} GiB, and files over 1 GiB are not opened`,
      'Export the network alone, without optimiser state',
    )
  // A Node Buffer is a Uint8Array whose slice() does not copy; importers count on the real thing.
  const plain = { ...file, bytes: new Uint8Array(file.bytes.buffer, file.bytes.byteOffset, file.bytes.byteLength) }
  try {
    for (const { load } of IMPORTERS) {
      throwIfCancelled(options.signal, `Opening "${file.name}"`)
      const { importer } = await load()
      if (importer.match(plain)) return await importer.open(plain, options)
    }
  } catch (thrown) {
    throw named(errorFrom(thrown), file.name)
  }
  throw badInput(
    `File "${file.name}"`,
    file.bytes.length === 0 ? 'it is empty' : `no known model format begins with ${firstBytes(file.bytes)}`,
    `Formats looked for: ${IMPORTERS.map((i) => i.format).join(', ')}`,
  )
}

/** The same error with the file's name in `what`. */
function named(error: ScopeError, name: string): ScopeError {
  if (error.what.includes(`"${name}"`)) return error
  const what = error.what === 'Input' ? `File "${name}"` : `File "${name}": ${error.what}`
  return new ScopeError({ ...error.toFields(), what }, { cause: error.cause ?? error })
}

function firstBytes(bytes: Uint8Array): string {
  const head = bytes.subarray(0, 8)
  const hex = Array.from(head, (b) => b.toString(16).padStart(2, '0')).join(' ')
  const text = Array.from(head, (b) => (b >= 0x20 && b < 0x7f ? String.fromCharCode(b) : '.')).join('')
  return `bytes ${hex} ("${text}")`
}
