/** Archives of torch.export.save (.pt2): the weights by name; the exported graph is not read. Source: torch/export/pt2_archive/_package.py. */
import { z } from 'zod'
import { badInput, type ScopeError, unsupported } from '../../base/errors.ts'
import { type Entries, isZip, readEntries } from './entries.ts'
import { checkStored, type ElementName, readStored, type StateDict, type StateTensor, type StoredTensor, shorten, withoutWrappers } from './state.ts'
import { stateDictOf } from './stateDict.ts'
import { openEntries, refuseBigEndian } from './zip.ts'

const WHAT = 'torch.export archive'
/** Of the list of weights; that of a large network has some hundred kilobytes. */
const MAX_JSON = 64 * 2 ** 20
const MAX_TENSORS = 100_000

/** Since PyTorch 2.8: one entry per weight, and a list of them. */
const CONFIG = /(^|\/)data\/weights\/[^/]*_weights_config\.json$/
/** Until then the state dict, as torch.save writes it, in an entry of its own. */
const NESTED = /(^|\/)(serialized_state_dict\.(pt|json)|data\/weights\/[^/]*\.pt)$/
const PROGRAM = /(^|\/)(serialized_exported_program\.json|models\/[^/]*\.json)$/

/** By the number of torch._export.serde.schema.ScalarType. */
const ELEMENT_TYPES: Readonly<Record<number, ElementName>> = {
  1: 'uint8',
  2: 'int8',
  3: 'int16',
  4: 'int32',
  5: 'int64',
  6: 'float16',
  7: 'float32',
  8: 'float64',
  12: 'bool',
  13: 'bfloat16',
}
/** torch._export.serde.schema.Layout.Strided. */
const STRIDED = 7

const extent = z.object({ as_int: z.number().int().min(0) })
const weightSchema = z.object({
  path_name: z.string().min(1).max(200),
  use_pickle: z.boolean(),
  tensor_meta: z.object({
    dtype: z.number(),
    sizes: z.array(extent).max(8),
    strides: z.array(extent).max(8),
    storage_offset: extent,
    layout: z.number(),
  }),
})
const configSchema = z.object({ config: z.record(z.string(), z.unknown()) })

/** Whether an archive is one of torch.export, whatever weights it has. */
export function isExported(entries: Entries): boolean {
  return entries.names.some((name) => PROGRAM.test(name))
}

/** The parameters and buffers by their dotted names. Throws ScopeError where there are none, or they do not lie in the file. */
export function stateOfExported(entries: Entries, kept: boolean): StateDict {
  const config = only(entries, CONFIG)
  if (config !== undefined) return listedWeights(entries, config, kept)
  const nested = only(entries, NESTED)
  const bytes = nested === undefined ? undefined : entries.get(nested)
  if (!bytes || !isZip(bytes))
    throw unsupported(
      WHAT,
      'it has no weights in a form that is known',
      'Save the state dict with torch.save(program.state_dict, path), or export the model to ONNX',
    )
  return stateDictOf(openEntries(readEntries(bytes)), kept)
}

function only(entries: Entries, pattern: RegExp): string | undefined {
  const found = entries.names.filter((name) => pattern.test(name))
  if (found.length > 1)
    throw unsupported(
      WHAT,
      `it holds ${found.length} programs (${found
        .slice(0, 3)
        .map((n) => shorten(n, 40))
        .join(', ')})`,
      'Save one program alone',
    )
  return found[0]
}

function listedWeights(entries: Entries, path: string, kept: boolean): StateDict {
  const folder = path.slice(0, path.lastIndexOf('/') + 1)
  refuseBigEndian(entries, folder.replace(/data\/weights\/$/, ''))
  const state = new Map<string, StateTensor>()
  for (const [name, entry] of Object.entries(parse(entries.get(path)))) {
    if (state.size >= MAX_TENSORS) throw invalid(`it has more than ${MAX_TENSORS} tensors`)
    state.set(name, weightOf(entries, folder, name, entry, kept))
  }
  return withoutWrappers(state)
}

function weightOf(entries: Entries, folder: string, name: string, entry: unknown, kept: boolean): StateTensor {
  const parsed = weightSchema.safeParse(entry)
  if (!parsed.success) throw invalid(`the entry of tensor "${shorten(name)}" is malformed (${parsed.error.issues[0]?.message ?? 'unknown'})`)
  const { path_name, use_pickle, tensor_meta: meta } = parsed.data
  const element = ELEMENT_TYPES[meta.dtype]
  if (!element || meta.layout !== STRIDED || use_pickle)
    throw unsupported(
      WHAT,
      `tensor "${shorten(name)}" is ${use_pickle ? 'pickled' : element ? 'sparse' : `of element type number ${meta.dtype} of PyTorch`}`,
      'Save the state dict with torch.save(program.state_dict, path), or export the model to ONNX',
      name,
    )
  const bytes = entries.get(folder + path_name)
  if (!bytes) throw invalid(`tensor "${shorten(name)}" is named and not stored`)
  const shape = meta.sizes.map((n) => n.as_int)
  const stored: StoredTensor = { name, element, shape, strides: meta.strides.map((n) => n.as_int), offset: meta.storage_offset.as_int, bytes, kept }
  checkStored(stored)
  return { shape, dtype: element, values: () => readStored(stored) }
}

function parse(bytes: Uint8Array | undefined): Record<string, unknown> {
  if (!bytes || bytes.length > MAX_JSON) throw invalid(`its list of weights is longer than ${MAX_JSON} bytes`)
  try {
    return configSchema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))).config
  } catch (thrown) {
    throw invalid(`its list of weights cannot be read (${thrown instanceof Error ? shorten(thrown.message, 120) : 'unknown'})`)
  }
}

function invalid(why: string): ScopeError {
  return badInput(WHAT, why, 'The file is damaged or incomplete; fetch it again')
}
