/** Weights that lie in files beside the model. Source: onnx/onnx.proto3, TensorProto.external_data. */
import { throwIfCancelled } from '../../base/cancel.ts'
import { badInput, missingFile, type ScopeError } from '../../base/errors.ts'
import type { ModelFile } from '../importer.ts'
import type { ExternalData, OnnxGraph, OnnxTensor } from './proto.ts'

/** Of all files together, as of one model file. */
const MAX_BYTES = 2 ** 30
const MAX_FILES = 1024

/**
 * The graph with the bytes of its initialisers in place. Each file is read once. Throws ScopeError: `missing-file` where the
 * model came alone, `bad-input` where a path leaves the folder, a file is not there or is too short.
 */
export async function withExternalData(graph: OnnxGraph, file: ModelFile, signal: AbortSignal | undefined): Promise<OnnxGraph> {
  const files = new Map<string, Uint8Array>()
  let total = 0
  const read = async (path: string, tensor: string): Promise<Uint8Array> => {
    const known = files.get(path)
    if (known) return known
    if (!file.beside) throw missingFile(`Tensor "${tensor}"`, `its data lies in another file, "${path}", which did not come with the model`, path)
    throwIfCancelled(signal, `Reading "${path}"`)
    const given = await file.beside(path)
    // As in openModel: slice() of a Node Buffer does not copy.
    const bytes = new Uint8Array(given.buffer, given.byteOffset, given.byteLength)
    total += bytes.length
    if (total > MAX_BYTES || files.size >= MAX_FILES)
      throw badInput('ONNX model', 'its weights are more than 1 GiB, or in more than 1024 files', 'Export the network alone, without optimiser state')
    files.set(path, bytes)
    return bytes
  }
  const initializers: OnnxTensor[] = []
  for (const tensor of graph.initializers) {
    const { external } = tensor
    if (!external) initializers.push(tensor)
    else initializers.push({ ...tensor, raw: part(await read(safePath(external, tensor.name), tensor.name), external, tensor.name), kept: true })
  }
  return { ...graph, initializers }
}

/** The path, if it stays in the folder of the model. */
function safePath({ location }: ExternalData, tensor: string): string {
  const parts = location.split('/')
  const leaves = parts.some((p) => p === '' || p === '..') || /[\\:\0]/.test(location)
  if (leaves) throw damaged(tensor, `its data is said to lie in "${location}", which is no file in the folder of the model`)
  return parts.filter((p) => p !== '.').join('/')
}

function part(bytes: Uint8Array, { location, offset, length }: ExternalData, tensor: string): Uint8Array {
  const end = length === undefined ? bytes.length : offset + length
  if (![offset, end].every(Number.isSafeInteger) || offset < 0 || end < offset || end > bytes.length)
    throw damaged(tensor, `its data is said to be bytes ${offset} to ${end} of "${location}", which has ${bytes.length}`)
  return bytes.subarray(offset, end)
}

function damaged(tensor: string, why: string): ScopeError {
  return badInput(`Tensor "${tensor}"`, why, 'The files may not belong together, or one of them is cut short', tensor)
}
