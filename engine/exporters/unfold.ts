/**
 * The fused and the quantized stage in nodes that do one thing each, as formats of other engines have them. A convolution's
 * residual, activation and stored shuffle become nodes behind it. 8-bit nodes become float ones that read dequantized tensors
 * and whose results are quantized, which engines that know the pattern ("QDQ") compute in 8 bits again.
 * Source: onnxruntime's documentation of quantized models, section on the representation of their operators.
 */
import { unsupported } from '../base/errors.ts'
import { type Attributes, constantOf, type Graph, NONE, type Node, type Tensor, type TensorId, tensorOf } from '../ir/graph.ts'
import { fact } from '../ir/tensor.ts'
import { type Activation, NO_ACTIVATION } from '../ops/activationFunction.ts'
import type { Affine, Quantized } from '../ops/quantized.ts'
import type { StoredShuffle } from '../ops/shuffle.ts'

export interface Unfolded {
  readonly graph: Graph
  /** Integer constants that stand for floats: the step of each index of their first axis. */
  readonly steps: ReadonlyMap<TensorId, readonly number[]>
}

/** Attributes were parsed by the op's schema when the node was built. */
interface Folded {
  readonly residual?: boolean
  readonly shuffle?: StoredShuffle | null
  readonly activation?: Activation
  readonly quantized?: Quantized | { readonly input: Affine; readonly output: Affine } | Affine | null
}

/** What a node reads and writes in 8 bits; null where that is float. */
interface Bytes {
  readonly inputs: readonly (Affine | null)[]
  readonly output: Affine | null
}

/** Throws ScopeError `unsupported` that names a node whose 8-bit values stand for nothing known. */
export function unfold(graph: Graph): Unfolded {
  const unfolder = new Unfolder(graph)
  for (const node of graph.nodes) unfolder.node(node)
  return unfolder.finish()
}

class Unfolder {
  private readonly nodes: Node[] = []
  private readonly tensors: Map<TensorId, Tensor>
  private readonly affines = new Map<TensorId, Affine>()
  private readonly steps = new Map<TensorId, readonly number[]>()
  private nextTensor: number
  private nextNode: number

  constructor(private readonly graph: Graph) {
    this.tensors = new Map(graph.tensors)
    this.nextTensor = Math.max(-1, ...graph.tensors.keys()) + 1
    this.nextNode = Math.max(-1, ...graph.nodes.map((n) => n.id)) + 1
  }

  finish(): Unfolded {
    return { graph: { ...this.graph, nodes: this.nodes, tensors: this.tensors }, steps: this.steps }
  }

  node(node: Node): void {
    const folded = node.attrs as Folded
    const bytes = this.bytesOf(node, folded)
    if (bytes.output) for (const id of node.outputs) this.affines.set(id, bytes.output)
    if (node.op === 'quantize' || node.op === 'dequantize') {
      this.nodes.push(node)
      return
    }
    const inputs = node.inputs.map((id, i) => {
      const affine = bytes.inputs[i]
      return affine && id !== NONE ? this.dequantized(node, id, affine) : id
    })
    if (folded.quantized && 'weights' in folded.quantized) this.constants(node, inputs, folded.quantized)
    const residual = folded.residual ? inputs.splice(3, 1) : []
    const outputs = node.outputs.map((id) => this.after(node, folded, id, residual, bytes.output))
    this.nodes.push({ ...node, attrs: plain(node.attrs), inputs, outputs: outputs.map((o) => o.first) })
    for (const { rest } of outputs) this.nodes.push(...rest)
  }

  private bytesOf(node: Node, { quantized }: Folded): Bytes {
    if (node.op === 'quantize') return { inputs: [], output: node.attrs as unknown as Affine }
    const isByte = (id: TensorId): boolean => id !== NONE && tensorOf(this.graph, id).fact.dtype === 'u8' && !tensorOf(this.graph, id).data
    if (!quantized) {
      // What moves values gives its results the scale of what it reads.
      const [first] = node.inputs.filter(isByte)
      if (first === undefined) return { inputs: [], output: null }
      const affine = this.affines.get(first)
      if (!affine) throw unsupported(`Node "${node.name}" (${node.op})`, 'no scale is known of its 8-bit input', 'Quantize the model anew', node.name)
      return { inputs: node.inputs.map((id) => (isByte(id) ? affine : null)), output: node.outputs.some(isByte) ? affine : null }
    }
    if ('scale' in quantized) return { inputs: [quantized], output: null }
    const side = 'residual' in quantized ? quantized.residual : null
    return { inputs: [quantized.input, null, null, side ?? quantized.output], output: quantized.output }
  }

