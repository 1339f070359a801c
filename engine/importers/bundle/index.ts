/** Model bundles: safetensors files that carry their graph. */
import { badInput, ScopeError } from '../../base/errors.ts'
import { checkGraph } from '../../ir/check.ts'
import type { Graph, Node, Tensor, TensorId } from '../../ir/graph.ts'
import { type DType, sizeOf, type TensorData } from '../../ir/tensor.ts'
import type { Model } from '../../model.ts'
import { OPS } from '../../ops/registry.ts'
import type { Importer } from '../importer.ts'
import { type ContainerTensor, isContainer, mentions, readContainer } from '../safetensors/container.ts'
import { ELEMENTS, shorten } from '../torch/state.ts'
import { type BundleDocument, bundleSchema, CONTAINER_TYPES, METADATA_KEY, SCHEMA_VERSION } from './format.ts'

export const importer: Importer = {
  name: 'ShuffleScope bundle',
  match: ({ bytes }) => isContainer(bytes) && mentions(bytes, METADATA_KEY),
  open: ({ bytes, owned }) => readBundle(bytes, owned),
}

/** Throws ScopeError `bad-input` where the document is not valid, a weight is missing, or the graph does not hold together. Weights are views of `bytes` where those are `owned`. */
export function readBundle(bytes: Uint8Array, owned = false): Model {
  const { metadata, tensors } = readContainer(bytes)
  const { info, graph } = parse(metadata.get(METADATA_KEY))
  const data = readOnce(tensors, owned)
  const built: Graph = {
    name: graph.name,
    stage: graph.stage,
    tensors: new Map(graph.tensors.map((t): [TensorId, Tensor] => [t.id, tensorOf(t, data)])),
    nodes: graph.nodes.map((n): Node => ({ ...n, attrs: OPS.parse(n.op, n.attrs, n.name) })),
    inputs: graph.inputs,
    outputs: graph.outputs,
  }
  check(built, graph.tensors.length)
  return { ...info, graph: built, format: 'bundle' }
}

type TensorEntry = BundleDocument['graph']['tensors'][number]

function tensorOf({ id, name, dtype, shape, layout, data: key }: TensorEntry, data: (key: string, dtype: DType) => TensorData): Tensor {
  const tensor = { id, name, fact: { dtype, shape, layout } }
  if (key === undefined) return tensor
  const values = data(key, dtype)
  if (values.length !== sizeOf(shape)) throw invalid(`tensor "${shorten(name)}" has ${values.length} elements for shape [${shape.join(', ')}]`)
  return { ...tensor, data: values }
}

/** Weights that several tensors share are read once, and stay shared. */
function readOnce(tensors: ReadonlyMap<string, ContainerTensor>, kept: boolean): (key: string, dtype: DType) => TensorData {
  const done = new Map<string, TensorData>()
  return (key, dtype) => {
    const known = done.get(key)
    const tensor = tensors.get(key)
    if (!tensor) throw invalid(`the weights "${shorten(key)}" are missing`)
    if (tensor.dtype !== CONTAINER_TYPES[dtype])
      throw invalid(`the weights "${shorten(key)}" are ${tensor.dtype} where the graph needs ${CONTAINER_TYPES[dtype]}`)
    const values = known ?? valuesOf(tensor, kept)
    done.set(key, values)
    return values
  }
}

/** A view where the bytes may be kept and are aligned, else a copy: the file may lie at any alignment, and may be discarded. */
function valuesOf({ element, bytes }: ContainerTensor, kept: boolean): TensorData {
  const { buffer, byteOffset } = kept && bytes.byteOffset % ELEMENTS[element].bytes === 0 ? bytes : bytes.slice()
  const size = bytes.length / ELEMENTS[element].bytes
  switch (element) {
    case 'float32':
      return new Float32Array(buffer, byteOffset, size)
    case 'int32':
      return new Int32Array(buffer, byteOffset, size)
    case 'int8':
      return new Int8Array(buffer, byteOffset, size)
    case 'int64': {
      const view = new DataView(buffer, byteOffset)
      return Float64Array.from({ length: size }, (_, i) => ELEMENTS.int64.read(view, i * 8))
    }
    default:
      return new Uint8Array(buffer, byteOffset, bytes.length)
  }
}

function parse(text: string | undefined): BundleDocument {
  if (text === undefined) throw invalid(`its metadata has no "${METADATA_KEY}"`)
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch {
    throw invalid('its graph is not valid JSON')
  }
  const version = typeof document === 'object' && document !== null && 'schema' in document ? document.schema : undefined
  if (typeof version === 'number' && version > SCHEMA_VERSION)
    throw badInput('Model bundle', `it has schema ${version}, and this version reads schema ${SCHEMA_VERSION}`, 'Update ShuffleScope')
  const parsed = bundleSchema.safeParse(document)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw invalid(`its graph is malformed at ${issue?.path.join('.') || 'the root'} (${issue?.message ?? 'unknown'})`)
}

function check(graph: Graph, declared: number): void {
  if (graph.tensors.size !== declared) throw invalid('two of its tensors have the same id')
  for (const id of graph.inputs) {
    const tensor = graph.tensors.get(id)
    if (!tensor) throw invalid(`its input ${id} does not exist`)
    if (tensor.data) throw invalid(`its input "${shorten(tensor.name)}" is a weight`)
  }
  const given = new Set<TensorId>(graph.inputs)
  for (const node of graph.nodes)
    for (const id of node.outputs) if (given.has(id)) throw invalid(`its node "${shorten(node.name)}" writes an input of the graph`)
  try {
    checkGraph(graph, OPS, 'reading the bundle')
  } catch (thrown) {
    // What is an internal fault after a pass is, here, a document that someone else wrote.
    if (thrown instanceof ScopeError && thrown.code === 'internal') throw invalid(thrown.why)
    throw thrown
  }
}

function invalid(why: string): ScopeError {
  return badInput('Model bundle', why, 'The file is damaged, or was edited by hand; fetch it again')
}
