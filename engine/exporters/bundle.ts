/** Writes a model as a bundle: safetensors with the graph in its metadata. The inverse of importers/bundle. */
import { type BundleDocument, CONTAINER_TYPES, METADATA_KEY, SCHEMA_VERSION } from '../importers/bundle/format.ts'
import { writeContainer } from '../importers/safetensors/container.ts'
import type { Graph, Tensor, TensorId } from '../ir/graph.ts'
import type { DType, TensorData } from '../ir/tensor.ts'
import { type Model, modelInfoSchema } from '../model.ts'

interface Blob {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
  readonly bytes: Uint8Array
}

/**
 * The file's bytes. Weights keep their tensor's name, so that any safetensors reader finds them; equal weights are
 * stored once. Reading it gives the same model, equal to the bit.
 */
export function writeBundle(model: Model): Uint8Array {
  const { blobs, keys } = collect(model.graph)
  const document: BundleDocument = {
    schema: SCHEMA_VERSION,
    info: modelInfoSchema.parse(model),
    graph: {
      name: model.graph.name,
      stage: model.graph.stage,
      tensors: [...model.graph.tensors.values()].map(({ id, name, fact }) => {
        const data = keys.get(id)
        return { id, name, dtype: fact.dtype, shape: [...fact.shape], layout: fact.layout, ...(data === undefined ? {} : { data }) }
      }),
      nodes: model.graph.nodes.map((n) => ({
        id: n.id,
        op: n.op,
        name: n.name,
        attrs: { ...n.attrs },
        inputs: [...n.inputs],
        outputs: [...n.outputs],
        sources: [...n.sources],
        scope: n.scope,
      })),
      inputs: [...model.graph.inputs],
      outputs: [...model.graph.outputs],
    },
  }
  return writeContainer(blobs, { format: 'pt', [METADATA_KEY]: JSON.stringify(document) })
}

/** What to store, widest elements first so that each tensor is aligned to its element, and the key of each tensor. */
function collect(graph: Graph): { blobs: Blob[]; keys: Map<TensorId, string> } {
  const blobs: Blob[] = []
  const keys = new Map<TensorId, string>()
  const names = new Set(['__metadata__'])
  const bySize = new Map<string, Blob[]>()
  for (const tensor of graph.tensors.values()) {
    if (!tensor.data) continue
    const dtype = CONTAINER_TYPES[tensor.fact.dtype]
    const bytes = bytesOf(tensor.fact.dtype, tensor.data)
    const group = `${dtype} ${tensor.fact.shape.join()}`
    const candidates = bySize.get(group) ?? []
    bySize.set(group, candidates)
    let blob = candidates.find((c) => equal(c.bytes, bytes))
    if (!blob) {
      blob = { name: uniqueName(tensor, names), dtype, shape: tensor.fact.shape, bytes }
      candidates.push(blob)
      blobs.push(blob)
    }
    keys.set(tensor.id, blob.name)
  }
  const width = ({ dtype }: Blob) => (dtype === 'I64' ? 8 : dtype === 'F32' || dtype === 'I32' ? 4 : 1)
  return { blobs: blobs.sort((a, b) => width(b) - width(a)), keys }
}

function uniqueName({ name, id }: Tensor, names: Set<string>): string {
  let unique = name === '' ? `#${id}` : name
  while (names.has(unique)) unique = `${unique}#${id}`
  names.add(unique)
  return unique
}

function bytesOf(dtype: DType, data: TensorData): Uint8Array {
  if (dtype !== 'i64') return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  const wide = BigInt64Array.from(data, (x) => BigInt(x))
  return new Uint8Array(wide.buffer)
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
