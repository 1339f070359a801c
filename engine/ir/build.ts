/** Builds a graph node by node: facts are inferred as it grows, so a misfit is reported where it is made. */
import { assert } from '../base/assert.ts'
import { badInput } from '../base/errors.ts'
import type { InputFact, OpCatalogue } from './catalogue.ts'
import { type Attributes, type Graph, NONE, type Node, type Stage, type Tensor, type TensorId } from './graph.ts'
import { type DType, fact, type HostTensor, sizeOf, type TensorData, type TensorFact } from './tensor.ts'

export interface NodeOptions {
  readonly name: string
  readonly scope?: string
  readonly outputNames?: readonly string[]
  readonly sources?: readonly string[]
}

/** The largest constant that is computed while building; shape arithmetic stays far below it. */
const EARLY_FOLD_ELEMENTS = 1 << 16

/** And the largest result: weights may be made from their shape alone. */
const EARLY_RESULT_ELEMENTS = 1 << 24

export class GraphBuilder {
  private readonly tensors = new Map<TensorId, Tensor>()
  private readonly nodes: Node[] = []
  private readonly inputs: TensorId[] = []
  private readonly varying = new Set<TensorId>()
  private nextTensor = 0
  private scopes: string[] = []

  constructor(
    private readonly name: string,
    private readonly ops: OpCatalogue,
  ) {}

  input(name: string, shape: readonly number[], dtype: DType = 'f32'): TensorId {
    const id = this.add({ name, fact: fact(shape, dtype) })
    this.inputs.push(id)
    this.varying.add(id)
    return id
  }

  /** `scales`: of weights that a file holds as integers. */
  constant(name: string, value: HostTensor, layout?: TensorFact['layout'], scales?: readonly number[]): TensorId {
    if (value.data.length !== sizeOf(value.shape))
      throw badInput(
        `Tensor "${name}"`,
        `it has ${value.data.length} elements where its shape [${value.shape.join(', ')}] needs ${sizeOf(value.shape)}`,
        'The file may be damaged',
        name,
      )
    return this.add({ name, fact: fact(value.shape, value.dtype, layout), data: value.data, ...(scales ? { scales } : {}) })
  }

  weight(name: string, shape: readonly number[], data: TensorData): TensorId {
    return this.constant(name, { dtype: 'f32', shape, data }, shape.length === 4 ? 'OIHW' : undefined)
  }

  /** Adds a node and returns its first output. */
  node(op: string, attrs: Attributes, inputs: readonly TensorId[], options: NodeOptions): TensorId {
    const first = this.nodeOutputs(op, attrs, inputs, options)[0]
    assert(first !== undefined, `op ${op} has no output`)
    return first
  }

  /** Adds a node and returns all its outputs. */
  nodeOutputs(op: string, attrs: Attributes, inputs: readonly TensorId[], options: NodeOptions): TensorId[] {
    const where = options.name
    const parsed = this.ops.parse(op, attrs, where)
    const inputFacts = inputs.map((id) => this.inputFact(id))
    const facts = this.ops.infer(op, parsed, inputFacts, where)
    const values = facts.every((f) => sizeOf(f.shape) <= EARLY_RESULT_ELEMENTS) ? this.foldEarly(op, parsed, inputFacts) : undefined
    const outputs = facts.map((f, i) => {
      const value = values?.[i]
      return this.add({
        name: options.outputNames?.[i] ?? (i === 0 ? options.name : `${options.name}:${i}`),
        fact: f,
        ...(value ? { data: value.data } : {}),
      })
    })
    if (!values && inputs.some((id) => this.varying.has(id))) for (const id of outputs) this.varying.add(id)
    const scope = options.scope ?? this.scopes.join('/')
    this.nodes.push({
      id: this.nodes.length,
      op,
      name: options.name,
      attrs: parsed,
      inputs: [...inputs],
      outputs,
      sources: options.sources ?? [options.name],
      scope,
    })
    return outputs
  }

  /** Runs `body` with `scope` added to the place of every node it makes. */
  within<T>(scope: string, body: () => T): T {
    this.scopes.push(scope)
    try {
      return body()
    } finally {
      this.scopes.pop()
    }
  }

  factOf(id: TensorId): TensorFact {
    const tensor = this.tensors.get(id)
    assert(tensor, `no tensor ${id}`)
    return tensor.fact
  }

  nameOf(id: TensorId): string {
    return this.tensors.get(id)?.name ?? ''
  }

  valueOf(id: TensorId): HostTensor | undefined {
    const tensor = this.tensors.get(id)
    return tensor?.data && { dtype: tensor.fact.dtype, shape: tensor.fact.shape, data: tensor.data }
  }

  /** Whether a tensor depends on the inputs of the graph; what does not is a constant, computed yet or not. */
  varies(id: TensorId): boolean {
    return this.varying.has(id)
  }

  finish(outputs: readonly TensorId[], stage: Stage = 'loaded'): Graph {
    return { name: this.name, stage, tensors: this.tensors, nodes: this.nodes, inputs: this.inputs, outputs: [...outputs] }
  }

  private add(tensor: Omit<Tensor, 'id'>): TensorId {
    const id = this.nextTensor++
    this.tensors.set(id, { id, ...tensor })
    return id
  }

  private inputFact(id: TensorId): InputFact | undefined {
    if (id === NONE) return undefined
    const value = this.valueOf(id)
    return value ? { ...this.factOf(id), value } : this.factOf(id)
  }

  private foldEarly(op: string, attrs: Attributes, inputs: readonly (InputFact | undefined)[]): HostTensor[] | undefined {
    if (!this.ops.foldsEarly(op)) return undefined
    // `shape` needs only the fact of its input; the rest of shape arithmetic needs values.
    if (op !== 'shape' && inputs.some((f) => f && (!f.value || f.value.data.length > EARLY_FOLD_ELEMENTS))) return undefined
    const values = inputs.map((f) => (op === 'shape' ? f && { dtype: f.dtype, shape: f.shape, data: new Float32Array(0) } : f?.value))
    return this.ops.evaluate(op, attrs, values)
  }
}
