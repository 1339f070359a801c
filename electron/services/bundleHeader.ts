/** What a bundle says of itself, read from its first bytes alone: the list of models must not read all weights. */
import { open } from 'node:fs/promises'
import { z } from 'zod'

/** Title, parameter count and class count, as far as the file tells. */
export interface BundleFacts {
  readonly title: string | null
  readonly params: number | null
  readonly classes: number | null
}

const MAX_HEADER = 32 * 1024 * 1024
const UNKNOWN: BundleFacts = { title: null, params: null, classes: null }

const tensorSchema = z.object({ dtype: z.string(), shape: z.array(z.number().int().min(0)).max(16) })
/** The parts of the bundle's own metadata that a list shows; the importer checks the rest. */
const metadataSchema = z.object({ title: z.string().optional(), labels: z.array(z.string()).nullish(), params: z.number().int().min(0).optional() })

/** Never throws: a damaged file is listed by its name and explained when it is opened. */
export async function bundleFacts(path: string): Promise<BundleFacts> {
  try {
    const header = z.record(z.string(), z.unknown()).parse(JSON.parse(await headerText(path)))
    const text = z.object({ shufflescope: z.string() }).parse(header.__metadata__).shufflescope
    const document = z.record(z.string(), z.unknown()).parse(JSON.parse(text))
    const said = metadataSchema.parse(document.info ?? document.model ?? document)
    return { title: said.title ?? null, params: said.params ?? countParameters(header), classes: said.labels?.length ?? null }
  } catch {
    return UNKNOWN
  }
}

/** A safetensors file begins with the length of its JSON header (u64, little-endian). */
async function headerText(path: string): Promise<string> {
  const file = await open(path, 'r')
  try {
    const prefix = Buffer.alloc(8)
    await file.read(prefix, 0, 8, 0)
    const length = Number(prefix.readBigUInt64LE(0))
    const { size } = await file.stat()
    if (length > MAX_HEADER || length > size - 8) throw new RangeError('header longer than the file')
    const text = Buffer.alloc(length)
    await file.read(text, 0, length, 8)
    return text.toString('utf8')
  } finally {
    await file.close()
  }
}

/** Elements of all float tensors except running statistics, which are buffers and not parameters. */
function countParameters(header: Record<string, unknown>): number {
  let count = 0
  for (const [name, value] of Object.entries(header)) {
    const tensor = tensorSchema.safeParse(value)
    if (!tensor.success || !/^B?F/.test(tensor.data.dtype) || /running_(mean|var)$|\b(mean|variance)$/.test(name)) continue
    count += tensor.data.shape.reduce((product, extent) => product * extent, 1)
  }
  return count
}
