/** Writes a graph as ONNX (opset 13). What an op becomes is in onnxOps.ts. Source: the operator specifications of the ONNX project. */
import { type ScopeError, unsupported } from '../base/errors.ts'
import { constantOf, type Graph, NONE, type Node, type TensorId, tensorOf } from '../ir/graph.ts'
import { type HostTensor, hostTensor, type TensorFact } from '../ir/tensor.ts'
import { BYTE_EMITTERS } from './onnxBytes.ts'
import { withEpilogue } from './onnxEpilogue.ts'
import { EMITTERS } from './onnxOps.ts'
import { encodeModel, type OnnxAttributeValue, type OutNode, type OutTensor, type OutValue } from './onnxProto.ts'

/**
 * The file's bytes, of a graph of any stage. Throws ScopeError `unsupported` that names the node which has none.
 */
export function writeOnnx(graph: Graph): Uint8Array {
  const scribe = new Scribe(graph)
  for (const node of graph.nodes) scribe.node(node)
  return scribe.model()
}

/** What an emitter of one node works with: names of its tensors, and the file under construction. */
export interface NodeScribe {
  readonly node: Node
  /** Names of the inputs, '' where one is absent. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** Adds an ONNX node; without `to` it makes the outputs of the engine's node, without `from` it takes its inputs. */
  emit(op: string, attributes?: Readonly<Record<string, OnnxAttributeValue>>, from?: readonly string[], to?: readonly string[]): void
  /** The same with one output, whose name is made from `part`, e.g. "gate". */
  between(part: string, op: string, from: readonly string[], attributes?: Readonly<Record<string, OnnxAttributeValue>>): string
  input(index: number): TensorFact
  output(index?: number): TensorFact
  /** The constant behind an input; undefined where it is absent or computed at run time. */
  constant(index: number): HostTensor | undefined
  /** Names of new constants. */
  integers(part: string, values: readonly number[]): string
  scalar(part: string, value: number): string
  floats(part: string, shape: readonly number[], values: Float32Array): string
  value(part: string, value: HostTensor): string
  refuse(why: string): ScopeError
}

class Scribe {
  private readonly nodes: OutNode[] = []
  private readonly names = new Map<TensorId, string>()
  private readonly taken = new Set<string>()
  private readonly nodeNames = new Set<string>()
  private readonly made: OutTensor[] = []
  /** Tensors that ONNX nodes make. */
  private readonly computed = new Set<string>()

  constructor(private readonly graph: Graph) {}

  node(node: Node): void {
    if (node.outputs.every((id) => tensorOf(this.graph, id).data)) return
    const refuse = (why: string): ScopeError =>
      unsupported(`Node "${node.name}" (${node.op})`, why, 'Export the model that the graph was made of', node.name)
    const isByte = [...node.inputs, ...node.outputs].some((id) => id !== NONE && tensorOf(this.graph, id).fact.dtype === 'u8')
    const asBytes = isByte && Object.hasOwn(BYTE_EMITTERS, node.op) ? BYTE_EMITTERS[node.op] : undefined
    const asFloats = Object.hasOwn(EMITTERS, node.op) ? EMITTERS[node.op] : undefined
    if (!asBytes && !asFloats) throw refuse('it has no ONNX form here')
    const inputs = node.inputs.map((id) => (id === NONE ? '' : this.nameOf(id)))
    const outputs = node.outputs.map((id) => this.nameOf(id))
    const emit: NodeScribe['emit'] = (op, attributes = {}, from = inputs, to = outputs) => {
      const given = [...from]
      while (given.at(-1) === '') given.pop()
      this.nodes.push({ op, name: unique(node.name, this.nodeNames), inputs: given, outputs: to, attributes })
      for (const name of to) this.computed.add(name)
    }
    const factOf = (ids: readonly TensorId[], index: number): TensorFact => tensorOf(this.graph, ids[index] ?? NONE).fact
    const constant = (part: string, value: HostTensor): string => this.constant(`${node.name}.${part}`, value)
    const scribe: NodeScribe = {
      node,
      inputs,
      outputs,
      emit,
      between: (part, op, from, attributes) => {
        const name = this.fresh(`${node.name}.${part}`)
        emit(op, attributes, from, [name])
        return name
      },
      input: (index) => factOf(node.inputs, index),
      output: (index = 0) => factOf(node.outputs, index),
      constant: (index) => constantOf(this.graph, node.inputs[index] ?? NONE),
      integers: (part, values) => constant(part, hostTensor([values.length], Float64Array.from(values), 'i64')),
      scalar: (part, value) => constant(part, hostTensor([], Float32Array.of(value))),
      floats: (part, shape, values) => constant(part, hostTensor(shape, values)),
      value: constant,
      refuse,
    }
    if (asBytes) asBytes(scribe)
    else if (asFloats) withEpilogue(scribe, asFloats)
  }

  model(): Uint8Array {
    const inputs = this.graph.inputs.map((id) => this.valueOf(id, this.nameOf(id)))
    const outputs = this.graph.outputs.map((id) => this.valueOf(id, this.resultOf(id)))
    // What became an attribute is read by no node.
    const read = new Set(this.nodes.flatMap((n) => n.inputs))
    const weights = [...this.names].flatMap(([id, name]) => {
      const { data, fact } = tensorOf(this.graph, id)
      return data && read.has(name) ? [{ name, dtype: fact.dtype, shape: fact.shape, data }] : []
    })
    return encodeModel({ name: this.graph.name, nodes: this.nodes, initializers: [...weights, ...this.made], inputs, outputs })
  }

  private readonly results = new Set<string>()

  /** A name for an output of the model: each is made by a node, and none is an output twice. */
  private resultOf(id: TensorId): string {
    const own = this.nameOf(id)
    if (this.computed.has(own) && !this.results.has(own)) {
      this.results.add(own)
      return own
    }
    const name = this.fresh(own)
    this.nodes.push({ op: 'Identity', name: unique(name, this.nodeNames), inputs: [own], outputs: [name], attributes: {} })
    return name
  }

  private valueOf(id: TensorId, name: string): OutValue {
    const { dtype, shape } = tensorOf(this.graph, id).fact
    return { name, dtype, shape }
  }

  private constant(name: string, value: HostTensor): string {
    const fresh = this.fresh(name)
    this.made.push({ ...value, name: fresh })
    return fresh
  }

  /** ONNX names tensors, and each name once; ours need not be unique. */
  private nameOf(id: TensorId): string {
    const known = this.names.get(id)
    if (known !== undefined) return known
    const name = this.fresh(tensorOf(this.graph, id).name || `tensor${id}`)
    this.names.set(id, name)
    return name
  }

  private fresh(name: string): string {
    return unique(name, this.taken)
  }
}

/** `name`, or `name` with a number behind it where it is taken already. */
function unique(name: string, taken: Set<string>): string {
  let made = name
  for (let i = 1; taken.has(made); i++) made = `${name}_${i}`
  taken.add(made)
  return made
}