  /** Weights and bias as constants of this node alone, with their steps. */
  private constants(node: Node, inputs: TensorId[], { input, weights }: Quantized): void {
    const bias = weights.map((w) => input.scale * w)
    for (const [i, steps] of [[1, weights] as const, [2, bias] as const]) {
      const id = inputs[i] ?? NONE
      if (id === NONE) continue
      if (!constantOf(this.graph, id))
        throw unsupported(`Node "${node.name}" (${node.op})`, 'its 8-bit weight is computed from the data', 'Quantize the model anew', node.name)
      const own = this.nextTensor++
      this.tensors.set(own, { ...tensorOf(this.graph, id), id: own })
      this.steps.set(own, steps)
      inputs[i] = own
    }
  }

  /** What comes behind a node to make `output`: the node's own result, and the nodes that go on from it. */
  private after(
    node: Node,
    folded: Folded,
    output: TensorId,
    residual: readonly TensorId[],
    affine: Affine | null,
  ): { first: TensorId; rest: Node[] } {
    const { activation = NO_ACTIVATION, shuffle = null } = folded
    const todo: { op: string; name: string; attrs: Attributes; more?: readonly TensorId[] }[] = []
    if (residual.length > 0) todo.push({ op: 'binary', name: 'add', attrs: { function: 'add', activation: NO_ACTIVATION }, more: residual })
    if (activation.kind !== 'none') todo.push({ op: 'activation', name: 'activation', attrs: { function: activation } })
    if (affine) todo.push({ op: 'quantize', name: 'quantized', attrs: { ...affine } })
    if (shuffle) {
      if (shuffle.runs !== undefined)
        throw unsupported(`Node "${node.name}" (${node.op})`, 'its shuffle is one of a plan', 'Export the model that the plan was made of', node.name)
      if (affine) todo.push({ op: 'dequantize', name: 'dequantized', attrs: { ...affine } })
      todo.push({ op: 'channelShuffle', name: 'shuffle', attrs: { ...shuffle } })
      if (affine) todo.push({ op: 'quantize', name: 'shuffled', attrs: { ...affine } })
    }
    const rest: Node[] = []
    const first = todo.length > 0 ? this.tensor(`${node.name}.computed`, output, 'f32') : output
    let at = first
    for (const [i, { op, name, attrs, more = [] }] of todo.entries()) {
      const title = `${node.name}.${name}`
      const to = i === todo.length - 1 ? output : this.tensor(title, output, op === 'quantize' ? 'u8' : 'f32')
      rest.push(this.made(node, op, title, attrs, [at, ...more], to))
      at = to
    }
    return { first, rest }
  }

  /** Each reader has a node of its own for it: engines look for the pattern around one node. */
  private dequantized(reader: Node, id: TensorId, affine: Affine): TensorId {
    const name = `${tensorOf(this.graph, id).name}.dequantized`
    const to = this.tensor(name, id, 'f32')
    this.nodes.push(this.made(reader, 'dequantize', name, { ...affine }, [id], to))
    return to
  }

  private tensor(name: string, like: TensorId, dtype: 'f32' | 'u8'): TensorId {
    const id = this.nextTensor++
    const { shape, layout } = tensorOf(this.graph, like).fact
    this.tensors.set(id, { id, name, fact: fact(shape, dtype, layout) })
    return id
  }

  private made({ sources, scope }: Node, op: string, name: string, attrs: Attributes, inputs: readonly TensorId[], output: TensorId): Node {
    return { id: this.nextNode++, op, name, attrs, inputs, outputs: [output], sources, scope }
  }
}

/** Without what becomes nodes of its own. */
function plain(attrs: Attributes): Attributes {
  const without: Record<string, Attributes[string]> = { ...attrs }
  if ('residual' in without) without.residual = false
  if ('shuffle' in without) without.shuffle = null
  if ('activation' in without) without.activation = NO_ACTIVATION
  if ('quantized' in without) without.quantized = null
  return without
}
