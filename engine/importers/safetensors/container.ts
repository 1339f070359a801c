/** The safetensors container: an 8-byte length, a JSON header, then tensors. Source: huggingface/safetensors, README.md, "Format". */
import { z } from 'zod'
import { badInput, type ScopeError } from '../../base/errors.ts'
import { sizeOf } from '../../ir/tensor.ts'
import { ELEMENTS, type ElementName, shorten } from '../torch/state.ts'

/** Headers of networks of this kind are well below 1 MB; parsing JSON costs a multiple of its size. */
const MAX_HEADER = 16 * 2 ** 20
const MAX_TENSORS = 100_000

/** Element types by the container's names. */
export const DTYPES: Readonly<Record<string, ElementName>> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  I64: 'int64',
  I32: 'int32',
  I16: 'int16',
  I8: 'int8',
  U8: 'uint8',
  BOOL: 'bool',
}

const whole = z
  .number()
  .int()
  .min(0)
  .max(2 ** 40)
const entrySchema = z.object({ dtype: z.string().max(20), shape: z.array(whole).max(8), data_offsets: z.tuple([whole, whole]) })
const headerSchema = z.record(z.string(), z.unknown())
const metadataSchema = z.record(z.string(), z.string())

export interface ContainerTensor {
  readonly dtype: string
  readonly element: ElementName
  readonly shape: readonly number[]
  /** A view of the file. */
  readonly bytes: Uint8Array
}

export interface Container {
  readonly metadata: ReadonlyMap<string, string>
  readonly tensors: ReadonlyMap<string, ContainerTensor>
}

/** Whether the bytes begin as the format does: a length that fits, then an object. */
export function isContainer(bytes: Uint8Array): boolean {
  const length = headerLength(bytes)
  return length !== undefined && length >= 2 && length <= bytes.length - 8 && bytes[8] === 0x7b
}

/** Whether the metadata may hold `key`, without parsing the header. */
export function mentions(bytes: Uint8Array, key: string): boolean {
  const length = Math.min(headerLength(bytes) ?? 0, MAX_HEADER)
  return new TextDecoder().decode(bytes.subarray(8, 8 + length)).includes(JSON.stringify(key))
}

/** Throws ScopeError where the header is not valid, or a tensor is not exactly the bytes that its shape needs. */
export function readContainer(bytes: Uint8Array): Container {
  const length = headerLength(bytes) ?? 0
  if (length > MAX_HEADER) throw invalid(`its header of ${length} bytes is longer than ${MAX_HEADER}`)
  const header = parse(bytes.subarray(8, 8 + length))
  const data = bytes.subarray(8 + length)
  const metadata = new Map<string, string>()
  const tensors = new Map<string, ContainerTensor>()
  let total = 0
  for (const [key, value] of Object.entries(header)) {
    if (key === '__metadata__') {
      const parsed = metadataSchema.safeParse(value)
      if (!parsed.success) throw invalid('its metadata is not a map of texts')
      for (const [name, text] of Object.entries(parsed.data)) metadata.set(name, text)
      continue
    }
    if (tensors.size >= MAX_TENSORS) throw invalid(`it has more than ${MAX_TENSORS} tensors`)
    const tensor = tensorOf(key, value, data)
    total += tensor.bytes.length
    if (total > data.length) throw invalid('its tensors overlap')
    tensors.set(key, tensor)
  }
  return { metadata, tensors }
}

function tensorOf(key: string, value: unknown, data: Uint8Array): ContainerTensor {
  const parsed = entrySchema.safeParse(value)
  if (!parsed.success) throw invalid(`the entry of tensor "${shorten(key)}" is malformed (${parsed.error.issues[0]?.message ?? 'unknown'})`)
  const { dtype, shape, data_offsets } = parsed.data
  const element = Object.hasOwn(DTYPES, dtype) ? DTYPES[dtype] : undefined
  if (!element) throw invalid(`tensor "${shorten(key)}" has elements of type "${dtype}"; known are ${Object.keys(DTYPES).join(', ')}`)
  const [begin, end] = data_offsets
  const needed = sizeOf(shape) * ELEMENTS[element].bytes
  if (begin > end || end > data.length)
    throw invalid(`tensor "${shorten(key)}" lies at bytes ${begin} to ${end} of the ${data.length} that follow the header`)
  if (end - begin !== needed) throw invalid(`tensor "${shorten(key)}" has ${end - begin} bytes where ${dtype} [${shape.join(', ')}] needs ${needed}`)
  return { dtype, element, shape, bytes: data.subarray(begin, end) }
}

function parse(bytes: Uint8Array): Record<string, unknown> {
  try {
    return headerSchema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
  } catch (thrown) {
    throw invalid(`its header is not a JSON object (${thrown instanceof Error ? shorten(thrown.message, 120) : 'unknown'})`)
  }
}

function headerLength(bytes: Uint8Array): number | undefined {
  if (bytes.length < 8) return undefined
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true))
  return Number.isSafeInteger(length) ? length : undefined
}

function invalid(why: string): ScopeError {
  return badInput('Safetensors file', why, 'The file is damaged or incomplete; fetch it again')
}

/**
 * Writes a container: tensors in the order given, header padded with spaces so that the data, and with it every
 * tensor, starts at a multiple of 8 bytes from the start of the file.
 */
export function writeContainer(
  tensors: readonly { readonly name: string; readonly dtype: string; readonly shape: readonly number[]; readonly bytes: Uint8Array }[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata }
  let offset = 0
  for (const { name, dtype, shape, bytes } of tensors) {
    header[name] = { dtype, shape, data_offsets: [offset, offset + bytes.length] }
    offset += bytes.length
  }
  const text = new TextEncoder().encode(JSON.stringify(header))
  const length = Math.ceil(text.length / 8) * 8
  const file = new Uint8Array(8 + length + offset)
  file.fill(0x20, 8, 8 + length)
  new DataView(file.buffer).setBigUint64(0, BigInt(length), true)
  file.set(text, 8)
  let position = 8 + length
  for (const { bytes } of tensors) {
    file.set(bytes, position)
    position += bytes.length
  }
  return file
}
