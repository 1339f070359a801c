/** The ONNX project's node tests: one folder each, with a model, its inputs and the outputs of ONNX's reference. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { ScopeError } from '../../../../engine/base/errors.ts'
import { claimOf, NEWEST_OPSET, OLDEST_OPSET, outsideClaim } from '../../../../engine/importers/onnx/claims.ts'
import { convertGraph } from '../../../../engine/importers/onnx/graph.ts'
import { decodeModel, decodeTensor, type OnnxGraph, type OnnxModel, type OnnxTensor } from '../../../../engine/importers/onnx/proto.ts'
import { tensorValue } from '../../../../engine/importers/onnx/tensor.ts'
import type { Graph } from '../../../../engine/ir/graph.ts'
import type { HostTensor } from '../../../../engine/ir/tensor.ts'

/** Where Debian's libonnx-testdata puts them; ONNX_NODE_TESTS names another folder, such as that of a newer ONNX. */
const FOLDER = process.env.ONNX_NODE_TESTS ?? '/usr/share/libonnx-testdata/data/node'

export const nodeTests: readonly string[] = existsSync(FOLDER) ? readdirSync(FOLDER).sort() : []

export interface NodeTest {
  readonly name: string
  readonly opset: number
  /** Operators of the model, each once, with their domain where it is not that of ONNX. */
  readonly ops: readonly string[]
  readonly claimed: boolean
}

/**
 * A node test states the operator set in which its operators last changed. Where that is older than what is read, they are still
 * the same in the oldest one that is.
 */
function modelOf(name: string): OnnxModel {
  const model = decodeModel(new Uint8Array(readFileSync(resolve(FOLDER, name, 'model.onnx'))))
  return { ...model, opset: Math.max(model.opset, OLDEST_OPSET) }
}

export function readNodeTest(name: string): NodeTest {
  const { graph, opset } = modelOf(name)
  const nodes = graph?.nodes ?? []
  const ops = [...new Set(nodes.map((n) => (n.domain === '' || n.domain === 'ai.onnx' ? n.opType : `${n.domain}.${n.opType}`)))].sort()
  const claimed = nodes.every((n) => claimOf(n.domain, n.opType)) && opset <= NEWEST_OPSET
  return { name, opset, ops, claimed }
}

/**
 * How the inputs of a test reach the model. Node tests give weights, shapes and axes as inputs of the graph, where an exported
 * network stores them. "stored": the first input of floats stays an input, every other becomes an initialiser; where no input
 * holds floats all become initialisers, as in the shape arithmetic of a network. "fed": all stay inputs.
 */
export type Feeding = 'stored' | 'fed'

export interface Case {
  readonly graph: Graph
  readonly inputs: readonly HostTensor[]
  readonly expected: readonly HostTensor[]
}

const FLOATS: ReadonlySet<number> = new Set([1, 10, 11, 16])

/** One data set of a test as the importer reads it, or the words of the restriction that leaves it out. Throws whatever else goes wrong. */
export function caseOf(name: string, set: string, feeding: Feeding): Case | string {
  const model = modelOf(name)
  if (!model.graph) throw new Error(`${name} has no graph`)
  try {
    const data = tensors(name, set, 'input').map((tensor, i) => typed(tensor, model.graph?.inputs[i]?.elementType ?? 0))
    const { graph, inputs } = fed(model.graph, data, feeding)
    return { graph: convertGraph(graph, model.opset, {}), inputs, expected: tensors(name, set, 'output').map((t) => tensorValue(t, 'output')) }
  } catch (thrown) {
    const words = thrown instanceof ScopeError ? outsideClaim(thrown) : undefined
    if (words === undefined) throw thrown
    return words
  }
}

export function dataSets(name: string): string[] {
  return readdirSync(resolve(FOLDER, name)).filter((f) => f.startsWith('test_data_set_'))
}

function tensors(name: string, set: string, kind: 'input' | 'output'): OnnxTensor[] {
  const folder = resolve(FOLDER, name, set)
  const count = readdirSync(folder).filter((f) => f.startsWith(`${kind}_`)).length
  return Array.from({ length: count }, (_, i) => decodeTensor(new Uint8Array(readFileSync(resolve(folder, `${kind}_${i}.pb`)))))
}

/** NumPy has no bfloat16: the files hold its bits as uint16. */
function typed(tensor: OnnxTensor, elementType: number): OnnxTensor {
  return elementType === 16 ? { ...tensor, dataType: 16 } : tensor
}

/** Shapes of inputs are those of the data: some tests leave them open. */
function fed(graph: OnnxGraph, data: readonly OnnxTensor[], feeding: Feeding): { graph: OnnxGraph; inputs: HostTensor[] } {
  const isData = graph.inputs.map((input) => FLOATS.has(input.elementType))
  const first = isData.indexOf(true)
  const stays = graph.inputs.map((input, i) => feeding === 'fed' || i === first || input.elementType === 0)
  const inputs = graph.inputs.map((input, i) => ({ ...input, shape: input.elementType === 0 ? input.shape : data[i]?.dims }))
  const initializers = graph.inputs.flatMap((input, i) => {
    const tensor = data[i]
    return stays[i] || !tensor ? [] : [{ ...tensor, name: input.name }]
  })
  const kept = inputs.filter((_, i) => stays[i])
  const values = data.flatMap((t, i) => (stays[i] && graph.inputs[i]?.elementType !== 0 ? [tensorValue(t, 'input')] : []))
  return { graph: { ...graph, inputs: kept, initializers: [...graph.initializers, ...initializers] }, inputs: values }
}

/** The first element that is off by more than ONNX's own runner allows (numpy.testing.assert_allclose, rtol 1e-3, atol 1e-7), in words. */
export function mismatch(actual: HostTensor | undefined, expected: HostTensor): string | undefined {
  if (!actual) return 'it is missing'
  if (actual.shape.join() !== expected.shape.join()) return `its shape is [${actual.shape.join(', ')}] in place of [${expected.shape.join(', ')}]`
  for (let i = 0; i < expected.data.length; i++) {
    const [a, e] = [Number(actual.data[i]), Number(expected.data[i])]
    const same = a === e || (Number.isNaN(a) && Number.isNaN(e)) || Math.abs(a - e) <= 1e-7 + 1e-3 * Math.abs(e)
    if (!same) return `element ${i} is ${a} in place of ${e}`
  }
  return undefined
}
