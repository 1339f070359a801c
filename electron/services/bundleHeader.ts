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

const index = z.number().int()
/** The parts of the bundle's document that a list shows; the importer checks the whole. */
const documentSchema = z.object({
  info: z.object({ title: z.string().min(1).max(200), labels: z.array(z.string()).nullable() }),
  graph: z.object({
    tensors: z.array(z.object({ id: index, dtype: z.string(), shape: z.array(index.min(0)).max(16), data: z.string().optional() })),
    nodes: z.array(z.object({ op: z.string(), inputs: z.array(index), attrs: z.object({ quantized: z.unknown().optional() }).optional() })),
    outputs: z.array(index),
  }),
})
type BundleDocument = z.infer<typeof documentSchema>

/** Never throws: a damaged file is listed by its name and explained when it is opened. */
export async function bundleFacts(path: string): Promise<BundleFacts> {
  try {
    const header = z.object({ __metadata__: z.object({ shufflescope: z.string() }) }).parse(JSON.parse(await headerText(path)))
    const document = documentSchema.parse(JSON.parse(header.__metadata__.shufflescope))
    return { title: document.info.title, params: countParameters(document), classes: document.info.labels?.length ?? outputWidth(document) }
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

/** The engine's `parameterCount`, from shapes alone: float constants and 8-bit layers' integers once each, running statistics not counted. */
function countParameters({ graph }: BundleDocument): number {
  const sizes = new Map<number, number>()
  const ofBytes = new Set<number>()
  for (const { id, dtype, shape, data } of graph.tensors) {
    if (data === undefined || !['f32', 'i8', 'i32'].includes(dtype)) continue
    if (dtype !== 'f32') ofBytes.add(id)
    sizes.set(
      id,
      shape.reduce((product, extent) => product * extent, 1),
    )
  }
  let count = 0
  for (const { op, inputs, attrs } of graph.nodes)
    for (const [place, id] of inputs.entries()) {
      if (!(op === 'batchNorm' && place >= 3) && (attrs?.quantized || !ofBytes.has(id))) count += sizes.get(id) ?? 0
      sizes.delete(id)
    }
  return count
}

function outputWidth({ graph }: BundleDocument): number | null {
  return graph.tensors.find(({ id }) => id === graph.outputs[0])?.shape.at(-1) ?? null
}
